import type { Diagnostic } from '../diagnostics/index.ts';
import { podSelector } from '../network/index.ts';
import { servicePortNamed } from '../semantics/services/index.ts';
import { type TraceAnswer, type TraceQuestion, tracesOf } from './answer.ts';
import { clusterOfObjects } from './cluster-of-objects.ts';
import type { Endpoint } from './endpoint.ts';
import { backendLegs } from './ingress/backend-leg.ts';
import { clientLegs } from './ingress/client-leg.ts';
import { dataPlaneOf } from './ingress/data-plane.ts';
import { findPublished, type Published, publishedHosts } from './ingress/published.ts';
import type { Origin } from './origin.ts';
import type { Trace } from './trace.ts';
import type { TraceContext } from './trace-context.ts';

type IngressEndpoint = Endpoint & { kind: 'ingress' };

/**
 * An ingress is two connections: the client's to the data plane of the controller, and the data plane's own to the
 * backend pod (K8P-89). The traces of the first come before those of the second. A leg that cannot be placed is a
 * trace that says what is missing, or a diagnostic; never a silent gap.
 */
export function ingressLegs(
  context: TraceContext,
  origins: readonly Origin[],
  endpoint: IngressEndpoint,
  question: TraceQuestion,
): TraceAnswer {
  const { network } = context;
  const { kubernetes } = network.perimeter;
  const cluster = clusterOfObjects(network);
  const published = findPublished(kubernetes, endpoint.host, endpoint.path);
  if (published.length === 0 || cluster === undefined) return notPublished(context, endpoint);
  const clients: Trace[] = [];
  const backends: Trace[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const one of published) {
    const plane = dataPlaneOf(network, cluster, one);
    for (const origin of origins) {
      for (const { to, target } of clientLegs(network, origin, plane, one, endpoint)) {
        clients.push(...tracesOf(context, origin, [target], { from: question.from, to }));
      }
    }
    for (const backend of one.backends) {
      const found = serviceBehind(context, one, backend, endpoint);
      if ('message' in found) {
        diagnostics.push(found);
        continue;
      }
      const to = `service:${found.service.namespace}/${found.service.name}:${found.port.port}`;
      for (const leg of backendLegs(network, cluster, plane, found)) {
        if (leg.targets.kind === 'problem') {
          diagnostics.push(problem(leg.targets.message, leg.targets.hint));
          continue;
        }
        const asked = { from: leg.from, to };
        backends.push(...tracesOf(context, leg.origin, leg.targets.found, asked));
      }
    }
  }
  return { traces: [...clients, ...backends], diagnostics };
}

function serviceBehind(
  { network }: TraceContext,
  published: Published,
  backend: Published['backends'][number],
  endpoint: IngressEndpoint,
) {
  const { kubernetes } = network.perimeter;
  const service = kubernetes.services.find(
    (one) => one.namespace === backend.namespace && one.name === backend.service,
  );
  const port = service === undefined ? undefined : servicePortNamed(service, backend.port);
  if (service === undefined || port === undefined) {
    return problem(
      `${published.title} sends \`${endpoint.host}${endpoint.path}\` to Service ${backend.namespace}/${backend.service}, which is not in the input or has no such port`,
      'add the Service to the input, or correct the backend',
    );
  }
  return { service, port, pods: podSelector(kubernetes)(service) };
}

function notPublished({ network }: TraceContext, endpoint: IngressEndpoint): TraceAnswer {
  const hosts = publishedHosts(network.perimeter.kubernetes);
  const known = hosts.slice(0, 6).join(', ');
  const more = hosts.length > 6 ? ` and ${hosts.length - 6} more` : '';
  return {
    traces: [],
    diagnostics: [
      problem(
        `no Ingress or HTTPRoute in the input publishes \`${endpoint.host}${endpoint.path}\``,
        known === ''
          ? 'the input holds no Ingress and no HTTPRoute'
          : `hosts known here: ${known}${more}`,
      ),
    ],
  };
}

function problem(message: string, hint: string): Diagnostic {
  return { code: 'trace/endpoint', severity: 'error', message, hint };
}
