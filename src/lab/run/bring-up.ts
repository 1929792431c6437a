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

/** What makes a host, in the order in which it is done: switches before anything can pass, then rules, then addresses and links. */
export function hostFiles(
  host: LabHost,
  folder: string,
): readonly { readonly path: string; readonly text: string }[] {
  const below = `${HOSTS}/${host.name}`;
  const rules = rulesOf(host, folder);
  const switches = host.sysctls.map(([name, value]) => `${sysctlPath(name)} ${value}\n`).join('');
  return [
    { path: `${below}/switches`, text: switches },
    ...(rules === '' ? [] : [{ path: `${below}/rules.nft`, text: rules }]),
    { path: `${below}/links`, text: ['link set lo up', ...host.ip, ''].join('\n') },
  ];
}

/** Below the lab's folder. */
export const HOSTS = 'hosts';

/** Which host failed, and what was said before. */
export function failedHost(err: string): { readonly said: string; readonly name?: string } {
  const at = err.lastIndexOf(FAILED);
  if (at < 0) return { said: err };
  return { said: err.slice(0, at), name: err.slice(at + FAILED.length).trim() };
}

export const FAILED = 'sallyport-host-failed ';

export function rulesOf(host: LabHost, folder: string): string {
  return `${placed(host.nftables, folder)}${host.answers ? ANSWER_RULES : ''}`;
}

/** `net.ipv4.conf.eth0.proxy_arp`; a name of its own that holds dots is written with slashes, as sysctl takes it too. */
export function sysctlPath(name: string): string {
  const path = name.includes('/') ? name : name.replaceAll('.', '/');
  return `/proc/sys/${path}`;
}
