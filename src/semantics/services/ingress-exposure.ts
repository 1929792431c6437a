import type {
  ClusterObjects,
  Ingress,
  PodClass,
  Service,
  ServiceBackend,
} from '../../model/index.ts';
import { type Controller, ownerOfIngress } from './controllers.ts';
import type { ExposedBackend, Exposure, ReachableFrom } from './exposure.ts';
import { podPortOf, servicePortNamed } from './service-port.ts';

/** @see K8P-85 who owns it; K8P-86 which backends it exposes */
export function ingressExposures(
  objects: ClusterObjects,
  backends: (service: Service) => readonly PodClass[],
  services: readonly Exposure[],
): readonly Exposure[] {
  const named = new Map(objects.services.map((one) => [`${one.namespace}/${one.name}`, one]));
  return objects.ingresses.map((ingress) => {
    const owner = ownerOfIngress(ingress, objects);
    const hosts = ingress.rules.map((rule) => rule.host ?? '');
    const targets = backendsOfIngress(ingress).map((backend) =>
      resolveBackend(backend, named, backends),
    );
    const remarks = targets.flatMap((target) => target.remarks);
    const shared = {
      how: 'ingress' as const,
      title: `Ingress ${ingress.namespace}/${ingress.name}`,
      at: ingress.at,
      // A rule without host, or no rule at all, answers for every name.
      hosts: hosts.length === 0 || hosts.includes('') ? [] : [...new Set(hosts)],
      backends: targets.flatMap((target) => target.backends),
      allowedSources: [],
    };
    if (owner.kind === 'none') {
      const missing = `which controller owns Ingress ${ingress.namespace}/${ingress.name} (no class, and no default class in the input)`;
      return {
        ...shared,
        from: { kind: 'unknown', missing },
        remarks: [
          ...remarks,
          { what: 'without a class only a default controller serves it', at: ingress.at },
        ],
      };
    }
    const { controller } = owner;
    return { ...shared, controller, from: reachOf(controller, services), remarks };
  });
}

/** The default backend and every path's; a rule may have no paths, then the default backend serves its host. */
function backendsOfIngress(ingress: Ingress): readonly ServiceBackend[] {
  const all = [
    ...(ingress.defaultBackend === undefined ? [] : [ingress.defaultBackend]),
    ...ingress.rules.flatMap((rule) =>
      rule.paths.flatMap((path) => (path.backend === undefined ? [] : [path.backend])),
    ),
  ];
  const seen = new Set<string>();
  return all.filter((one) => {
    const key = `${one.namespace}/${one.service}:${one.port ?? ''}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Where clients of a controller can be: at the load balancer of its pods, or at the gateway itself. */
export function reachOf(controller: Controller, services: readonly Exposure[]): ReachableFrom {
  const { dataPlane, name } = controller;
  if (dataPlane.kind !== 'pods') {
    return { kind: 'unknown', missing: `the frontend of ${name}` };
  }
  const frontends = services.filter(
    (one) =>
      one.how === 'load-balancer' &&
      one.service !== undefined &&
      dataPlane.namespaces.includes(one.service.namespace),
  );
  const isPublic = frontends.find((one) => one.from.kind === 'internet');
  return (
    isPublic?.from ??
    frontends[0]?.from ?? { kind: 'unknown', missing: `the LoadBalancer Service of ${name}` }
  );
}

export interface ResolvedBackend {
  readonly backends: readonly ExposedBackend[];
  readonly remarks: Exposure['remarks'];
}

/** The pods behind a backend reference, with the ports they receive. */
export function resolveBackend(
  backend: ServiceBackend,
  services: ReadonlyMap<string, Service>,
  backendsOf: (service: Service) => readonly PodClass[],
): ResolvedBackend {
  const title = `${backend.namespace}/${backend.service}`;
  const service = services.get(title);
  if (service === undefined) {
    return {
      backends: [],
      remarks: [{ what: `Service ${title} is not in the input`, at: backend.at }],
    };
  }
  const through = servicePortNamed(service, backend.port);
  if (through === undefined) {
    const what = `Service ${title} has no port \`${backend.port ?? ''}\``;
    return { backends: [], remarks: [{ what, at: backend.at }] };
  }
  const pods = backendsOf(service);
  const remarks =
    pods.length === 0
      ? [{ what: `Service ${title} has no pods in the input`, at: backend.at }]
      : [];
  return {
    remarks,
    backends: pods.map((pod): ExposedBackend => {
      const translated = podPortOf(through, pod);
      const common = { pod, protocol: through.protocol, through };
      return translated.kind === 'port' ? { ...common, podPort: translated.port } : common;
    }),
  };
}
