import type { Perimeter as Page } from '../../intent/index.ts';
import type { Network } from '../../network/index.ts';
import { itemsOf, path, stringOf, type Value } from '../../values/index.ts';
import type { Remark } from './page-draft.ts';

type Allow = NonNullable<Page['allow']>[number];
type Namespace = NonNullable<Page['namespaces']>[number];

/** Namespaces that AKS and Kubernetes keep for themselves. */
const SYSTEM =
  /^(?:kube-.*|gatekeeper-system|calico-system|tigera-operator|aks-.*|app-routing-system)$/;

/** Namespaces with workloads. One denies by default when a policy without rules selects all of its pods, both ways. */
export function deriveNamespaces({ perimeter }: Network): readonly Namespace[] {
  const { pods, policies } = perimeter.kubernetes;
  const names = [...new Set(pods.map(({ namespace }) => namespace))].sort();
  return names
    .filter((name) => !SYSTEM.test(name))
    .map((name) => ({
      name,
      defaultDeny: ['Ingress', 'Egress'].every((direction) =>
        policies.some(
          ({ kind, namespace, body }) =>
            kind === 'NetworkPolicy' &&
            namespace === name &&
            isEmpty(path(body, 'spec', 'podSelector')) &&
            itemsOf(path(body, 'spec', 'policyTypes')).some((one) => stringOf(one) === direction) &&
            itemsOf(path(body, 'spec', direction.toLowerCase())).length === 0,
        ),
      ),
    }));
}

/** Ingress rules of NetworkPolicies that name pods by their label `app` on both sides. Everything else is remarked. */
export function deriveAllows({ perimeter }: Network, remarks: Remark[]): readonly Allow[] {
  const allows: Allow[] = [];
  for (const { kind, namespace, name, body, at } of perimeter.kubernetes.policies) {
    const what = `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
    if (kind !== 'NetworkPolicy') {
      remarks.push({
        what,
        why: 'policies of engines are written anew from what the page says',
        at,
      });
      continue;
    }
    const app = appOf(path(body, 'spec', 'podSelector'));
    for (const rule of itemsOf(path(body, 'spec', 'ingress'))) {
      const peers = itemsOf(path(rule, 'from'));
      const ports = itemsOf(path(rule, 'ports')).map(portOf);
      const callers = peers.map((peer) => callerOf(peer, namespace));
      const isSayable =
        app !== undefined &&
        peers.length > 0 &&
        ports.length > 0 &&
        ports.every((port) => port !== undefined) &&
        callers.every((caller) => caller !== undefined);
      if (!isSayable) {
        remarks.push({
          what,
          why: 'a page allows pods by their label `app` and ports by number; this rule says it otherwise',
          at: rule.at,
        });
        continue;
      }
      for (const from of callers)
        allows.push({ from: from!, to: { namespace, app }, ports: ports as (number | string)[] });
    }
  }
  return allows;
}

function callerOf(peer: Value, namespace: string): Allow['from'] | undefined {
  const app = appOf(path(peer, 'podSelector'));
  const other = path(peer, 'namespaceSelector');
  if (path(peer, 'ipBlock') !== undefined) return undefined;
  if (other === undefined) return app === undefined ? undefined : { namespace, app };
  const labels = path(other, 'matchLabels');
  const name = stringOf(
    labels?.kind === 'object'
      ? labels.members.get('kubernetes.io/metadata.name')?.value
      : undefined,
  );
  if (name === undefined || labels?.kind !== 'object' || labels.members.size !== 1)
    return undefined;
  if (path(other, 'matchExpressions') !== undefined) return undefined;
  const selector = path(peer, 'podSelector');
  if (selector === undefined || isEmpty(selector)) return { namespace: name };
  return app === undefined ? undefined : { namespace: name, app };
}

/** The only label of a selector, when that is `app`. */
function appOf(selector: Value | undefined): string | undefined {
  const labels = path(selector, 'matchLabels');
  if (labels?.kind !== 'object' || labels.members.size !== 1) return undefined;
  if (path(selector, 'matchExpressions') !== undefined) return undefined;
  return stringOf(labels.members.get('app')?.value);
}

function portOf(port: Value): number | string | undefined {
  const number = path(port, 'port');
  const protocol = stringOf(path(port, 'protocol')) ?? 'TCP';
  const end = path(port, 'endPort');
  if (number?.kind !== 'number' || (protocol !== 'TCP' && protocol !== 'UDP')) return undefined;
  const range = end?.kind === 'number' ? `${number.value}-${end.value}` : undefined;
  if (protocol === 'TCP') return range ?? number.value;
  return `${range ?? number.value}/udp`;
}

function isEmpty(value: Value | undefined): boolean {
  return value?.kind === 'object' && value.members.size === 0;
}
