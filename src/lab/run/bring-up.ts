import type { LabHost } from '../plan/lab-plan.ts';
import { ANSWER_RULES } from './responder.ts';
import { namespaceOf, placed, type RunPlan } from './run-plan.ts';

/** Everything that makes the network of a plan, as text for the programs that do it. Pure. */

/** For one `ip -batch`: all namespaces, then all cables. */
export function creationBatch({ lab, hosts, links }: RunPlan): string {
  return [
    ...hosts.map(({ name }) => `netns add ${namespaceOf(lab, name)}`),
    ...links.map(({ ends: [one, other] }) =>
      [
        `link add name ${one.interface} netns ${namespaceOf(lab, one.host)} type veth`,
        `peer name ${other.interface} netns ${namespaceOf(lab, other.host)}`,
      ].join(' '),
    ),
    '',
  ].join('\n');
}

export function removalBatch(namespaces: readonly string[]): string {
  return [...namespaces.map((namespace) => `netns delete ${namespace}`), ''].join('\n');
}

/**
 * For `sh` inside the namespace: switches before anything can pass, then rules, then addresses and links. What fails ends it, and
 * names itself.
 */
export function hostScript(host: LabHost, folder: string): string {
  const rules = rulesOf(host, folder);
  return [
    'set -e',
    ...host.sysctls.map(
      ([name, value]) =>
        `echo ${quoted(value)} > ${sysctlPath(name)} || { echo ${quoted(`sysctl ${name}=${value} is refused`)} >&2; exit 1; }`,
    ),
    ...(rules === '' ? [] : [heredoc('nft -f -', rules)]),
    // In place of the shell: a process less for each host.
    heredoc('exec ip -batch -', ['link set lo up', ...host.ip, ''].join('\n')),
    '',
  ].join('\n');
}

/** Where `hostScript` lies below the lab's folder. */
export function hostFile(host: string): string {
  return `hosts/${host}/up.sh`;
}

/** For `sh`: the scripts of these hosts, one after the other. The first that fails ends it, and is named last. */
export function laneScript(lab: string, hosts: readonly LabHost[], folder: string): string {
  return hosts
    .map(
      ({ name }) =>
        `nsenter --net=/run/netns/${namespaceOf(lab, name)} sh ${folder}/${hostFile(name)} || { echo '${FAILED}${name}' >&2; exit 1; }\n`,
    )
    .join('');
}

/** Which host failed, and what was said before. */
export function failedHost(err: string): { readonly said: string; readonly name?: string } {
  const at = err.lastIndexOf(FAILED);
  if (at < 0) return { said: err };
  return { said: err.slice(0, at), name: err.slice(at + FAILED.length).trim() };
}

const FAILED = 'sallyport-host-failed ';

export function rulesOf(host: LabHost, folder: string): string {
  return `${placed(host.nftables, folder)}${host.answers ? ANSWER_RULES : ''}`;
}

/** `net.ipv4.conf.eth0.proxy_arp`; a name of its own that holds dots is written with slashes, as sysctl takes it too. */
export function sysctlPath(name: string): string {
  const path = name.includes('/') ? name : name.replaceAll('.', '/');
  return `/proc/sys/${path}`;
}

const END = 'sallyport-end-of-text';

function heredoc(command: string, text: string): string {
  return `${command} <<'${END}'\n${text.endsWith('\n') ? text : `${text}\n`}${END}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
