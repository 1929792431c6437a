import type { LabHost } from '../plan/lab-plan.ts';
import type { RunPlan } from './run-plan.ts';
import { namespaceOf } from './run-plan.ts';

/** A program inside a namespace, with nothing of the machine's own name service and trust. */

export const ENTER_FILE = 'enter.sh';

/** The namespace alone: for what reads no configuration of the machine. */
export function inNamespace(lab: string, host: string, command: readonly string[]): string[] {
  return ['nsenter', `--net=/run/netns/${namespaceOf(lab, host)}`, '--', ...command];
}

/** The namespace, its resolvers, and the lab's authority as the only one to trust. */
export function inHost(
  lab: string,
  host: string,
  folder: string,
  command: readonly string[],
): string[] {
  const script = `${folder}/hosts/${host}/${ENTER_FILE}`;
  return inNamespace(lab, host, ['unshare', '--mount', 'sh', script, ...command]);
}

/** Files that `inHost` needs, below the lab's folder. */
export function enterFiles(
  plan: RunPlan,
  host: LabHost,
  folder: string,
): readonly { readonly path: string; readonly text: string }[] {
  const here = `hosts/${host.name}`;
  const search = searchOf(plan, host);
  const resolv = [
    ...host.resolvers.map((address) => `nameserver ${address}`),
    ...(search === undefined ? [] : [`search ${search}`, 'options ndots:5']),
    'options timeout:2 attempts:2',
    '',
  ].join('\n');
  return [
    { path: `${here}/resolv.conf`, text: resolv },
    { path: `${here}/hosts`, text: `127.0.0.1 localhost\n127.0.0.1 ${host.name}\n` },
    { path: `${here}/${ENTER_FILE}`, text: enterScript(`${folder}/${here}`, folder) },
  ];
}

/** Files of the machine that lead programs out of the lab, or make them distrust it; those that are not there need no covering. */
function enterScript(here: string, folder: string): string {
  const trust = `${folder}/ca.crt`;
  const covered: readonly (readonly [own: string, over: string])[] = [
    [`${here}/resolv.conf`, '/etc/resolv.conf'],
    [`${here}/hosts`, '/etc/hosts'],
    [`${folder}/nsswitch.conf`, '/etc/nsswitch.conf'],
    [trust, '/etc/ssl/certs/ca-certificates.crt'],
    [trust, '/etc/pki/tls/certs/ca-bundle.crt'],
  ];
  return [
    // resolv.conf is often a link into /run, which an unprivileged lab has for itself.
    'd=$(readlink -m /etc/resolv.conf)',
    'h=$(dirname "$d")',
    '[ -e "$d" ] || { mkdir -p "$h" && : > "$d"; } 2>/dev/null',
    ...covered.map(([own, over]) => `[ ! -e ${over} ] || mount --bind ${own} ${over} || exit 125`),
    // A cache of names on this machine knows another world.
    'for s in /run/nscd /run/systemd/resolve /var/run/nscd; do [ ! -d $s ] || [ "$s" = "$h" ] || mount -t tmpfs none $s || exit 125; done',
    `export SSL_CERT_FILE=${trust} CURL_CA_BUNDLE=${trust} REQUESTS_CA_BUNDLE=${trust} NODE_EXTRA_CA_CERTS=${trust}`,
    'unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy NO_PROXY no_proxy',
    // Else the shell would say so, with the path of this file.
    'command -v -- "$1" > /dev/null 2>&1 || { printf \'error: `%s` is no program of this machine\\n\' "$1" >&2; exit 127; }',
    'exec "$@"',
    '',
  ].join('\n');
}

export const NSSWITCH = 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n';

/** As the kubelet writes it for a pod: its namespace, the services, the cluster. */
function searchOf({ ends }: RunPlan, { name, kind }: LabHost): string | undefined {
  if (kind !== 'pod') return undefined;
  const end = ends.find(({ host, name: spelled }) => host === name && spelled.startsWith('pod/'));
  const namespace = end?.name.split('/')[1];
  return namespace === undefined
    ? undefined
    : `${namespace}.svc.cluster.local svc.cluster.local cluster.local`;
}
