import type { Place } from '../../../diagnostics/index.ts';
import { RETIREMENTS, type Retirement } from '../../../facts/retirements.ts';
import { isUnknown, type Unknown } from '../../../values/index.ts';
import type { Check, CheckContext, Severity } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { undecided } from './firewall-settings.ts';

/** A thing that may be of a retired kind. */
interface Candidate {
  readonly key: string;
  readonly name: string;
  readonly at: Place;
  readonly uses: boolean | Unknown;
  readonly what: string;
}

type Lookup = (context: CheckContext) => readonly Candidate[];

/** How each retirement shows in the input: every thing of that kind, and whether it is the retired variant. */
const LOOKUPS: Readonly<Record<(typeof RETIREMENTS)[number]['id'], Lookup>> = {
  'nsg-flow-logs-creation': flowLogs,
  'nsg-flow-logs': flowLogs,
  'pod-managed-identity': (context) =>
    clusters(context).map((cluster) => ({
      ...named(cluster),
      uses: cluster.retirements.podIdentity,
      what: 'podIdentityProfile.enabled',
    })),
  'basic-load-balancer': (context) => [
    ...clusters(context).map((cluster) => ({
      ...named(cluster),
      uses: cluster.network.loadBalancerSku?.toLowerCase() === 'basic',
      what: 'loadBalancerSku basic',
    })),
    ...[...context.perimeter.loadBalancers.values()].map((one) => ({
      ...named(one),
      uses: one.sku?.toLowerCase() === 'basic',
      what: 'sku Basic',
    })),
  ],
  'basic-public-ip': (context) =>
    [...context.perimeter.publicIps.values()]
      .filter((one) => one.isReference !== true)
      .map((one) => ({
        ...named(one),
        uses: one.sku?.toLowerCase() === 'basic',
        what: 'sku Basic',
      })),
  'azure-linux-2': (context) =>
    pools(context).map(({ pool, cluster }) => ({
      ...named(pool),
      name: `${cluster}/${pool.name}`,
      uses: pool.osSku?.toLowerCase() === 'cblmariner',
      what: 'osSKU CBLMariner',
    })),
  'azure-linux-2-images': (context) =>
    pools(context).map(({ pool, cluster }) => ({
      ...named(pool),
      name: `${cluster}/${pool.name}`,
      uses: pool.osSku?.toLowerCase() === 'cblmariner',
      what: 'osSKU CBLMariner',
    })),
  'windows-2019': poolSku('windows2019'),
  'windows-2022': poolSku('windows2022'),
  'ubuntu-2204': poolSku('ubuntu2204'),
  'default-outbound-access': (context) =>
    [...context.network.subnets.values()]
      .filter(
        ({ subnet }) =>
          subnet.isReference !== true &&
          !/^(gatewaysubnet|azurebastionsubnet|azurefirewall(management)?subnet)$/i.test(
            subnet.name,
          ),
      )
      .map(({ subnet, natGateway }) => ({
        ...named(subnet),
        uses: isUnknown(subnet.defaultOutboundAccess)
          ? subnet.defaultOutboundAccess
          : subnet.defaultOutboundAccess === undefined && natGateway.kind === 'none',
        what: 'defaultOutboundAccess not set',
      })),
  'ingress-nginx': (context) =>
    context.perimeter.kubernetes.ingresses.map((ingress) => ({
      key: `${ingress.namespace}/Ingress/${ingress.name}`,
      name: `${ingress.namespace}/${ingress.name}`,
      at: ingress.at,
      uses:
        (
          ingress.className ??
          ingress.annotations['kubernetes.io/ingress.class'] ??
          ''
        ).toLowerCase() === 'nginx',
      what: 'ingressClassName nginx',
    })),
  'app-routing-nginx': (context) =>
    clusters(context).map((cluster) => ({
      ...named(cluster),
      uses:
        cluster.addons.webAppRouting && cluster.addons.webAppRoutingNginx?.toLowerCase() !== 'none',
      what: 'ingressProfile.webAppRouting (nginx)',
    })),
  'application-gateway-v1': (context) =>
    [...context.perimeter.applicationGateways.values()]
      .filter((one) => one.isReference !== true)
      .map((one) => ({
        ...named(one),
        uses: ['standard', 'waf'].includes((one.skuTier ?? '').toLowerCase()),
        what: `sku.tier ${one.skuTier}`,
      })),
  'azure-npm-windows': (context) =>
    context.network.clusters.flatMap(({ cluster }) =>
      cluster === undefined
        ? []
        : [
            {
              ...named(cluster),
              uses: isUnknown(cluster.network.policy)
                ? cluster.network.policy
                : cluster.network.policy === 'azure' &&
                  cluster.pools.some((pool) => pool.osType === 'Windows'),
              what: 'networkPolicy azure with a Windows pool',
            },
          ],
    ),
  'azure-npm-linux': (context) =>
    clusters(context).map((cluster) => ({
      ...named(cluster),
      uses: isUnknown(cluster.network.policy)
        ? cluster.network.policy
        : cluster.network.policy === 'azure',
      what: 'networkPolicy azure',
    })),
  'inline-waf-configuration': (context) =>
    [...context.perimeter.applicationGateways.values()]
      .filter((one) => one.isReference !== true)
      .map((one) => ({
        ...named(one),
        uses: one.inlineWaf !== undefined,
        what: 'webApplicationFirewallConfiguration',
      })),
  kubenet: (context) =>
    clusters(context).map((cluster) => ({
      ...named(cluster),
      uses: isUnknown(cluster.network.plugin)
        ? cluster.network.plugin
        : cluster.network.plugin === 'kubenet',
      what: 'networkPlugin kubenet',
    })),
};

/** Other lists of the reference that name the retired thing. */
const ALSO_COVERS: Readonly<Record<string, readonly string[]>> = {
  'nsg-flow-logs-creation': ['NET-19', 'P8'],
  'nsg-flow-logs': ['NET-19', 'P8'],
  'basic-load-balancer': ['NET-19'],
  'basic-public-ip': ['NET-19'],
  'application-gateway-v1': ['NET-19'],
  'inline-waf-configuration': ['NET-19'],
  'azure-npm-windows': ['P1', 'KP-10a'],
  'azure-npm-linux': ['P1', 'KP-10a'],
  kubenet: ['P1', 'F1'],
};

/** One check per dated retirement; how bad it is depends on the date asked for. */
export const RETIREMENT_CHECKS: readonly Check[] = RETIREMENTS.map((retirement) =>
  eachSubject<Candidate>({
    id: `retired/${retirement.id}`,
    severity: 'warning',
    title: `Nothing in use is retired: ${retirement.what}.`,
    explanation: `On ${retirement.date} ${retirement.what}. It shows as ${retirement.predicate}. Before the date this is a note, in the last year before it a warning, afterwards an error.`,
    fix: instead(retirement),
    facts: ['AKS-95'],
    covers: [`RET-${retirement.id}`, ...(ALSO_COVERS[retirement.id] ?? [])],
    subjects: LOOKUPS[retirement.id],
    none: 'nothing of that kind in the input',
    key: ({ key }) => key,
    judge: ({ name, at, uses, what }, context): Judgement => {
      if (isUnknown(uses)) return undecided(`Whether ${name} is affected is not known.`, uses);
      if (!uses) return HOLDS;
      const past = isPast(retirement.date, context.asOf);
      return {
        kind: 'fails',
        severity: severityOf(retirement, context.asOf),
        message:
          `${name}: since ${past ? '' : 'it will be that from '}${retirement.date} ${retirement.what}.`.replace(
            'since it will be that from',
            'from',
          ),
        places: [{ at, what }],
        evidence: [`${what}; ${retirement.source}`],
      };
    },
  }),
);

function instead(retirement: Retirement): string {
  return retirement.instead === undefined ? 'replace it' : `use ${retirement.instead}`;
}

/** A month counts from its first day on. */
function isPast(date: string, asOf: string): boolean {
  return (date.length === 7 ? `${date}-01` : date) <= asOf;
}

/** Default outbound access keeps working for networks that have it: never more than a note. */
function severityOf(retirement: Retirement, asOf: string): Severity {
  if (retirement.id === 'default-outbound-access' || retirement.id === 'nsg-flow-logs-creation')
    return 'note';
  if (isPast(retirement.date, asOf)) return 'error';
  const yearBefore = `${Number(retirement.date.slice(0, 4)) - 1}${retirement.date.slice(4)}`;
  return isPast(yearBefore, asOf) ? 'warning' : 'note';
}

function clusters(context: CheckContext) {
  return [...context.perimeter.clusters.values()].filter((cluster) => cluster.isReference !== true);
}

function pools(context: CheckContext) {
  return clusters(context).flatMap((cluster) =>
    cluster.pools.map((pool) => ({ pool, cluster: cluster.name })),
  );
}

function poolSku(sku: string): Lookup {
  return (context) =>
    pools(context).map(({ pool, cluster }) => ({
      ...named(pool),
      name: `${cluster}/${pool.name}`,
      uses: pool.osSku?.toLowerCase() === sku,
      what: `osSKU ${pool.osSku ?? 'not set'}`,
    }));
}

function flowLogs(context: CheckContext): readonly Candidate[] {
  return [...context.perimeter.flowLogs.values()].map((log) => ({
    ...named(log),
    uses:
      log.target !== undefined && isUnknown(log.target)
        ? log.target
        : log.target?.key.includes('/networksecuritygroups/') === true,
    what: 'targetResourceId is a network security group',
  }));
}

function named({
  key,
  name,
  at,
}: {
  readonly key: string;
  readonly name: string;
  readonly at: Place;
}) {
  return { key, name, at };
}
