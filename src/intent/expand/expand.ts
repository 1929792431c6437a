import type { Diagnostic } from '../../diagnostics/index.ts';
import type { RequiredEgress } from '../../facts/index.ts';
import type { AzureResource, KubernetesObject } from '../../model/index.ts';
import { contradictions } from '../contradictions.ts';
import { makePlan, type PlanOptions } from '../make-plan.ts';
import type { Places } from '../places.ts';
import { diagnosed, type Problem } from '../problem.ts';
import type { Perimeter } from '../schema/page.ts';
import { applicationGateway } from './application-gateway.ts';
import { clusters, extensions } from './clusters.ts';
import { firewall } from './firewall.ts';
import { guardrails } from './guardrails.ts';
import { hubServices } from './hub-services.ts';
import { logging } from './logging.ts';
import { networks, routeTables } from './networks.ts';
import { policies } from './policies.ts';
import { privateEndpoints } from './private-endpoints.ts';
import { publishedServices } from './published-services.ts';
import { withSecondCluster } from './second-cluster.ts';
import { securityGroups } from './security-groups.ts';

export interface ExpandOptions extends PlanOptions {
  /** What AKS needs (data/aks-required-egress.json, or the person's own list). */
  readonly requiredEgress: readonly RequiredEgress[];
}

export interface Expanded {
  readonly resources: readonly AzureResource[];
  readonly objects: readonly KubernetesObject[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * One page of intent to a complete snapshot in the shapes of ARM and Kubernetes. With an error there are no resources: half a
 * perimeter would be proven as if it were whole. O(page).
 */
export function expand(page: Perimeter, places: Places, options: ExpandOptions): Expanded {
  const problems: Problem[] = [];
  const report = (problem: Problem): void => {
    problems.push(problem);
  };
  const plan = makePlan(page, places, options, report);
  for (const problem of contradictions(page)) report(problem);
  if (plan === undefined) {
    return { resources: [], objects: [], diagnostics: diagnosed(problems, places) };
  }
  const resources = withSecondCluster(plan, [
    ...networks(plan),
    ...routeTables(plan),
    ...securityGroups(plan),
    ...firewall(plan, options.requiredEgress),
    ...hubServices(plan),
    ...applicationGateway(plan),
    ...clusters(plan),
    ...extensions(plan),
    ...privateEndpoints(plan),
    ...logging(plan),
    ...guardrails(plan),
  ]);
  const objects = [...policies(plan, report), ...publishedServices(plan)];
  return { resources, objects, diagnostics: diagnosed(problems, places) };
}
