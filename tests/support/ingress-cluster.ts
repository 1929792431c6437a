import {
  ingressControllers,
  planIngress,
  type ServiceSeat,
} from '../../src/lab/plan/ingress/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { type Json, snapshotOf } from './snapshot-of.ts';

/** Ingresses and routes of a small cluster whose controller runs on loopback. */

export const ingressJson = (name: string, spec: Json, annotations: Json = {}): Json => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'pets', annotations },
  spec,
});

export const pathJson = (path: string, service: string, pathType = 'Prefix'): Json => ({
  path,
  pathType,
  backend: { service: { name: service, port: { number: 80 } } },
});

/** An ingress-nginx whose containers listen on these ports. */
export function nginxController(http: number, https: number): readonly Json[] {
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'nginx' },
      spec: { controller: 'k8s.io/ingress-nginx' },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'ingress-nginx-controller', namespace: 'ingress-nginx' },
      spec: {
        template: {
          metadata: { labels: { 'app.kubernetes.io/name': 'ingress-nginx' } },
          spec: {
            containers: [
              {
                name: 'controller',
                image: 'registry.k8s.io/ingress-nginx/controller:v1.14.0',
                ports: [
                  { name: 'http', containerPort: http, protocol: 'TCP' },
                  { name: 'https', containerPort: https, protocol: 'TCP' },
                ],
              },
            ],
          },
        },
      },
    },
  ];
}

/** A Service of namespace `pets` whose only pod listens on loopback. */
export const serviceAt = (name: string, ...ports: readonly number[]): ServiceSeat => ({
  namespace: 'pets',
  name,
  clusterIp: '127.0.0.1',
  ports: [
    { name: 'web', port: 80, endpoints: ports.map((port) => ({ address: '127.0.0.1', port })) },
  ],
});

export function planCluster(objects: readonly Json[], services: readonly ServiceSeat[]) {
  const perimeter = readPerimeter(snapshotOf([], objects));
  const found = ingressControllers(perimeter.kubernetes);
  const seats = found.controllers.map((controller, index) => ({
    controller,
    host: `ingress-${index}`,
    addresses: ['127.0.0.1'],
  }));
  return { found, plan: planIngress({ perimeter, seats, services }) };
}
