import { isAbsent, isUnknown, itemsOf, member, type Value } from '../../values/index.ts';
import type { ApplicationGateway, GatewayListener } from '../azure/application-gateway.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressIn } from './addresses.ts';
import { readGatewayRoutes } from './application-gateway-routes.ts';
import { subnetOf } from './gateways.ts';
import { type Element, elementsIn, locatedOf, namedOf } from './named.ts';
import { portIn } from './ports.ts';
import { present } from './present.ts';
import { inside, type Reading, reportGap, type Source, sourceOf, valueIn } from './reading.ts';
import { referenceIn } from './references.ts';
import {
  booleanIn,
  decidingTextIn,
  flagIn,
  settingIn,
  settingOf,
  textIn,
  twinsIn,
} from './scalars.ts';

/** The parts of one gateway refer to each other by id; their keys are those ids in lower case. */
export type Parts = (collection: string, what: string) => readonly Element[];

/** `Microsoft.Network/applicationGateways` (azure-networking 11.2). */
export function readApplicationGateway(
  reading: Reading,
  resource: AzureResource,
): ApplicationGateway {
  const source = sourceOf(reading, 'application gateway', resource);
  const parts: Parts = (collection, what) =>
    elementsIn(source, resource.key, collection, what, itemsOf(valueIn(source, collection)));
  const sku = inside(source, 'sku');
  const skuName = settingIn(sku, 'name');
  const skuTier = settingIn(sku, 'tier');
  const subnet = subnetOf(source, 'gatewayIPConfigurations');
  const wafPolicy = referenceIn(source, 'firewallPolicy');
  const located = locatedOf(resource);
  noteGaps(source);
  return {
    ...located,
    ...present({ skuName, skuTier, subnet }),
    frontends: parts('frontendIPConfigurations', 'front end').map(readFrontend),
    listeners: readListeners(parts),
    routes: readGatewayRoutes(parts),
    ...present({ wafPolicy }),
    ...readInlineWaf(source),
    isIsolated: hasIsolationTag(located.tags),
  };
}

/** azure-networking 9.1. */
function hasIsolationTag(tags: Readonly<Record<string, string>>): boolean {
  return Object.entries(tags).some(
    ([name, value]) =>
      name.toLowerCase() === 'enhancednetworkcontrol' && value.toLowerCase() === 'true',
  );
}

function readFrontend(element: Element): ApplicationGateway['frontends'][number] {
  const privateAddress = addressIn(element, 'privateIPAddress');
  const publicIp = referenceIn(element, 'publicIPAddress');
  const subnet = referenceIn(element, 'subnet');
  return {
    ...namedOf(element),
    ...present({ privateAddress, publicIp, subnet }),
  };
}

function readListeners(parts: Parts): readonly GatewayListener[] {
  const ports = new Map(parts('frontendPorts', 'port').map((port) => [port.key, port]));
  return parts('httpListeners', 'listener').map((element) => {
    const frontend = referenceIn(element, 'frontendIPConfiguration');
    const protocol = textIn(element, 'protocol');
    const wafPolicy = referenceIn(element, 'firewallPolicy');
    const hosts = twinsIn(element, 'hostNames', 'hostName').map((value) =>
      settingOf(element, 'hostNames', value),
    );
    // Without its unknown host the listener would take every host. Its match stays open through the port instead.
    const unknownHost = hosts.find(isUnknown);
    return {
      ...namedOf(element),
      ...present({ frontend }),
      port: unknownHost ?? portOf(element, ports),
      ...present({ protocol }),
      hostNames: hosts.filter((host) => typeof host === 'string'),
      ...present({ wafPolicy }),
    };
  });
}

function portOf(listener: Element, ports: ReadonlyMap<string, Element>): GatewayListener['port'] {
  const reference = referenceIn(listener, 'frontendPort');
  if (reference === undefined || isUnknown(reference)) return reference;
  const port = ports.get(reference.key);
  if (port !== undefined) return portIn(port, 'port');
  const name = reference.id.slice(reference.id.lastIndexOf('/') + 1);
  return {
    kind: 'unknown',
    reason: 'malformed',
    text: reference.id,
    missing: `front end port \`${name}\` of listener \`${listener.name}\``,
    at: reference.at,
  };
}

function readInlineWaf(source: Source): Pick<ApplicationGateway, 'inlineWaf'> {
  const waf = inside(source, 'webApplicationFirewallConfiguration');
  if (isAbsent(waf.value)) return {};
  const mode = decidingTextIn(waf, 'firewallMode');
  const ruleSetType = textIn(waf, 'ruleSetType');
  const ruleSetVersion = textIn(waf, 'ruleSetVersion');
  const requestBodyCheck = booleanIn(waf, 'requestBodyCheck');
  return {
    inlineWaf: {
      enabled: flagIn(waf, 'enabled', false),
      ...present({ mode, ruleSetType, ruleSetVersion, requestBodyCheck }),
      at: waf.at,
    },
  };
}

function noteGaps(source: Source): void {
  if (isUnknown(source.value)) return;
  const whys = {
    listeners: 'listeners for TCP and TLS forward without HTTP',
    privateLinkConfigurations:
      'they let other networks reach the gateway through private endpoints',
  };
  for (const [name, why] of Object.entries(whys)) {
    const first: Value | undefined = itemsOf(member(source.value, name))[0];
    if (first !== undefined) {
      reportGap(source.reading, `applicationGateways/${name}`, why, first.at);
    }
  }
}
