import type {
  ClusterObjects,
  HttpRoute,
  Ingress,
  PodClass,
  Service,
  ServiceBackend,
} from '../../../model/index.ts';
import {
  backendFinder,
  isGranted,
  ownerOfIngress,
  podPortOf,
  servicePortNamed,
} from '../../../semantics/services/index.ts';
import type { MissingFact } from '../../../semantics/verdict.ts';
import type { Check, NamedPlace } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { serviceKey } from './kubernetes-exposure.ts';
import { openQuestion } from './kubernetes-policy-check.ts';
import { listed, policyWorld } from './kubernetes-policy-world.ts';

const noController = eachSubject<Ingress>({
  id: 'ingress/no-controller',
  severity: 'error',
  title: 'Some controller serves every Ingress.',
  explanation:
    'An Ingress is a wish. Without a class that a running controller owns, nothing listens for its host names and nobody reports an error.',
  fix: 'set `spec.ingressClassName` to a class of the cluster (`kubectl get ingressclass`), or install the controller',
  facts: ['K8P-85'],
  covers: ['KP-11'],
  subjects: (context) => context.perimeter.kubernetes.ingresses,
  none: 'no Ingress',
  key: ({ namespace, name }) => `${namespace}/Ingress/${name}`,
  judge: (ingress, context) => {
    const objects = context.perimeter.kubernetes;
    const title = `${ingress.namespace}/${ingress.name}`;
    const question = `Whether a controller serves Ingress ${title} is not known.`;
    const fails = (why: string): Judgement => ({
      kind: 'fails',
      message: `Nobody answers for Ingress ${title}: ${why}.`,
      places: [{ at: ingress.at, what: `Ingress ${title}` }],
      evidence: [why],
    });
    const classes = objects.ingressClasses;
    const owner = ownerOfIngress(ingress, objects);
    if (owner.kind === 'none') {
      return classes.length > 0
        ? fails('it names no class, and no class is the default')
        : openQuestion(question, {
            missing: 'the IngressClass objects (kubectl get ingressclass -o yaml)',
            at: ingress.at,
          });
    }
    const { className, controller } = owner;
    if (classes.some(({ name }) => name === className)) return HOLDS;
    const addons = policyWorld(context)?.placement.cluster?.addons;
    if (className === 'webapprouting.kubernetes.azure.com' && addons !== undefined) {
      return addons.webAppRouting ? HOLDS : fails('the application routing add-on is off');
    }
    if (controller.name.startsWith('Application Gateway ingress') && addons?.applicationGateway) {
      return HOLDS;
    }
    if (classes.length > 0) return fails(`there is no IngressClass \`${className}\``);
    if (controller.dataPlane.kind === 'pods' && addons === undefined) return HOLDS;
    const isInstalled =
      controller.dataPlane.kind === 'pods' &&
      objects.pods.some(
        ({ namespace }) =>
          controller.dataPlane.kind === 'pods' &&
          controller.dataPlane.namespaces.includes(namespace),
      );
    return isInstalled
      ? HOLDS
      : openQuestion(question, {
          missing: `IngressClass \`${className}\` or the controller behind it`,
          at: ingress.at,
        });
  },
});

type Publisher =
  | { readonly kind: 'Service'; readonly object: Service; readonly pods: readonly PodClass[] }
  | {
      readonly kind: 'backends';
      readonly object: Ingress | HttpRoute;
      readonly backends: readonly ServiceBackend[];
    };

const backendMissing = eachSubject<Publisher>({
  id: 'ingress/backend-missing',
  severity: 'error',
  title: 'Every Service and route leads to a workload.',
  explanation:
    'A Service whose selector fits no pod, a target port name that no container declares, or a route to a Service or port that does not exist all look alike from outside: refused connections and 503.',
  fix: 'compare names and labels: `selector` with the pod template, `targetPort` with `containers[].ports[].name`, the backend with the Service and its ports',
  facts: ['K8P-80', 'K8P-81', 'K8P-86'],
  covers: ['KP-11'],
  subjects: (context) => {
    const objects = context.perimeter.kubernetes;
    const find = backendFinder(objects.pods);
    return [
      ...objects.services
        .filter(
          ({ type, selector }) => type !== 'ExternalName' && Object.keys(selector ?? {}).length > 0,
        )
        .map((object): Publisher => ({ kind: 'Service', object, pods: find(object) })),
      ...objects.ingresses.map(
        (object): Publisher => ({ kind: 'backends', object, backends: backendsOfIngress(object) }),
      ),
      ...objects.httpRoutes.map(
        (object): Publisher => ({ kind: 'backends', object, backends: backendsOfRoute(object) }),
      ),
    ];
  },
  none: 'no Service with a selector, no Ingress and no route',
  key: ({ object }) =>
    object.kind === 'Service'
      ? serviceKey(object as Service)
      : `${object.namespace}/${object.kind}/${object.name}`,
  judge: (subject, context) => {
    const objects = context.perimeter.kubernetes;
    const { object } = subject;
    const title = `${object.kind} ${object.namespace}/${object.name}`;
    const { faults, missing } =
      subject.kind === 'Service'
        ? faultsOfService(subject.object, subject.pods, objects)
        : faultsOfBackends(subject.backends, objects);
    if (faults.length > 0) {
      return {
        kind: 'fails',
        message: `${title} leads nowhere: ${faults.map(({ what }) => what).join('; ')}.`,
        places: faults.map(({ at }) => ({ at, what: title })),
        evidence: faults.map(({ what }) => what),
      };
    }
    return missing === undefined
      ? HOLDS
      : openQuestion(`Whether ${title} leads to a workload is not known.`, missing);
  },
});

const grantMissing = eachSubject<HttpRoute>({
  id: 'ingress/reference-grant-missing',
  severity: 'error',
  title: 'Namespaces grant the routes that use their Services.',
  explanation:
    'A route may name a Service of another namespace only when a ReferenceGrant there says so. Without it the gateway answers 500 for the path, and the reason stands only in the route’s status.',
  fix: 'add a ReferenceGrant to the Service’s namespace: from this kind and namespace, to Service',
  facts: ['K8P-88'],
  covers: ['KP-11'],
  subjects: (context) =>
    context.perimeter.kubernetes.httpRoutes.filter((route) =>
      backendsOfRoute(route).some(({ namespace }) => namespace !== route.namespace),
    ),
  none: 'no route uses a Service of another namespace',
  key: (route) => `${route.namespace}/${route.kind}/${route.name}`,
  judge: (route, context) => {
    const objects = context.perimeter.kubernetes;
    const title = `${route.kind} ${route.namespace}/${route.name}`;
    const refused = backendsOfRoute(route).filter(
      (backend) => !isGranted(route, backend, objects.referenceGrants),
    );
    if (refused.length === 0) return HOLDS;
    const known = refused.filter(({ namespace }) => isFilled(namespace, objects));
    if (known.length === 0) {
      const missing = `the ReferenceGrants of namespace ${refused[0]!.namespace}`;
      return openQuestion(`Whether ${title} may use its Services is not known.`, {
        missing,
        at: refused[0]!.at,
      });
    }
    const names = listed(known.map(({ namespace, service }) => `${namespace}/${service}`));
    return {
      kind: 'fails',
      message: `Requests that ${title} sends to ${names} are refused: that namespace grants it nothing.`,
      places: known.map(({ at }) => ({ at, what: title })),
      evidence: known.map(
        ({ namespace }) =>
          `no ReferenceGrant in ${namespace} from ${route.kind} of ${route.namespace} to Service`,
      ),
    };
  },
});

export const KUBERNETES_BACKEND_CHECKS: readonly Check[] = [
  noController,
  backendMissing,
  grantMissing,
];

interface Faults {
  readonly faults: readonly NamedPlace[];
  readonly missing: MissingFact | undefined;
}

function faultsOfService(
  service: Service,
  pods: readonly PodClass[],
  objects: ClusterObjects,
): Faults {
  if (pods.length === 0) {
    const selector = Object.entries(service.selector ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
    const isKnown = objects.pods.some(({ namespace }) => namespace === service.namespace);
    const what = `no workload of ${service.namespace} has the labels ${selector}`;
    return isKnown
      ? { faults: [{ at: service.at, what }], missing: undefined }
      : {
          faults: [],
          missing: { missing: `the workloads of namespace ${service.namespace}`, at: service.at },
        };
  }
  const faults = service.ports.flatMap((port) => {
    if (typeof port.targetPort !== 'string') return [];
    if (pods.some((pod) => podPortOf(port, pod).kind === 'port')) return [];
    const what = `no container of ${listed(pods.map(({ name }) => name))} declares port \`${port.targetPort}\` for ${port.protocol.toUpperCase()}`;
    return [{ at: port.at, what }];
  });
  return { faults, missing: undefined };
}

/** A Service without pods is its own subject: here it is enough that it exists and has the port. */
function faultsOfBackends(backends: readonly ServiceBackend[], objects: ClusterObjects): Faults {
  const faults: NamedPlace[] = [];
  let missing: MissingFact | undefined;
  for (const { service: name, namespace, port, at } of backends) {
    const ofNamespace = objects.services.filter((one) => one.namespace === namespace);
    const service = ofNamespace.find((one) => one.name === name);
    if (service === undefined) {
      if (ofNamespace.length > 0) {
        const others = listed(ofNamespace.map((one) => one.name));
        faults.push({ at, what: `there is no Service ${namespace}/${name} (there is ${others})` });
      } else missing ??= { missing: `Service ${namespace}/${name}`, at };
    } else if (service.type !== 'ExternalName' && servicePortNamed(service, port) === undefined) {
      const ports = listed(service.ports.map((one) => String(one.name ?? one.port)));
      faults.push({
        at,
        what: `Service ${namespace}/${name} has no port \`${port ?? ''}\` (it has ${ports})`,
      });
    }
  }
  return { faults, missing };
}

function backendsOfIngress({ defaultBackend, rules }: Ingress): readonly ServiceBackend[] {
  const ofPaths = rules.flatMap(({ paths }) => paths.flatMap(({ backend }) => backend ?? []));
  return distinct(defaultBackend === undefined ? ofPaths : [defaultBackend, ...ofPaths]);
}

/** What receives nothing (weight 0, a redirect) needs nothing. */
function backendsOfRoute({ rules }: HttpRoute): readonly ServiceBackend[] {
  return distinct(
    rules.flatMap(({ redirects, backends }) =>
      redirects ? [] : backends.filter(({ weight }) => weight > 0),
    ),
  );
}

function distinct(backends: readonly ServiceBackend[]): readonly ServiceBackend[] {
  const keyed = backends.map(
    (one) => [`${one.namespace}/${one.service}:${one.port ?? ''}`, one] as const,
  );
  return [...new Map(keyed).values()];
}

/** Does the input hold anything of the namespace? Else its grants may be elsewhere too. */
function isFilled(namespace: string, objects: ClusterObjects): boolean {
  return (
    objects.services.some((one) => one.namespace === namespace) ||
    objects.pods.some((one) => one.namespace === namespace) ||
    objects.referenceGrants.some((one) => one.namespace === namespace)
  );
}
