import { arch } from 'node:process';
import { FAILED, HOSTS } from './bring-up.ts';
import { namespaceOf } from './run-plan.ts';

/**
 * Makes the hosts whose names it reads, one after the other, each within its namespace, from the files of `hostFiles`. The first that fails ends
 * it, and is named last. One process enters them all (setns(2), 0x40000000 CLONE_NEWNET): entering and a shell for each cost a fifth of the
 * time of many pods. Node.js cannot enter a namespace, and every Debian has Perl. Where the number of the call is not known (0), it is
 * started again in each namespace by `nsenter`.
 */
export const HOST_PROGRAM = String.raw`use strict;
my ($setns, $folder) = @ARGV;
sub failed { my ($host, $why) = @_; print STDERR "$why\n" if $why; print STDERR "${FAILED}$host\n"; exit 1 }
sub made {
  my ($host) = @_;
  my $files = "$folder/${HOSTS}/$host";
  open(my $switches, '<', "$files/switches") or failed($host, "$files/switches: $!");
  while (my $line = <$switches>) {
    chomp $line;
    my ($path, $value) = split / /, $line, 2;
    my $name = substr($path, length '/proc/sys/');
    my $is_set = open(my $switch, '>', $path);
    $is_set &&= print {$switch} $value;
    $is_set &&= close($switch);
    failed($host, "sysctl $name=$value is refused: $!") unless $is_set;
  }
  system('nft', '-f', "$files/rules.nft") == 0 or failed($host) if -e "$files/rules.nft";
  system('ip', '-batch', "$files/links") == 0 or failed($host);
}
while (my $line = <STDIN>) {
  chomp $line;
  my ($host, $namespace) = split / /, $line;
  if (!defined $namespace) { made($host); next }
  if ($setns == 0) {
    open(my $again, '|-', 'nsenter', "--net=$namespace", '--', $^X, $0, 0, $folder) or failed($host, "nsenter: $!");
    print {$again} "$host\n";
    close($again) or exit 1;
    next;
  }
  open(my $entrance, '<', $namespace) or failed($host, "$namespace: $!");
  syscall($setns, fileno($entrance), 0x40000000) == 0 or failed($host, "$namespace: $!");
  made($host);
}
`;

/** setns(2) by machine. */
const SETNS: Readonly<Partial<Record<NodeJS.Architecture, number>>> = {
  x64: 308,
  arm64: 268,
  riscv64: 268,
  loong64: 268,
  ppc64: 350,
  s390x: 339,
};

export function hostCommand(program: string, folder: string, setns = SETNS[arch] ?? 0): string[] {
  return ['perl', program, String(setns), folder];
}

/** What the program reads. */
export function hostLines(lab: string, hosts: readonly { readonly name: string }[]): string {
  return hosts.map(({ name }) => `${name} /run/netns/${namespaceOf(lab, name)}\n`).join('');
}
