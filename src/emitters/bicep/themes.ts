import {
  cutModules,
  type DeploymentPlan,
  type PlanModule,
  type PlanResource,
} from '../plan/index.ts';

/** Fewer resources than this read best in one file. */
const ONE_FILE_MAX = 12;

/** What belongs together in the eyes of a reader, by the start of the type in lower case; the first that fits. */
const THEMES: readonly (readonly [start: string, theme: string])[] = [
  ['microsoft.network/azurefirewalls', 'firewall'],
  ['microsoft.network/firewallpolicies', 'firewall'],
  ['microsoft.network/ipgroups', 'firewall'],
  ['microsoft.network/applicationgateway', 'ingress'],
  ['microsoft.network/loadbalancers', 'ingress'],
  ['microsoft.network/frontdoor', 'ingress'],
  ['microsoft.network/privateendpoints', 'privateAccess'],
  ['microsoft.network/privatednszones', 'privateAccess'],
  ['microsoft.network/privatelinkservices', 'privateAccess'],
  ['microsoft.network/dns', 'privateAccess'],
  ['microsoft.network/networkwatchers', 'operations'],
  // After the firewall they lead to, and so apart from the tables they are in.
  ['microsoft.network/routetables/routes', 'routing'],
  ['microsoft.network/', 'network'],
  ['microsoft.containerservice/', 'cluster'],
  ['microsoft.managedidentity/', 'identity'],
  ['microsoft.kubernetesconfiguration/', 'cluster'],
  ['microsoft.insights/', 'operations'],
  ['microsoft.operationalinsights/', 'operations'],
  ['microsoft.operationsmanagement/', 'operations'],
  ['microsoft.authorization/', 'governance'],
  ['microsoft.policyinsights/', 'governance'],
];

/**
 * The modules of a plan as Bicep has them: a group by theme unless it is small, and those of the plan where all groups are.
 * `undefined`: all of it is one file.
 */
export function bicepModules(plan: DeploymentPlan): readonly PlanModule[] | undefined {
  const deployed = plan.resources.filter(({ isExisting }) => !isExisting);
  const counts = new Map<string, number>();
  for (const { scope } of deployed) counts.set(scope, (counts.get(scope) ?? 0) + 1);
  const large = new Set([...counts].flatMap(([key, size]) => (size > ONE_FILE_MAX ? [key] : [])));
  if (large.size === 0) return plan.level === 'subscription' ? plan.modules : undefined;
  const items = deployed.map((resource) => ({
    key: resource.key,
    part: large.has(resource.scope) ? `${resource.scope} ${themeOf(resource)}` : resource.scope,
    scope: resource.scope,
    needs: resource.needs,
  }));
  const taken = plan.parameters.map(({ name }) => name);
  const titles = new Map(
    deployed.map((resource, index) => {
      const group = titleOfGroup(plan, resource.scope);
      const theme = large.size === 1 ? themeOf(resource) : `${group} ${themeOf(resource)}`;
      return [items[index]!.part, large.has(resource.scope) ? theme : group] as const;
    }),
  );
  const modules = cutModules(items, (part) => titles.get(part) ?? part, taken);
  return modules.length > 1 ? modules : undefined;
}

function titleOfGroup({ scopes }: DeploymentPlan, scope: string): string {
  const title = scopes.get(scope)?.title ?? 'main';
  return title.replace(/«[^»]*»/g, ' ').replace(/^rg[-_.]/i, '');
}

function themeOf({ type, title }: PlanResource): string {
  const lower = type.toLowerCase();
  // A public address is named for what has it, and stands beside it.
  if (lower === 'microsoft.network/publicipaddresses' && /afw|firewall|\bfw\b/i.test(title)) {
    return 'firewall';
  }
  return THEMES.find(([start]) => lower.startsWith(start))?.[1] ?? 'services';
}
