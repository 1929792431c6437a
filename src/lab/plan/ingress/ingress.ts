import type { Gap } from '../../../diagnostics/index.ts';
import type { Perimeter } from '../../../model/index.ts';
import { sitesOfListener } from './gateway-api-sites.ts';
import type { IngressController } from './ingress-controllers.ts';
import { type IngressPort, ingressHttp, type ServiceSeat } from './ingress-servers.ts';
import { sitesOfIngress } from './ingress-sites.ts';
import {
  DEBIAN_WEB_SERVER,
  type IngressPart,
  nginxConfiguration,
  type WebServerPaths,
  webFolder,
  webServerProcess,
} from './web-server.ts';

/** A pod of a controller where it runs: one seat for each replica. */
export interface ControllerSeat {
  readonly controller: IngressController;
  readonly host: string;
  readonly addresses: readonly string[];
}

/** In-cluster ingress controllers as nginx in the pods of their workloads. Such a pod answers by itself: its host must not be `answers`. */
export function planIngress(input: {
  readonly perimeter: Perimeter;
  readonly seats: readonly ControllerSeat[];
  readonly services: readonly ServiceSeat[];
  readonly paths?: WebServerPaths;
}): IngressPart {
  const paths = input.paths ?? DEBIAN_WEB_SERVER;
  const gaps = new Map<string, Gap>();
  const parts = input.seats.map((seat) => {
    const said: Gap[] = [];
    const part = planSeat(input.perimeter, seat, input.services, paths, said);
    // Replicas have the same to say.
    for (const gap of said) gaps.set(`${gap.what}\n${gap.why}`, gap);
    return part;
  });
  return {
    files: parts.flatMap(({ files }) => files),
    processes: parts.flatMap(({ processes }) => processes),
    certificates: parts.flatMap(({ certificates }) => certificates),
    gaps: [...gaps.values()],
    simplifications: input.seats.length === 0 ? [] : SIMPLIFICATIONS,
  };
}

const SIMPLIFICATIONS: readonly string[] = [
  'Ingress controllers are plain nginx with the routes of the Ingresses and HTTPRoutes, sending to pods in turn. Certificates come from the lab’s own authority, not from the cluster’s Secrets.',
];

function planSeat(
  perimeter: Perimeter,
  seat: ControllerSeat,
  services: readonly ServiceSeat[],
  paths: WebServerPaths,
  gaps: Gap[],
): Pick<IngressPart, 'files' | 'processes' | 'certificates'> {
  const ports = portsOf(perimeter, seat.controller, gaps);
  const folder = webFolder(seat.host);
  const [first] = ports;
  const address = seat.addresses[0];
  if (first === undefined || address === undefined) {
    gaps.push({ what: seat.controller.key, why: 'it listens nowhere: nothing answers' });
    return { files: [], processes: [], certificates: [] };
  }
  const http = ingressHttp({ ports, services, gaps });
  const hosts = ports.flatMap(({ sites }) => sites.flatMap(({ host }) => host ?? []));
  const names = [...new Set(hosts)].filter((name) => /^(?:\*\.)?[a-z0-9.-]+$/i.test(name));
  const hasTls = ports.some(({ isTls }) => isTls);
  return {
    files: [{ path: `${folder}/nginx.conf`, text: nginxConfiguration(http, undefined) }],
    processes: [webServerProcess(seat.host, paths, { address, port: first.port })],
    certificates: hasTls
      ? [
          {
            certificate: `${folder}/tls/ingress.crt`,
            key: `${folder}/tls/ingress.key`,
            names: [...names, ...seat.addresses],
          },
        ]
      : [],
  };
}

function portsOf(
  perimeter: Perimeter,
  controller: IngressController,
  gaps: Gap[],
): readonly IngressPort[] {
  const { gateway } = controller;
  if (gateway !== undefined) {
    // Listeners of one port share it by host name.
    const byPort = new Map<number, IngressPort>();
    for (const listener of gateway.listeners) {
      const sites = sitesOfListener(perimeter, gateway, listener, gaps);
      const known = byPort.get(listener.port);
      byPort.set(listener.port, {
        port: listener.port,
        isTls: listener.protocol.toUpperCase() === 'HTTPS',
        sites: [...(known?.sites ?? []), ...sites],
      });
      if (!['HTTP', 'HTTPS'].includes(listener.protocol.toUpperCase())) {
        const what = `Gateway ${gateway.namespace}/${gateway.name}: listener ${listener.name}`;
        gaps.push({ what, why: `\`${listener.protocol}\` is not spoken: HTTP is`, at: gateway.at });
      }
    }
    return [...byPort.values()];
  }
  const sites = controller.ingresses.flatMap((ingress) => sitesOfIngress(perimeter, ingress, gaps));
  return webPorts(controller).map((port) => ({ ...port, sites }));
}

/** Container ports of the controller, told by name or by number; 80 and 443 where none is written. */
function webPorts(controller: IngressController): readonly Omit<IngressPort, 'sites'>[] {
  const written = controller.pod.ports.flatMap(({ name, port, protocol }) => {
    if (protocol !== 'tcp') return [];
    if (name === 'https' || port === 443 || port === 8443) return [{ port, isTls: true }];
    return name === 'http' || port === 80 || port === 8080 ? [{ port, isTls: false }] : [];
  });
  return written.length > 0
    ? written
    : [
        { port: 80, isTls: false },
        { port: 443, isTls: true },
      ];
}
