import type { ApplicationGateway } from '../../model/index.ts';
import { ALL_IPV4, singleAddress } from '../../net/index.ts';
import { PRIVATE_IPV4, type SubnetPlacement } from '../../network/index.ts';
import { gatewayRules, type RouteEffect } from '../../semantics/application-gateway/symbolic.ts';
import { isUnknown } from '../../values/index.ts';
import { answered } from '../answer/answer.ts';
import {
  type Branch,
  cut,
  ends,
  goesOn,
  open,
  type Place,
  provided,
  type Step,
} from '../branch.ts';
import type { End } from '../header.ts';
import { livePodAt } from '../live-pods.ts';
import { split } from '../split.ts';
import { toldOnce, type World } from '../world.ts';
import { filter } from './filter.ts';
import { leavingSubnet, nsgOf } from './leaving-subnet.ts';

/**
 * An Application Gateway ends the client's connection and opens one of its own: the security group of its subnet, listener, then a
 * new flow from its subnet (AZS-66). Paths are no header of a flow: where they decide, the way stays open, and `trace` walks single
 * requests.
 */
export function applicationGateway(world: World, gatewayKey: string, frontendKey: string): Place {
  return {
    key: `application gateway ${gatewayKey} ${frontendKey}`,
    visit: (branch) => {
      const gateway = world.network.perimeter.applicationGateways.get(gatewayKey);
      const name = gateway?.name ?? gatewayKey.split('/').at(-1) ?? gatewayKey;
      const reference = gateway?.subnet;
      const subnet =
        reference === undefined || isUnknown(reference)
          ? undefined
          : world.network.subnets.get(reference.key);
      if (gateway === undefined || subnet === undefined) {
        return [open(branch, { missing: `the subnet of application gateway ${name}` })];
      }
      return admitted(world, { gateway, subnet, frontendKey }, branch);
    },
  };
}

interface Gateway {
  readonly gateway: ApplicationGateway;
  readonly subnet: SubnetPlacement;
  readonly frontendKey: string;
}

/** azure-networking 9.1: clients are admitted to the gateway's subnet, also those of the public front end. */
function admitted(world: World, here: Gateway, branch: Branch): readonly Step[] {
  const { gateway, subnet } = here;
  const box = {
    box: 'application-gateway',
    name: gateway.name,
    stage: `nsg of ${subnet.subnet.name}`,
  };
  const rules = nsgOf(world, subnet.subnet.key, 'Inbound');
  const { inside, outside } = split(branch, 'destination', PRIVATE_IPV4);
  const steps: Step[] = [];
  for (const [part, destination] of [
    [inside, branch.header.destination],
    [outside, instanceOf(here)],
  ] as const) {
    if (part === undefined) continue;
    const seen = { ...part, header: { ...part.header, destination } };
    const { passed, stopped } = filter(seen, rules, box);
    steps.push(...stopped);
    for (const each of passed) {
      steps.push(...listened(world, here, { ...each, header: part.header }));
    }
  }
  return steps;
}

/** One instance or another, nobody can tell which. */
function instanceOf({ gateway, subnet }: Gateway): End {
  const { v4, v6 } = subnet.addresses;
  const addresses = v4.length + v6.length === 0 ? ALL_IPV4 : subnet.addresses;
  return { kind: 'one-of', addresses, label: `an instance of ${gateway.name}` };
}

function listened(world: World, here: Gateway, branch: Branch): readonly Step[] {
  const { gateway, subnet, frontendKey } = here;
  const { name, at } = gateway;
  const rules = toldOnce(world, `listeners ${gateway.key} ${frontendKey}`, () =>
    gatewayRules(world.network, gateway, frontendKey),
  );
  const box = { box: 'application-gateway', name, stage: 'listener' };
  const { parts } = cut(branch, rules, box);
  return parts.flatMap(({ branch: part, effect, by, doubts }): readonly Step[] => {
    const doubted = doubts.length === 0 ? [] : [open(part, ...doubts)];
    if (effect.kind === 'no-listener') return [...doubted, ends(part, { kind: 'denied', by })];
    const [route, second] = effect.routes;
    if (route === undefined || second !== undefined || route.paths.length > 0) {
      const missing = `the path asked of ${name} (walk one request with trace)`;
      return [open(part, { missing, at })];
    }
    if (route.isRedirect) {
      const arrived = { kind: 'delivered', to: `a redirect by ${name}` } as const;
      const place = { kind: 'leaving-subnet', subnetKey: subnet.subnet.key } as const;
      return [...doubted, ...answered(world, part, arrived, place)];
    }
    return [...doubted, ...proxied(world, here, part, route)];
  });
}

/** The gateway's own connection to one of its backends. */
function proxied(
  world: World,
  here: Gateway,
  branch: Branch,
  { opens }: RouteEffect,
): readonly Step[] {
  const { gateway, subnet } = here;
  const { name, at } = gateway;
  const { application, backends, port, why } = opens;
  if (why.length > 0 || port === undefined || isUnknown(port)) {
    return [open(branch, ...(why.length > 0 ? why : [{ missing: `the port of ${name}`, at }]))];
  }
  const choice = { missing: `which backend of ${name} gets it`, at };
  const chosen = backends.length > 1 ? provided(branch, choice) : branch;
  const source = instanceOf(here);
  return backends.map((backend): Step => {
    if (backend.kind === 'fqdn') {
      return open(chosen, { missing: `where ${backend.fqdn} leads (walk one request with trace)` });
    }
    const { address } = backend;
    const label = `a backend of ${name}`;
    const destination: End = isUnknown(address)
      ? {
          kind: 'one-of',
          addresses: ALL_IPV4,
          label,
          ...(address.symbol === undefined ? {} : { symbol: address.symbol }),
        }
      : { kind: 'one-of', addresses: singleAddress(address), label };
    if (livePodAt(world.network, destination) !== undefined) {
      return open(chosen, { missing: `what the pod behind ${name} takes` });
    }
    const { header } = chosen;
    const session = {
      kind: 'gateway',
      subnetKey: subnet.subnet.key,
      before: { source: header.source, destination: header.destination },
      after: { source, destination },
    } as const;
    const sessions = [...chosen.sessions, session];
    const sent = { source, destination, destinationPort: port, application };
    return goesOn(
      { ...chosen, sessions, header: sent },
      leavingSubnet(world, { subnetKey: subnet.subnet.key, gatewayName: name }),
    );
  });
}
