import type { PrivateEndpoint } from '../../../model/index.ts';
import { type Port, parsePort } from '../../../net/index.ts';
import { type SubnetPlacement, vnetReaches } from '../../../network/index.ts';
import type { Flow } from '../../../semantics/flow.ts';
import { evaluateSubnetNsg } from '../../../semantics/nsg/concrete.ts';
import { flowAddressOf } from '../../../semantics/outbound/flow-address.ts';
import {
  addressOfEndpoint,
  connectionVerdict,
  endpointAdmission,
  subnetOfEndpoint,
} from '../../../semantics/private-endpoint/concrete.ts';
import type { Verdict } from '../../../semantics/verdict.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { clusterSubnets } from './cluster-subjects.ts';

/** Ports of the services that clusters of the reference use; of others nobody can tell the port by the group id. */
const PORTS: Readonly<Record<string, string>> = {
  blob: '443',
  queue: '443',
  registry: '443',
  sqlserver: '1433',
  table: '443',
  vault: '443',
};

interface Pair {
  readonly endpoint: PrivateEndpoint;
  readonly subnet: SubnetPlacement;
  readonly port: string;
}

const blocked = eachSubject<Pair>({
  id: 'private-endpoint/denied-by-security-group',
  severity: 'error',
  title: 'Security groups let the cluster’s subnets reach its private endpoints.',
  explanation:
    'A deny on the way out of a node subnet stops calls to the endpoint; one on the endpoint’s own subnet does so only where `privateEndpointNetworkPolicies` lets security groups act on endpoints. Names then resolve to the private address, and connections time out.',
  fix: 'allow TCP 443 (1433 for SQL) from the node and pod subnets to the endpoint’s address',
  facts: ['AZS-32', 'AZN-30', 'AZN-42'],
  covers: ['P7'],
  subjects: pairsOf,
  none: 'no private endpoint of a known service that a cluster subnet in the input reaches',
  key: ({ endpoint, subnet, port }) => `${endpoint.key} ${subnet.subnet.name} ${port}`,
  judge: ({ endpoint, subnet, port }, { network }) => {
    const flow: Flow = {
      source: {
        kind: 'within',
        addresses: subnet.addresses,
        label: `a node of ${subnet.subnet.name}`,
      },
      destination: flowAddressOf(addressOfEndpoint(network, endpoint)),
      protocol: 'tcp',
      destinationPort: parsePort(port) as Port,
      application: { kind: 'none' },
    };
    const legs: readonly Verdict[] = [
      evaluateSubnetNsg(network, subnet.subnet.key, 'Outbound', flow),
      // private-endpoint/not-approved asks about the connection itself.
      ...(connectionVerdict(endpoint).kind === 'deny'
        ? []
        : [endpointAdmission(network, endpoint, flow)]),
    ];
    const stop = legs.find(({ kind }) => kind === 'deny');
    if (stop !== undefined) return denied({ endpoint, subnet, port }, stop);
    const open = legs.find((verdict) => verdict.kind === 'unknown');
    if (open?.kind !== 'unknown') return HOLDS;
    return {
      kind: 'undecided',
      message: `Whether ${subnet.subnet.name} reaches ${endpoint.name} on ${port} is not known.`,
      missing: open.why.map(({ missing }) => missing).join('; '),
      at: open.why[0]?.at ?? endpoint.at,
    };
  },
});

export const PRIVATE_ENDPOINT_ADMISSION_CHECKS: readonly Check[] = [blocked];

function denied({ endpoint, subnet, port }: Pair, { by }: Verdict): Judgement {
  return {
    kind: 'fails',
    message: `${subnet.subnet.name} cannot reach private endpoint ${endpoint.name} on ${port}: ${by.name} denies it.`,
    places: [
      { at: by.at ?? subnet.subnet.at, what: by.name },
      { at: endpoint.at, what: `private endpoint ${endpoint.name}` },
    ],
    evidence: [`${by.name} denies TCP ${port}`],
  };
}

/** Each endpoint with each cluster subnet whose network reaches it, once per port. O(endpoints × subnets). */
function pairsOf(context: CheckContext): readonly Pair[] {
  const { network, perimeter } = context;
  return [...perimeter.privateEndpoints.values()].flatMap((endpoint) => {
    const home = subnetOfEndpoint(network, endpoint);
    if (endpoint.isReference === true || home.kind !== 'found') return [];
    const ports = new Set(
      endpoint.connections.flatMap(({ groupIds }) =>
        groupIds.flatMap((group) => PORTS[group.toLowerCase()] ?? []),
      ),
    );
    return clusterSubnets(context)
      .filter(({ vnet }) => vnetReaches(network, vnet.key, home.target.vnet.key) !== 'no')
      .flatMap((subnet) => [...ports].map((port) => ({ endpoint, subnet, port })));
  });
}
