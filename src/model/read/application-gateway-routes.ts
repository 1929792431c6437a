import { parseIp } from '../../net/index.ts';
import { isAbsent, isUnknown, itemsOf } from '../../values/index.ts';
import type { GatewayRoute } from '../azure/application-gateway.ts';
import type { Reference } from '../azure/common.ts';
import { addressIn } from './addresses.ts';
import type { Parts } from './application-gateway.ts';
import { type Element, elementsIn, namedOf } from './named.ts';
import { portIn } from './ports.ts';
import { present } from './present.ts';
import { type Source, sourceAt, valueIn } from './reading.ts';
import { referenceIn } from './references.ts';
import { noteUnknown, plainNumberIn, settingIn, textIn, textsIn } from './scalars.ts';

/** What the routing rules point at, by key. */
interface Targets {
  readonly pools: ReadonlyMap<string, Element>;
  readonly settings: ReadonlyMap<string, Element>;
  readonly maps: ReadonlyMap<string, Element>;
}

/** Every routing rule, and every path rule of its path map, resolved to where it sends requests. */
export function readGatewayRoutes(parts: Parts): readonly GatewayRoute[] {
  const targets: Targets = {
    pools: byKey(parts('backendAddressPools', 'backend pool')),
    settings: byKey(parts('backendHttpSettingsCollection', 'backend settings')),
    maps: byKey(parts('urlPathMaps', 'path map')),
  };
  return parts('requestRoutingRules', 'routing rule').flatMap((rule) => routesOf(rule, targets));
}

function byKey(elements: readonly Element[]): ReadonlyMap<string, Element> {
  return new Map(elements.map((element) => [element.key, element]));
}

type Shared = Pick<GatewayRoute, 'listenerKey' | 'priority'>;

function routesOf(rule: Element, targets: Targets): readonly GatewayRoute[] {
  const listener = referenceIn(rule, 'httpListener');
  if (isUnknown(listener)) noteUnknown(rule, 'httpListener', listener, 'not written');
  const priority = plainNumberIn(rule, 'priority');
  const shared: Shared = {
    ...(listener === undefined || isUnknown(listener) ? {} : { listenerKey: listener.key }),
    ...present({ priority }),
  };
  const mapReference = referenceIn(rule, 'urlPathMap');
  const map = found(mapReference, targets.maps);
  if (map === undefined) return [routeTo(rule, rule, NAMES, shared, [], targets)];
  const items = itemsOf(valueIn(map, 'pathRules'));
  const byPath = elementsIn(map, map.key, 'pathRules', 'path rule', items).map((pathRule) =>
    routeTo(pathRule, pathRule, NAMES, shared, textsIn(pathRule, 'paths'), targets),
  );
  return [...byPath, routeTo(rule, map, DEFAULT_NAMES, shared, [], targets)];
}

const NAMES = {
  pool: 'backendAddressPool',
  settings: 'backendHttpSettings',
  redirect: 'redirectConfiguration',
} as const;
const DEFAULT_NAMES = {
  pool: 'defaultBackendAddressPool',
  settings: 'defaultBackendHttpSettings',
  redirect: 'defaultRedirectConfiguration',
} as const;

function routeTo(
  named: Element,
  source: Element,
  names: typeof NAMES | typeof DEFAULT_NAMES,
  shared: Shared,
  paths: readonly string[],
  targets: Targets,
): GatewayRoute {
  const pool = referenceIn(source, names.pool);
  const settings = found(referenceIn(source, names.settings), targets.settings);
  const backendProtocol = settings === undefined ? undefined : textIn(settings, 'protocol');
  const wafPolicy = referenceIn(source, 'firewallPolicy');
  return {
    ...namedOf(named),
    ...shared,
    paths,
    backends: backendsOf(pool, targets),
    backendPort: settings === undefined ? undefined : portIn(settings, 'port'),
    ...present({ backendProtocol, wafPolicy }),
    redirects: !isAbsent(valueIn(source, names.redirect)),
  };
}

/** A pool that cannot be told is one unknown backend, never none. */
function backendsOf(pool: Reference | undefined, targets: Targets): GatewayRoute['backends'] {
  if (pool === undefined) return [];
  if (isUnknown(pool)) return [{ kind: 'address', address: pool }];
  const element = targets.pools.get(pool.key);
  if (element === undefined) {
    const missing = `backend pool \`${pool.id.slice(pool.id.lastIndexOf('/') + 1)}\``;
    const address = { kind: 'unknown', reason: 'malformed', text: pool.id, missing } as const;
    return [{ kind: 'address', address: { ...address, at: pool.at } }];
  }
  const items = itemsOf(valueIn(element, 'backendAddresses'));
  return items.flatMap((value) => backendOf(sourceAt(element, value)));
}

function backendOf(source: Source): GatewayRoute['backends'] {
  const fqdn = settingIn(source, 'fqdn');
  if (isUnknown(fqdn)) return [{ kind: 'address', address: fqdn }];
  const ip = fqdn === undefined ? undefined : parseIp(fqdn);
  if (ip !== undefined) return [{ kind: 'address', address: ip }];
  if (fqdn !== undefined && fqdn !== '') return [{ kind: 'fqdn', fqdn }];
  const address = addressIn(source, 'ipAddress');
  return address === undefined ? [] : [{ kind: 'address', address }];
}

function found(
  reference: Reference | undefined,
  elements: ReadonlyMap<string, Element>,
): Element | undefined {
  return reference === undefined || isUnknown(reference) ? undefined : elements.get(reference.key);
}
