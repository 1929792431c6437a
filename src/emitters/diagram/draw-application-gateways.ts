import type { ApplicationGateway } from '../../model/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { wafText } from './gateway-waf.ts';
import { boxesAt } from './holders.ts';
import { byKey, internet, outsideAddress, standsIn } from './places.ts';
import type { Sketch } from './sketch.ts';
import { listed, settingText } from './words.ts';

/** Application Gateways with the mode of their WAF, who calls them and whom they call. */
export function drawApplicationGateways(network: Network, sketch: Sketch): void {
  for (const gateway of byKey(network.perimeter.applicationGateways)) {
    sketch.put(standsIn(network, gateway.subnet, gateway, sketch), {
      id: gateway.key,
      kind: 'application-gateway',
      name: gateway.name,
      lines: [wafText(network, gateway)],
      tooltip: [
        `sku ${settingText(gateway.skuName, 'not written')}`,
        ...gateway.listeners
          .slice(0, 12)
          .map(({ name, protocol, port, hostNames }) =>
            `listener ${name}: ${(protocol ?? 'protocol not written').toLowerCase()} ${settingText(port, 'port not written')} ${hostNames.slice(0, 3).join(', ')}`.trim(),
          ),
      ],
      layer: 'ingress',
    });
    drawCallers(gateway, sketch);
    drawBackends(network, gateway, sketch);
  }
}

/** Only listeners of public front ends are called from the Internet. */
function drawCallers(gateway: ApplicationGateway, sketch: Sketch): void {
  const isPublic = new Map(
    gateway.frontends.map(({ key, publicIp }) => [key, publicIp !== undefined]),
  );
  const listeners = gateway.listeners.filter(({ frontend }) => {
    if (frontend === undefined || isUnknown(frontend)) return [...isPublic.values()].includes(true);
    return isPublic.get(frontend.key) ?? true;
  });
  if (listeners.length === 0) return;
  const services = listeners.map(
    ({ protocol, port }) =>
      `${(protocol ?? 'tcp').toLowerCase()} ${settingText(port, 'port not written')}`,
  );
  const isSure = listeners.some(({ frontend }) => frontend !== undefined && !isUnknown(frontend));
  sketch.link({
    from: internet(sketch),
    to: gateway.key,
    meaning: 'ingress',
    standing: isSure ? 'certain' : 'unknown',
    label: listed([...new Set(services)].sort(), 2),
  });
}

function drawBackends(network: Network, gateway: ApplicationGateway, sketch: Sketch): void {
  const subnet = gateway.subnet;
  const vnetKey =
    subnet === undefined || isUnknown(subnet)
      ? undefined
      : network.subnets.get(subnet.key)?.vnet.key;
  for (const route of gateway.routes) {
    const port = settingText(route.backendPort, '');
    const label = `${(route.backendProtocol ?? '').toLowerCase()} ${port}`.trim();
    for (const backend of route.backends) {
      const boxes =
        backend.kind === 'fqdn'
          ? [{ id: outsideAddress(sketch, backend.fqdn), standing: 'certain' as const }]
          : boxesAt(network, backend.address, vnetKey, sketch);
      for (const { id, standing } of boxes) {
        sketch.link({
          from: gateway.key,
          to: id,
          meaning: 'ingress',
          standing,
          label: standing === 'unknown' ? 'perhaps' : label,
          tooltip: [`rule ${route.name}`],
        });
      }
    }
  }
}
