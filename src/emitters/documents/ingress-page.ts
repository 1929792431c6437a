import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { wafText } from '../diagram/gateway-waf.ts';
import { idleAddresses } from '../diagram/idle-addresses.ts';
import { byKey } from '../diagram/places.ts';
import { callersText, publishedBy, serviceText, translationText } from '../diagram/publications.ts';
import { compare } from '../diagram/sketch.ts';
import { addressText, knownAddressText, listed, settingText } from '../diagram/words.ts';
import { sallyport, shellBlock } from './command.ts';
import { bullets, code, facts, prose, shortTable } from './markdown.ts';
import { placeText } from './place-text.ts';

const ROWS_MAX = 60;

/** Every door from outside, and where it leads. */
export function ingressPage(network: Network, paths: readonly string[]): readonly string[] {
  const rows = [
    ...dnatRows(network),
    ...gatewayRows(network),
    ...serviceRows(network),
    ...balancerRows(network),
  ];
  const idle = idleAddresses(network).map(({ name }) => code(name));
  return [
    '## How traffic comes in',
    '',
    ...(rows.length === 0
      ? ['Nothing in the input publishes anything to the Internet.', '']
      : shortTable(['door', 'listens on', 'for', 'leads to', 'where'], rows, ROWS_MAX, 'doors')),
    ...(rows.some(([door]) => door?.startsWith('DNAT'))
      ? [
          `A DNAT match translates and allows; no other rule of the firewall is asked ${facts('AFW-23')}. A target with a private address sees an instance of the firewall as client, any other a public address of the firewall ${facts('AFW-66', 'AFW-67')}.`,
          '',
        ]
      : []),
    ...gatewayNotes(network),
    ...(idle.length === 0
      ? []
      : [
          `Public addresses for which no use was seen in the input: ${idle.slice(0, 20).join(', ')}${idle.length > 20 ? ` and ${idle.length - 20} more` : ''}.`,
          '',
        ]),
    ...(network.perimeter.kubernetes.pods.length === 0
      ? []
      : [
          'What the world can call, with every rule on the way:',
          '',
          ...shellBlock([sallyport(paths, 'query', '--from', 'internet', '--to', 'pods')]),
        ]),
  ];
}

function dnatRows(network: Network): readonly (readonly string[])[] {
  return byKey(network.firewalls).flatMap((placed) =>
    publishedBy(placed).map(({ path, rule }) => [
      `DNAT ${code(path)}`,
      prose(serviceText(rule)),
      prose(callersText(rule)),
      prose(translationText(rule)),
      placeText(rule.at),
    ]),
  );
}

function gatewayRows({ perimeter }: Network): readonly (readonly string[])[] {
  return byKey(perimeter.applicationGateways).flatMap((gateway) =>
    gateway.listeners.map((listener) => {
      const routes = gateway.routes.filter(({ listenerKey }) => listenerKey === listener.key);
      const targets = routes.flatMap(({ backends, backendPort }) =>
        backends.map((backend) => {
          const host = backend.kind === 'fqdn' ? backend.fqdn : addressText(backend.address);
          return `${host} port ${settingText(backendPort, 'not written')}`;
        }),
      );
      const end = gateway.frontends.find(({ key }) => {
        const { frontend } = listener;
        return frontend !== undefined && !isUnknown(frontend) && frontend.key === key;
      });
      const callers =
        end === undefined
          ? 'front end not known'
          : end.publicIp === undefined
            ? 'private front end'
            : 'anybody its security group admits';
      const hosts = listener.hostNames.length === 0 ? '' : ` ${listed(listener.hostNames, 4)}`;
      return [
        `Application Gateway ${code(gateway.name)}, listener ${code(listener.name)}`,
        prose(
          `${(listener.protocol ?? 'protocol not written').toLowerCase()} ${settingText(listener.port, 'port not written')}${hosts}`,
        ),
        callers,
        targets.length === 0
          ? 'no back end in the input'
          : prose(listed([...new Set(targets)].sort(compare), 6)),
        placeText(listener.at),
      ];
    }),
  );
}

function serviceRows(network: Network): readonly (readonly string[])[] {
  return network.clusters.flatMap(({ loadBalancerServices }) =>
    [...loadBalancerServices]
      .sort((a, b) =>
        compare(
          `${a.service.namespace}/${a.service.name}`,
          `${b.service.namespace}/${b.service.name}`,
        ),
      )
      .map(({ service, isInternal, address, backends }) => [
        `Service ${code(`${service.namespace}/${service.name}`)}`,
        prose(
          `${service.ports.map(({ protocol, port }) => `${protocol} ${port}`).join(', ')} at ${knownAddressText(address)}`,
        ),
        isInternal
          ? 'internal load balancer: who reaches its subnet'
          : service.loadBalancerSourceRanges.length > 0
            ? prose(listed(service.loadBalancerSourceRanges, 6))
            : `anybody: public load balancer ${facts('AKS-70')}`,
        backends.length === 0
          ? 'no workload in the input'
          : backends
              .slice(0, 6)
              .map(({ kind, name }) => `${prose(kind)} ${code(name)}`)
              .join(', '),
        placeText(service.at),
      ]),
  );
}

function balancerRows({ perimeter }: Network): readonly (readonly string[])[] {
  return byKey(perimeter.loadBalancers).flatMap((balancer) => {
    if (!balancer.frontends.some(({ publicIp }) => publicIp !== undefined)) return [];
    return balancer.rules.map((rule) => [
      `Load balancer ${code(balancer.name)}, rule ${code(rule.name)}`,
      prose(
        `${(rule.protocol ?? 'protocol not written').toLowerCase()} ${settingText(rule.frontendPort, 'not written')}`,
      ),
      'anybody the security groups behind it admit',
      prose(`back end port ${settingText(rule.backendPort, 'not written')}`),
      placeText(rule.at),
    ]);
  });
}

function gatewayNotes(network: Network): readonly string[] {
  const gateways = byKey(network.perimeter.applicationGateways);
  if (gateways.length === 0) return [];
  return bullets([
    ...gateways.map(
      (gateway) =>
        `${code(gateway.name)}: ${prose(wafText(network, gateway))} ${facts('AZS-68', 'AZS-69')}.`,
    ),
    `An Application Gateway ends the connection and opens its own; pods see an address of its subnet ${facts('AZS-66')}.`,
  ]);
}
