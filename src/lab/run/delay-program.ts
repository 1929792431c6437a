import { arch } from 'node:process';
import { delayRules } from './delay-rules.ts';
import { type LateWay, WAITING_MOST } from './latency.ts';

/** What the program says once the queue is read and the rule is there. */
export const DELAYS = 'delays';

/**
 * Holds the packets of one queue back for the same time each: Node.js has no sockets of this kind, and every Debian has Perl. Arguments:
 * the number of clock_gettime, the queue, milliseconds (0: only try), and one or more transactions of which the kernel takes one.
 *
 * Packets stay in the kernel; their numbers alone come here (copy mode 1, NFQNL_COPY_META; large ones whole, flag 4, NFQA_CFG_F_GSO),
 * and one answer lets all go that came before (3, NFQNL_MSG_VERDICT_BATCH), in their order. Family 16, protocol 12: NETLINK_NETFILTER.
 * 33 SO_RCVBUFFORCE, which root alone has; 270/5 NETLINK_NO_ENOBUFS; 64 MSG_DONTWAIT; clock 1 CLOCK_MONOTONIC. The time counts from
 * when a packet is seen here, so none comes too early. SIGUSR1 ends the delay and lets go what waits; SIGTERM ends the program as well.
 */
export const DELAY_PROGRAM = String.raw`use Socket; $| = 1;
my ($clock, $queue, $delay, @rules) = @ARGV;
sub now { my $t = "\0" x 16; syscall($clock, 1, $t); my ($s, $n) = unpack('qq', $t); $s + $n / 1e9 }
sub attr { my ($t, $v) = @_; pack('SS', 4 + length $v, $t) . $v . "\0" x (-length($v) & 3) }
sub message { my ($t, $f, $v) = @_; pack('LSSLLCCn', 20 + length $v, $t, $f, 0, 0, 0, 0, $queue) . $v }
socket(my $q, 16, SOCK_RAW, 12) or die "netlink: $!\n";
setsockopt($q, SOL_SOCKET, 33, pack('l', 8388608)) or setsockopt($q, SOL_SOCKET, SO_RCVBUF, pack('l', 8388608));
setsockopt($q, 270, 5, pack('l', 1));
my $kernel = pack('SSLL', 16, 0, 0, 0);
sub ask {
  1 while defined recv($q, my $earlier, 65536, 64);
  send($q, $_[0], 0, $kernel) // return $! + 0;
  while (defined recv($q, my $said, 65536, 0)) {
    for (my $at = 0; $at + 20 <= length $said;) {
      my ($l, $t, $e) = unpack("x$at LSx10l", $said);
      return -$e if $t == 2;
      $at += $l < 16 ? 16 : ($l + 3) & ~3;
    }
  }
  $! + 0;
}
my $bind = attr(1, pack('CCn', 1, 0, 0)) . attr(2, pack('NC', 0, 1)) . attr(3, pack('N', ${WAITING_MOST})) . attr(4, pack('N', 4)) . attr(5, pack('N', 4));
if (my $e = ask(message(0x302, 5, $bind))) { $! = $e; die "queue $queue: $!\n" }
my $refused = -1;
for my $rules (@rules) { last unless $refused = ask(pack('H*', $rules)) }
if ($refused) { $! = $refused; die "rules: $!\n" }
exit 0 unless $delay;
my @held;
sub release { send($q, message(0x303, 1, attr(2, pack('NN', 1, $_[0]))), 0, $kernel) }
sub all { release($held[-1][1]) if @held; @held = () }
$SIG{USR1} = sub { $delay = 0; all() };
$SIG{TERM} = sub { all(); exit 0 };
vec(my $asked = '', fileno($q), 1) = 1;
print "${DELAYS}\n";
while (1) {
  my $wait = @held ? $held[0][0] - now() : undef;
  select(my $r = $asked, undef, undef, defined $wait && $wait < 0 ? 0 : $wait);
  my $last;
  for (1 .. 32) {
    defined recv($q, my $said, 4096, 64) or last;
    $last = unpack('x24N', $said) if unpack('x4S', $said) == 0x300;
  }
  my $now = now();
  push @held, [$now + $delay / 1000, $last] if defined $last;
  my $due;
  $due = (shift @held)->[1] while @held && $held[0][0] <= $now;
  release($due) if defined $due;
}
`;

/** clock_gettime(2) by machine, all with 64 bits: Perl's own module for it is in a package of its own. */
const CLOCKS: Readonly<Partial<Record<NodeJS.Architecture, number>>> = {
  x64: 228,
  arm64: 113,
  riscv64: 113,
  loong64: 113,
  ppc64: 246,
  s390x: 260,
};

/** For the namespace where it arrives. */
export function delayCommand(file: string, { arrives, number, milliseconds }: LateWay): string[] {
  const rules = (['queue', 'target'] as const).map((expression) =>
    delayRules(number, arrives.interface, expression).toString('hex'),
  );
  return ['perl', file, String(CLOCKS[arch] ?? 0), String(number), String(milliseconds), ...rules];
}

/** Whether a program may delay packets here is found by doing it, where nobody sees it. */
export function queueTrial(file: string): readonly string[] | undefined {
  if (CLOCKS[arch] === undefined) return undefined;
  const here = { host: 'trial', interface: 'lo' };
  const trial = delayCommand(file, { ...here, arrives: here, number: 1, milliseconds: 0 });
  return ['unshare', '--net', ...trial];
}
