import { formatIp, type Ipv4, parsePrefix, prefixCovers } from '../net/index.ts';
import type { PagePath } from './places.ts';
import type {
  AllowPlan,
  ClusterPlan,
  EgressPlan,
  EndpointPlan,
  IngressPlan,
  NamespacePlan,
  SpokePlan,
} from './plan.ts';
import type { Problem } from './problem.ts';
import { namedOnce, refersTo } from './references.ts';
import type { Perimeter } from './schema/page.ts';
import type { WrittenPods } from './schema/words.ts';
import { setting } from './setting.ts';
import { isWeb, parseTarget, portOf, type Target } from './target.ts';

type Report = (problem: Problem) => void;

export function namespacePlans(page: Perimeter, report: Report): readonly NamespacePlan[] {
  const list = page.namespaces ?? [];
  namedOnce(
    'namespace',
    list.map(({ name }) => name),
    (index) => ['namespaces', index],
    report,
  );
  return list.map((written, index) => ({
    written,
    path: ['namespaces', index],
    defaultDeny: setting(written.defaultDeny, 'namespaces.defaultDeny'),
  }));
}

export function allowPlans(page: Perimeter, report: Report): readonly AllowPlan[] {
  return (page.allow ?? []).map((written, index) => {
    const path: PagePath = ['allow', index];
    podsOf(page, written.from, [...path, 'from'], report);
    podsOf(page, written.to, [...path, 'to'], report);
    const ports = written.ports.map(portOf);
    for (const [at, { port }] of ports.entries()) {
      const [low, high = low] = port.split('-').map(Number);
      if (low === undefined || high === undefined || low <= high) continue;
      report({
        code: 'intent/invalid',
        severity: 'error',
        path: [...path, 'ports', at],
        message: `\`${port}\` ends before it begins`,
      });
    }
    return { written, path, ports };
  });
}

/** @param today the last day of an intent is compared with; absent: nothing is expired */
export function egressPlans(
  page: Perimeter,
  today: string | undefined,
  report: Report,
): readonly EgressPlan[] {
  const names = new Map<string, number>();
  return (page.egress ?? []).map((written, index) => {
    const path: PagePath = ['egress', index];
    if (written.from !== 'nodes') podsOf(page, written.from, [...path, 'from'], report);
    if (today !== undefined && written.until !== undefined && written.until < today) {
      report({
        code: 'intent/expired',
        severity: 'warning',
        path: [...path, 'until'],
        message: `\`${written.until}\` was the last day of this way out; it is still open`,
        hint: 'remove the entry, or say until when it is wanted',
      });
    }
    const texts = typeof written.to === 'string' ? [written.to] : written.to;
    const targets = texts.flatMap((text, at): readonly Target[] => {
      const target = parseTarget(text);
      const fault = typeof target === 'string' ? target : faultOf(target, page);
      if (typeof target !== 'string' && fault === undefined) return [target];
      report({
        code: 'intent/target',
        severity: 'error',
        path: typeof written.to === 'string' ? [...path, 'to'] : [...path, 'to', at],
        message: `\`${text}\`: ${fault}`,
      });
      return [];
    });
    const sender =
      written.from === 'nodes' ? 'nodes' : (written.from.app ?? written.from.namespace);
    const wanted = written.name ?? slug(`${sender}-${texts[0] ?? ''}`);
    const count = (names.get(wanted) ?? 0) + 1;
    names.set(wanted, count);
    const until = written.until === undefined ? [] : [`until ${written.until}`];
    return {
      path,
      name: count === 1 ? wanted : `${wanted}-${count}`,
      from: written.from,
      targets,
      text: [...(written.why === undefined ? [] : [written.why]), ...until].join('; '),
    };
  });
}

/** Beside the web ports the firewall resolves names: exact ones, and with its DNS proxy (azure-firewall 4). */
function faultOf(target: Target, page: Perimeter): string | undefined {
  if (target.kind !== 'name' || isWeb(target) || page.hub.nva !== undefined) return undefined;
  if (target.name.startsWith('*.')) {
    return 'the firewall reads wildcards from web requests only (ports 80, 443, 8080, 8443)';
  }
  const { tier, dnsProxy } = page.hub.firewall ?? {};
  return dnsProxy === false || tier === 'Basic'
    ? 'names beside the web ports need the DNS proxy of the firewall'
    : undefined;
}

export function ingressPlans(
  page: Perimeter,
  clusters: readonly ClusterPlan[],
  report: Report,
): readonly IngressPlan[] {
  const list = page.ingress ?? [];
  namedOnce(
    'ingress',
    list.map(({ name }) => name),
    (index) => ['ingress', index, 'name'],
    report,
  );
  const services = list.map(
    ({ name, service, to }) => `${to.namespace}/${service ?? to.app ?? name}`,
  );
  namedOnce('Service', services, (index) => ['ingress', index, 'to'], report);
  const cluster = clusters.find(({ isActive }) => isActive);
  if (cluster === undefined) return [];
  const listening = new Map<string, number>();
  return list.map((written, index) => {
    const path: PagePath = ['ingress', index];
    podsOf(page, written.to, [...path, 'to'], report);
    const via = setting(written.via, 'ingress.via');
    const port = portOf(written.port ?? 80);
    const hasTls = written.certificate !== undefined;
    const publicPort =
      written.publicPort ?? (via === 'firewall' ? Number(port.port) : hasTls ? 443 : 80);
    if ((via === 'firewall' || via === 'firewall-then-waf') && written.from === undefined) {
      report({
        code: 'intent/invalid',
        severity: 'error',
        path,
        message: `ingress \`${written.name}\` goes by DNAT and names no clients`,
        hint: 'write from: ["203.0.113.0/24"]; a public site belongs behind a WAF (via: waf)',
      });
    }
    if (via.includes('waf') && port.protocol === 'UDP') {
      report({
        code: 'intent/not-together',
        severity: 'error',
        path: [...path, 'port'],
        message: `\`${written.port}\` is no port of an Application Gateway: it takes HTTP`,
        hint: 'write via: firewall or via: private',
      });
    }
    const service = written.service ?? written.to.app ?? written.name;
    // Two intents on one public port listen on two public addresses.
    const seen = listening.get(String(publicPort)) ?? 0;
    if (via.startsWith('firewall')) listening.set(String(publicPort), seen + 1);
    return {
      written,
      path,
      cluster,
      via,
      isGateway: setting(written.through, 'ingress.through') === 'gateway',
      service,
      port,
      targetPort: portOf(written.targetPort ?? written.port ?? 80),
      publicPort,
      address: frontOf(written.address, cluster, index, path, report),
      publicIp: seen,
    };
  });
}

/** Azure keeps the first four addresses of a subnet and the last; front ends are counted from a few above. */
function frontOf(
  written: string | undefined,
  { fronts }: ClusterPlan,
  index: number,
  path: PagePath,
  report: Report,
): string {
  if (fronts === undefined) return written ?? '';
  if (written === undefined) {
    return formatIp({ family: 4, value: (fronts.prefix.base + 5 + index) as Ipv4 });
  }
  const prefix = parsePrefix(written);
  if (prefix === undefined || !prefixCovers(fronts.prefix, prefix)) {
    report({
      code: 'intent/address',
      severity: 'error',
      path: [...path, 'address'],
      message: `\`${written}\` is not in the subnet \`${fronts.name}\``,
      hint: 'internal front ends stand in that subnet',
    });
  }
  return written;
}

export function endpointPlans(
  page: Perimeter,
  spokes: readonly SpokePlan[],
  report: Report,
): readonly EndpointPlan[] {
  const list = page.privateEndpoints ?? [];
  const path = (index: number): PagePath => ['privateEndpoints', index];
  namedOnce(
    'private endpoint',
    list.map(({ name }) => name),
    path,
    report,
  );
  return list.flatMap((written, index) => {
    for (const [at, pods] of (written.from ?? []).entries()) {
      podsOf(page, pods, [...path(index), 'from', at], report);
    }
    const canBeMade = ['registry', 'keyVault', 'blob', 'file'].includes(written.for);
    if (written.resource === undefined && !canBeMade) {
      report({
        code: 'intent/invalid',
        severity: 'error',
        path: path(index),
        message: `\`${written.name}\` needs \`resource\`: a service of kind ${written.for} is not made here`,
        hint: 'write the id of the service',
      });
    }
    const spoke = spokes.find(({ part }) => part === (written.spoke ?? spokes[0]?.part));
    const subnet = spoke?.subnets.get('snet-pep');
    return spoke === undefined || subnet === undefined
      ? []
      : [{ written, path: path(index), spoke, subnet }];
  });
}

function podsOf(page: Perimeter, pods: WrittenPods, path: PagePath, report: Report): void {
  const known = (page.namespaces ?? []).map(({ name }) => name);
  refersTo('namespace', pods.namespace, known, [...path, 'namespace'], report);
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
}
