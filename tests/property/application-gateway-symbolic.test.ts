import { describe, expect, it } from 'vitest';
import type { FlowPoint } from '../../src/flows/index.ts';
import type { ApplicationGateway, GatewayListener, GatewayRoute } from '../../src/model/index.ts';
import type { DomainName, Port } from '../../src/net/index.ts';
import type { Network } from '../../src/network/index.ts';
import { pathMatches } from '../../src/semantics/application-gateway/choice.ts';
import {
  deliverToGateway,
  type GatewayDelivery,
} from '../../src/semantics/application-gateway/concrete.ts';
import {
  type GatewayEffect,
  gatewayRules,
  type RouteEffect,
} from '../../src/semantics/application-gateway/symbolic.ts';
import type { Application } from '../../src/semantics/flow.ts';
import { AT, ip, networkOf, ref, unknown, vnet } from '../conformance/network-fixture.ts';
import { type Dice, diceOf, point, summaryAt } from '../support/compare-deciders.ts';
import { seededRandom } from '../support/seeded-random.ts';

const HOSTS = ['shop.example.com', 'a.shop.example.com', 'api.example.com', 'example.com', 'x.org'];
const PATTERNS = [
  'shop.example.com',
  '*.example.com',
  '*.shop.example.com',
  'api.*.com',
  '?pi.example.com',
];
const PATHS = ['/', '/api', '/api/v1', '/images/a.png', '/API/x'];
const at = AT;

function listenerOf(dice: Dice, index: number): GatewayListener {
  const frontend = dice.pick([
    ref('fe'),
    ref('fe'),
    ref('fe'),
    ref('other'),
    unknown(`the front end of l${index}`),
  ]);
  const port = dice.pick([443, 443, 443, 80, undefined]);
  return {
    key: `l${index}`,
    name: `l${index}`,
    at,
    frontend,
    port: dice.chance(0.08) ? unknown(`the port of l${index}`) : (port as Port | undefined),
    hostNames: dice.chance(0.4) ? [] : dice.some(PATTERNS, 0.4),
    ...(dice.chance(0.3) ? { wafPolicy: ref(dice.pick(['waf', 'off', 'gone'])) } : {}),
  };
}

function routesOf(dice: Dice, { key }: GatewayListener, index: number): readonly GatewayRoute[] {
  const priority = dice.chance(0.85) ? { priority: 10 * dice.number(4) + index } : {};
  const route = (name: string, paths: readonly string[]): GatewayRoute => ({
    key: `${key}/${name}`,
    name: `${key}/${name}`,
    at,
    listenerKey: key,
    paths,
    ...priority,
    backends: dice.some<GatewayRoute['backends'][number]>(
      [
        { kind: 'address', address: ip('10.1.0.9') },
        { kind: 'address', address: unknown('a backend') },
        { kind: 'fqdn', fqdn: 'app.example.com' },
      ],
      0.5,
    ),
    backendPort: dice.chance(0.1) ? unknown('a backend port') : (8080 as Port),
    backendProtocol: dice.pick(['Http', 'Https']),
    redirects: dice.chance(0.15),
    ...(dice.chance(0.2) ? { wafPolicy: ref('detect') } : {}),
  });
  return [
    ...dice.some(['/api/*', '/images/*', '/api'], 0.3).map((path) => route(path, [path])),
    ...(dice.chance(0.85) ? [route('rest', [])] : []),
  ];
}

function worldOf(dice: Dice): { readonly network: Network; readonly gateway: ApplicationGateway } {
  const listeners = Array.from({ length: dice.number(5) }, (_, index) => listenerOf(dice, index));
  const gateway: ApplicationGateway = {
    key: 'agw',
    id: 'agw',
    name: 'agw',
    at,
    zones: [],
    tags: {},
    subnet: dice.pick([ref('hub/subnets/agw'), ref('gone'), unknown('a subnet')]),
    frontends: [],
    listeners,
    routes: listeners.flatMap((listener, index) => routesOf(dice, listener, index)),
    isIsolated: false,
    ...(dice.chance(0.3) ? { wafPolicy: ref('waf') } : {}),
    ...(dice.chance(0.3)
      ? { inlineWaf: { enabled: dice.chance(0.7), ...dice.pick([{}, { mode: 'Detection' }]), at } }
      : {}),
  };
  const policy = (
    key: string,
    state: 'Enabled' | 'Disabled',
    mode: 'Prevention' | 'Detection',
  ) => ({
    ...{ key, id: key, name: key, at, zones: [], tags: {}, requestBodyCheck: undefined },
    ...{ state, mode, ruleSets: [], customRules: [] },
  });
  const network = networkOf({
    vnets: [vnet('hub', { space: ['10.0.0.0/16'], subnets: { agw: '10.0.1.0/24' } })],
    more: {
      wafPolicies: new Map([
        ['waf', policy('waf', 'Enabled', 'Prevention')],
        ['off', policy('off', 'Disabled', 'Prevention')],
        ['detect', policy('detect', 'Enabled', 'Detection')],
      ]),
    },
  });
  return { network, gateway };
}

function applicationOf(
  kind: FlowPoint['application'],
  host: string | undefined,
  path: string,
): Application {
  const name = host as DomainName | undefined;
  if (kind === 'http') return { kind, path, ...(name === undefined ? {} : { host: name }) };
  if (kind === 'https') return { kind, path, ...(name === undefined ? {} : { serverName: name }) };
  return { kind };
}

/** The route of the table for a path. */
function routeFor(effect: GatewayEffect | undefined, path: string): RouteEffect | undefined {
  if (effect?.kind !== 'listening') return undefined;
  return effect.routes.find(
    ({ paths }) => paths.length === 0 || paths.some((pattern) => pathMatches(pattern, path)),
  );
}

/** A delivery in the words of both tellings. */
function concreteWords(delivery: GatewayDelivery) {
  if (delivery.kind === 'no-listener') return { kind: 'no-listener' };
  if (delivery.kind === 'unknown') return { kind: 'unknown' };
  const waf = delivery.waf.kind === 'unknown' ? delivery.waf.why : delivery.waf.kind;
  if (delivery.kind === 'redirected') return { kind: 'redirected', waf };
  const { route, flows, why } = delivery;
  return {
    ...{ kind: 'proxied', waf, route: route.name, why, backends: flows.length },
    source: flows[0]?.flow.source.kind === 'within' ? flows[0].flow.source.addresses : undefined,
    application: flows[0]?.flow.application.kind,
  };
}

function symbolicWords(found: RouteEffect | undefined) {
  if (found === undefined) return { kind: 'no-listener' };
  const waf = found.waf.kind === 'unknown' ? found.waf.why : found.waf.kind;
  if (found.isRedirect) return { kind: 'redirected', waf };
  const { source, application, backends, port, why } = found.opens;
  const isOpen = typeof port === 'object';
  const isNone = isOpen || backends.length === 0;
  return {
    ...{
      kind: 'proxied',
      waf,
      route: found.route.name,
      why,
      backends: isOpen ? 0 : backends.length,
    },
    source: isNone ? undefined : source,
    application: isNone ? undefined : application,
  };
}

describe('Application Gateways, told twice', () => {
  it('both tellings agree on random listeners, hosts and paths', () => {
    const dice = diceOf(seededRandom(67));
    const seen = new Map<string, number>();
    for (let world = 0; world < 900; world += 1) {
      const { network, gateway } = worldOf(dice);
      const rules = gatewayRules(network, gateway, 'fe');
      for (let turn = 0; turn < 16; turn += 1) {
        const application = dice.pick<FlowPoint['application']>(['http', 'https', 'https', 'none']);
        const shows = application !== 'none' && dice.chance(0.9);
        const host = shows ? dice.pick(HOSTS) : undefined;
        const path = dice.pick(PATHS);
        const asked = point({
          protocol: dice.chance(0.95) ? 'tcp' : 'udp',
          destinationPort: dice.pick([443, 443, 80, 8443]) as Port,
          application,
          ...(host === undefined ? {} : { name: host }),
        });
        const delivery = deliverToGateway(network, gateway, 'fe', {
          source: { kind: 'exact', ip: asked.source },
          destination: { kind: 'exact', ip: asked.destination },
          protocol: asked.protocol,
          destinationPort: asked.destinationPort,
          application: applicationOf(application, host, path),
        });
        const { effects, allNeeds, isComplete } = summaryAt(rules, asked);
        const label = `${world}: ${application} ${host} ${asked.destinationPort} ${path}`;
        expect([label, isComplete]).toEqual([label, true]);
        // A wildcard inside a host name is more than names can say: it is left open, and the truth is among the rest.
        if (allNeeds.some((text) => text.endsWith('com`'))) {
          const told = effects.map((effect) => symbolicWords(routeFor(effect, path)));
          if (delivery.kind !== 'unknown') expect(told).toContainEqual(concreteWords(delivery));
          continue;
        }
        seen.set(delivery.kind, (seen.get(delivery.kind) ?? 0) + 1);
        if (delivery.kind === 'unknown') {
          const why = delivery.why.map(({ missing }) => missing);
          // Without a path known, the table of the effect is what is left open.
          if (application === 'none' && effects.length === 1) continue;
          expect([label, effects.length > 1]).toEqual([label, true]);
          const isPriorities = why.some((text) => text.startsWith('the rule priorities'));
          if (isPriorities) expect([label, allNeeds.length > 0]).toEqual([label, true]);
          else expect([label, why.filter((text) => !allNeeds.includes(text))]).toEqual([label, []]);
          continue;
        }
        expect([label, effects.length]).toEqual([label, 1]);
        expect([label, symbolicWords(routeFor(effects[0], path))]).toEqual([
          label,
          concreteWords(delivery),
        ]);
      }
    }
    for (const kind of ['no-listener', 'redirected', 'proxied', 'unknown']) {
      expect([kind, (seen.get(kind) ?? 0) > 120]).toEqual([kind, true]);
    }
  });
});
