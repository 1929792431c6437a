import { parsePrefix, prefixCovers } from '../net/index.ts';
import { namesFor, type Scope } from './names.ts';
import type { PagePath, Places } from './places.ts';
import type { ClusterPlan, FirewallPlan, HubPlan, LoggingPlan, Plan, SpokePlan } from './plan.ts';
import { type Claim, rangeAt, refuseOverlaps, subnetsIn, type Wanted } from './plan-addresses.ts';
import { type ClusterSettings, clusterSettings, placedCluster, subnetsOf } from './plan-cluster.ts';
import {
  allowPlans,
  egressPlans,
  endpointPlans,
  ingressPlans,
  namespacePlans,
} from './plan-traffic.ts';
import type { Problem } from './problem.ts';
import { namedOnce, refersTo } from './references.ts';
import type { Perimeter } from './schema/page.ts';
import { setting } from './setting.ts';

type Report = (problem: Problem) => void;

export interface PlanOptions {
  readonly subscriptionId: string;
  readonly resourceGroup?: string;
  /** Today, as `2026-11-21`: what is past its last day is said. Absent: nothing is. */
  readonly today?: string;
}

/** Every default filled in, every address given out. `undefined` when an error leaves no plan. */
export function makePlan(
  page: Perimeter,
  at: Places,
  options: PlanOptions,
  report: Report,
): Plan | undefined {
  let hasErrors = false;
  const tell: Report = (problem) => {
    if (problem.severity === 'error') hasErrors = true;
    report(problem);
  };
  const environment = setting(page.environment, 'environment');
  const scope: Scope = {
    subscriptionId: options.subscriptionId,
    resourceGroup:
      page.resourceGroup ??
      options.resourceGroup ??
      `rg-${page.name}-${environment}-${page.location}`,
  };
  const names = namesFor(page.name, environment, page.location, scope);
  const spokeNames = page.spokes.map(({ name }) => name);
  namedOnce('spoke', spokeNames, (index) => ['spokes', index, 'name'], tell);
  const settings = page.clusters.flatMap((written, index) => {
    const path: PagePath = ['clusters', index];
    const spokeName = written.spoke ?? spokeNames[0] ?? '';
    refersTo('spoke', spokeName, spokeNames, [...path, 'spoke'], tell);
    return clusterSettings(written, path, spokeName, tell);
  });
  namedOnce(
    'cluster',
    settings.map(({ name }) => name),
    (index) => settings[index]!.path,
    tell,
  );
  const claims = claimsOf(page, tell);
  refuseOverlaps(claims, 0, tell);
  for (const inside of claimsInside(settings)) {
    refuseOverlaps([...claims, ...inside], claims.length, tell);
  }

  const hub = hubPlan(page, names.of('vnet', 'hub'), names.of('afw'), tell);
  const spokes = page.spokes.flatMap((written, index): readonly SpokePlan[] => {
    const path: PagePath = ['spokes', index];
    const prefix = rangeAt(written.addressSpace, [...path, 'addressSpace'], () => undefined);
    if (prefix === undefined) return [];
    const wanted = spokeSubnets(page, written.name, settings);
    const network = { prefix, path, what: `spoke ${written.name}` };
    const subnets = subnetsIn(network, wanted, written.subnets ?? {}, tell);
    if (subnets === undefined) return [];
    return [{ part: written.name, vnet: names.of('vnet', written.name), prefix, subnets, path }];
  });
  for (const [index, { spoke }] of (page.privateEndpoints ?? []).entries()) {
    if (spoke !== undefined) {
      refersTo('spoke', spoke, spokeNames, ['privateEndpoints', index, 'spoke'], tell);
    }
  }
  const clusters = settings.flatMap((cluster): readonly ClusterPlan[] => {
    const spoke = spokes.find(({ part }) => part === cluster.spokeName);
    const placed = spoke === undefined ? undefined : placedCluster(cluster, spoke);
    return placed === undefined ? [] : [placed];
  });
  const namespaces = namespacePlans(page, tell);
  const allow = allowPlans(page, tell);
  const egress = egressPlans(page, options.today, tell);
  const ingress = ingressPlans(page, clusters, tell);
  const endpoints = endpointPlans(page, spokes, tell);
  if (hasErrors || hub === undefined) return undefined;
  return {
    page,
    names,
    at,
    location: page.location,
    tags: { workload: page.name, environment, ...page.tags },
    hub,
    spokes,
    clusters,
    namespaces,
    allow,
    ingress,
    egress,
    endpoints,
    logging: loggingPlan(page),
  };
}

function claimsOf(page: Perimeter, report: Report): readonly Claim[] {
  const claims: Claim[] = [];
  const add = (what: string, text: string, path: PagePath): void => {
    const prefix = rangeAt(text, path, report);
    if (prefix !== undefined) claims.push({ what, prefix, path });
  };
  add('the hub', page.hub.addressSpace, ['hub', 'addressSpace']);
  for (const [index, { name, addressSpace }] of page.spokes.entries()) {
    add(`spoke ${name}`, addressSpace, ['spokes', index, 'addressSpace']);
  }
  for (const [index, range] of (page.hub.gateway?.onPremises ?? []).entries()) {
    add('the range on premises', range, ['hub', 'gateway', 'onPremises', index]);
  }
  return claims;
}

/** Ranges inside a cluster keep clear of networks and of each other; two clusters may use the same ones (aks 11.4 F2). */
function claimsInside(settings: readonly ClusterSettings[]): readonly (readonly Claim[])[] {
  // Blue and green stand in one entry.
  const entries = new Map(settings.map((one) => [one.path, one]));
  return [...entries.values()].map(({ name, path, podPrefix, servicePrefix }) => [
    ...(podPrefix === undefined
      ? []
      : [
          {
            what: `the pod range of ${name}`,
            prefix: podPrefix,
            path: [...path, 'network', 'podRange'],
          },
        ]),
    {
      what: `the Service range of ${name}`,
      prefix: servicePrefix,
      path: [...path, 'network', 'serviceRange'],
    },
  ]);
}

function hubPlan(
  page: Perimeter,
  vnet: string,
  firewallName: string,
  report: Report,
): HubPlan | undefined {
  const { hub } = page;
  if (hub.nva !== undefined && hub.firewall !== undefined) {
    report({
      code: 'intent/not-together',
      severity: 'error',
      path: ['hub', 'nva'],
      message: 'a hub has Azure Firewall or an appliance of a third party, not both',
    });
  }
  const prefix = rangeAt(hub.addressSpace, ['hub', 'addressSpace'], () => undefined);
  if (prefix === undefined) return undefined;
  const firewall = hub.nva === undefined ? firewallPlan(page, firewallName, report) : undefined;
  const bastion = setting(hub.bastion, 'hub.bastion');
  const wanted: Wanted[] = [
    ...(firewall === undefined
      ? [{ name: 'snet-nva', length: 28 }]
      : [{ name: 'AzureFirewallSubnet', length: 26 }]),
    ...(firewall?.tier === 'Basic' ? [{ name: 'AzureFirewallManagementSubnet', length: 26 }] : []),
    ...(bastion ? [{ name: 'AzureBastionSubnet', length: 26 }] : []),
    ...(hub.gateway === undefined ? [] : [{ name: 'GatewaySubnet', length: 27 }]),
  ];
  const network = { prefix, path: ['hub'], what: 'the hub' };
  const subnets = subnetsIn(network, wanted, hub.subnets ?? {}, report);
  if (subnets === undefined) return undefined;
  const inside = subnets.get('snet-nva')?.prefix;
  const nva = inside === undefined ? undefined : (hub.nva?.address ?? fourth(inside.base));
  const address = nva === undefined ? undefined : parsePrefix(nva);
  if (inside !== undefined && (address === undefined || !prefixCovers(inside, address))) {
    report({
      code: 'intent/address',
      severity: 'error',
      path: ['hub', 'nva', 'address'],
      message: `\`${nva}\` is not in the subnet \`snet-nva\``,
    });
  }
  return {
    part: 'hub',
    vnet,
    prefix,
    subnets,
    path: ['hub'],
    firewall,
    nva,
    bastion,
    gateway: hub.gateway,
  };
}

function fourth(base: number): string {
  const value = base + 4;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

function firewallPlan(page: Perimeter, name: string, report: Report): FirewallPlan {
  const written = page.hub.firewall ?? {};
  const tier = setting(written.tier, 'hub.firewall.tier');
  const isBasic = tier === 'Basic';
  const alone = (key: 'idps' | 'dnsProxy' | 'threatIntelligence', needs: string): void => {
    report({
      code: 'intent/not-together',
      severity: 'error',
      path: ['hub', 'firewall', key],
      message: `\`${key}\` needs ${needs}; the firewall is ${tier}`,
    });
  };
  if (written.idps !== undefined && written.idps !== 'Off' && tier !== 'Premium') {
    alone('idps', 'the tier Premium');
  }
  if (isBasic && written.dnsProxy === true) alone('dnsProxy', 'the tier Standard or Premium');
  // Basic only alerts (azure-firewall 1).
  if (isBasic && written.threatIntelligence === 'Deny') {
    alone('threatIntelligence', 'the tier Standard or Premium to deny');
  }
  return {
    name,
    tier,
    zones: setting(written.zones, 'hub.firewall.zones'),
    publicIps: setting(written.publicIps, 'hub.firewall.publicIps'),
    privateRanges: written.privateRanges ?? [],
    dnsProxy: isBasic ? false : setting(written.dnsProxy, 'hub.firewall.dnsProxy'),
    dnsServers: written.dnsServers ?? [],
    threatIntelligence: isBasic
      ? (written.threatIntelligence ?? 'Alert')
      : setting(written.threatIntelligence, 'hub.firewall.threatIntelligence'),
    threatAllowlist: written.threatAllowlist ?? [],
    idps: tier === 'Premium' ? (written.idps ?? 'Deny') : 'Off',
    isClassic: setting(written.rules, 'hub.firewall.rules') === 'classic',
    basePolicy: written.basePolicy,
  };
}

function spokeSubnets(
  page: Perimeter,
  spoke: string,
  settings: readonly ClusterSettings[],
): readonly Wanted[] {
  const here = settings.filter(({ spokeName }) => spokeName === spoke);
  const hasIngress = (page.ingress ?? []).length > 0;
  const hasGateway = (page.ingress ?? []).some(({ via }) =>
    setting(via, 'ingress.via').includes('waf'),
  );
  const active = settings.find(({ isActive }) => isActive);
  const first = page.spokes[0]?.name;
  const hasEndpoints = (page.privateEndpoints ?? []).some((one) => (one.spoke ?? first) === spoke);
  return [
    ...here.flatMap((cluster) => subnetsOf(cluster, hasIngress)),
    ...(hasGateway && active?.spokeName === spoke ? [{ name: 'snet-agw', length: 24 }] : []),
    ...(hasEndpoints ? [{ name: 'snet-pep', length: 27 }] : []),
  ];
}

function loggingPlan(page: Perimeter): LoggingPlan | undefined {
  const { logging = {}, alerts = {} } = page;
  if (!setting(logging.enabled, 'logging.enabled')) return undefined;
  return {
    retentionDays: setting(logging.retentionDays, 'logging.retentionDays'),
    flowLogs: setting(logging.flowLogs, 'logging.flowLogs'),
    snatPercent: setting(alerts.snatPercent, 'alerts.snatPercent'),
    deniedPerHour: setting(alerts.deniedPerHour, 'alerts.deniedPerHour'),
    email: alerts.email ?? [],
  };
}
