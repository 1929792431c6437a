import type { Gap } from '../../../diagnostics/index.ts';
import type { ApplicationGateway, GatewayListener, Reference } from '../../../model/index.ts';
import { formatIp } from '../../../net/index.ts';
import { isUnknown, path, stringOf, type Value } from '../../../values/index.ts';
import { TEXT_CHARACTERS_MAX } from './nginx-text.ts';
import { flagAt, listAt, nameReferredTo, numberAt, textAt, textsAt, unknownAt } from './written.ts';

/** A listener with the requests it takes and where each of them goes. */
export interface GatewaySite {
  readonly listener: GatewayListener;
  /** Name of the routing rule. */
  readonly rule: string;
  readonly priority: number;
  /** Path rules as listed, then the default; the first whose pattern matches decides. */
  readonly places: readonly GatewayPlace[];
}

export interface GatewayPlace {
  /** Of the path rule; the routing rule's for the default. */
  readonly name: string;
  /** As written: `/images/*`. Absent: everything else. */
  readonly pattern?: string;
  readonly target: GatewayTarget;
  readonly wafPolicy?: Reference;
}

export type GatewayTarget =
  | {
      readonly kind: 'pool';
      readonly pool: string;
      readonly settings: BackendSettings;
      readonly members: readonly string[];
    }
  | {
      readonly kind: 'redirect';
      readonly status: number;
      readonly to:
        | { readonly kind: 'listener'; readonly name: string }
        | { readonly kind: 'url'; readonly url: string };
      readonly includesPath: boolean;
      readonly includesQuery: boolean;
    }
  /** Nobody knows where to: the lab answers 502, as a gateway without a healthy backend does. */
  | { readonly kind: 'nowhere' };

export interface BackendSettings {
  readonly name: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly hostName?: string;
  readonly takesHostOfBackend: boolean;
  /** Override of the path, `/` at both ends. */
  readonly path?: string;
  readonly timeoutSeconds: number;
}

/** Reads the parts of a gateway by name: they refer to each other only inside the gateway. */
export function gatewaySites(
  gateway: ApplicationGateway,
  properties: Value | undefined,
  gaps: Gap[],
): readonly GatewaySite[] {
  const parts = (collection: string): ReadonlyMap<string, Value> =>
    new Map(
      listAt(properties, collection).map((value) => [
        (textAt(value, 'name') ?? '').toLowerCase(),
        value,
      ]),
    );
  const targets: Targets = {
    pools: parts('backendAddressPools'),
    settings: parts('backendHttpSettingsCollection'),
    redirects: parts('redirectConfigurations'),
    note: (what, why, at) => {
      gaps.push({
        what: `application gateway ${gateway.name}: ${what}`,
        why,
        ...(at === undefined ? {} : { at }),
      });
    },
  };
  const maps = parts('urlPathMaps');
  return gateway.listeners.flatMap((listener) => {
    const rules = listAt(properties, 'requestRoutingRules').filter(
      (rule) => nameReferredTo(rule, 'properties', 'httpListener') === listener.name.toLowerCase(),
    );
    if (rules.length === 0) {
      targets.note(`listener ${listener.name}`, 'no routing rule names it: it answers nothing');
    }
    return rules.map((rule): GatewaySite => {
      const name = textAt(rule, 'name') ?? '';
      const map = maps.get(nameReferredTo(rule, 'properties', 'urlPathMap') ?? '');
      return {
        listener,
        rule: name,
        priority: numberAt(rule, 'properties', 'priority') ?? Number.MAX_SAFE_INTEGER,
        places:
          map === undefined ? [placeOf(rule, name, NAMES, targets)] : placesOf(map, name, targets),
      };
    });
  });
}

interface Targets {
  readonly pools: ReadonlyMap<string, Value>;
  readonly settings: ReadonlyMap<string, Value>;
  readonly redirects: ReadonlyMap<string, Value>;
  readonly note: (what: string, why: string, at?: Gap['at']) => void;
}

const NAMES = {
  pool: 'backendAddressPool',
  settings: 'backendHttpSettings',
  redirect: 'redirectConfiguration',
  rewrite: 'rewriteRuleSet',
} as const;
const DEFAULT_NAMES = {
  pool: 'defaultBackendAddressPool',
  settings: 'defaultBackendHttpSettings',
  redirect: 'defaultRedirectConfiguration',
  rewrite: 'defaultRewriteRuleSet',
} as const;

function placesOf(map: Value, rule: string, targets: Targets): readonly GatewayPlace[] {
  const byPath = listAt(map, 'properties', 'pathRules').flatMap((pathRule) => {
    const name = textAt(pathRule, 'name') ?? '';
    const place = placeOf(pathRule, name, NAMES, targets);
    const patterns = textsAt(pathRule, 'properties', 'paths');
    if (patterns.length === 0) targets.note(`path rule ${name}`, 'its paths are not known');
    return patterns.map((pattern) => ({ ...place, pattern }));
  });
  return [...byPath, placeOf(map, rule, DEFAULT_NAMES, targets)];
}

function placeOf(
  value: Value,
  name: string,
  names: typeof NAMES | typeof DEFAULT_NAMES,
  targets: Targets,
): GatewayPlace {
  const wafPolicy = policyIn(value);
  if (nameReferredTo(value, 'properties', names.rewrite) !== undefined) {
    targets.note(`rewrite rules of ${name}`, 'headers and addresses are not rewritten');
  }
  return {
    name,
    target: targetOf(value, name, names, targets),
    ...(wafPolicy === undefined ? {} : { wafPolicy }),
  };
}

function targetOf(
  value: Value,
  name: string,
  names: typeof NAMES | typeof DEFAULT_NAMES,
  targets: Targets,
): GatewayTarget {
  const redirect = targets.redirects.get(nameReferredTo(value, 'properties', names.redirect) ?? '');
  if (redirect !== undefined) return redirectOf(redirect) ?? nowhere(name, 'redirect', targets);
  const poolName = nameReferredTo(value, 'properties', names.pool) ?? '';
  const pool = targets.pools.get(poolName);
  const settings = targets.settings.get(nameReferredTo(value, 'properties', names.settings) ?? '');
  const port = numberAt(settings, 'properties', 'port');
  if (pool === undefined || settings === undefined || port === undefined) {
    return nowhere(name, pool === undefined ? 'backend pool' : 'backend settings', targets);
  }
  const members = listAt(pool, 'properties', 'backendAddresses').flatMap((member) => {
    const unknown = unknownAt(member, 'fqdn') ?? unknownAt(member, 'ipAddress');
    if (unknown !== undefined) {
      targets.note(`backend pool ${poolName}`, `${unknown.missing} is not known`, unknown.at);
    }
    return textAt(member, 'ipAddress') ?? textAt(member, 'fqdn') ?? [];
  });
  if (members.length === 0) return nowhere(name, 'any member of its backend pool', targets);
  return {
    kind: 'pool',
    pool: textAt(pool, 'name') ?? '',
    settings: settingsOf(settings, port, targets),
    members,
  };
}

function nowhere(name: string, what: string, targets: Targets): GatewayTarget {
  targets.note(`rule ${name}`, `${what} is not known: the lab answers 502`);
  return { kind: 'nowhere' };
}

/** Azure waits 20 seconds for a backend unless told otherwise. */
const TIMEOUT_SECONDS = 20;

function settingsOf(value: Value, port: number, targets: Targets): BackendSettings {
  const name = textAt(value, 'name') ?? '';
  const at = (member: string) => textAt(value, 'properties', member);
  if (at('cookieBasedAffinity')?.toLowerCase() === 'enabled') {
    targets.note(`backend settings ${name}`, 'cookie-based affinity is not done');
  }
  const override = at('path');
  const hostName = at('hostName');
  return {
    name,
    port,
    isTls: at('protocol')?.toLowerCase() === 'https',
    ...(hostName === undefined || hostName === '' ? {} : { hostName }),
    takesHostOfBackend: flagAt(value, 'properties', 'pickHostNameFromBackendAddress') === true,
    ...(override === undefined || override === '' ? {} : { path: slashed(override) }),
    timeoutSeconds: numberAt(value, 'properties', 'requestTimeout') ?? TIMEOUT_SECONDS,
  };
}

const slashed = (text: string): string =>
  `/${text.replace(/^\/+|\/+$/g, '')}/`.replace(/^\/+$/, '/');

const REDIRECTS: Readonly<Record<string, number>> = {
  permanent: 301,
  found: 302,
  seeother: 303,
  temporary: 307,
};

function redirectOf(value: Value): GatewayTarget | undefined {
  const status = REDIRECTS[textAt(value, 'properties', 'redirectType')?.toLowerCase() ?? ''];
  const listener = nameReferredTo(value, 'properties', 'targetListener');
  const url = textAt(value, 'properties', 'targetUrl');
  if (status === undefined || (listener === undefined && url === undefined)) return undefined;
  if (url !== undefined && url.length > TEXT_CHARACTERS_MAX) return undefined;
  return {
    kind: 'redirect',
    status,
    to:
      listener === undefined
        ? { kind: 'url', url: url ?? '' }
        : { kind: 'listener', name: listener },
    includesPath: flagAt(value, 'properties', 'includePath') === true,
    includesQuery: flagAt(value, 'properties', 'includeQueryString') === true,
  };
}

function policyIn(value: Value): Reference | undefined {
  const found = path(value, 'properties', 'firewallPolicy', 'id');
  if (found === undefined || found.kind === 'null') return undefined;
  if (isUnknown(found)) return found;
  const id = stringOf(found);
  return id === undefined
    ? undefined
    : { kind: 'reference', id, key: id.toLowerCase(), at: found.at };
}

/** The private address a front end has in the input, once everything is pinned. */
export function privateAddressOf(
  frontend: ApplicationGateway['frontends'][number],
): string | undefined {
  const address = frontend.privateAddress;
  return address === undefined || isUnknown(address) ? undefined : formatIp(address);
}
