import {
  type Condition,
  type FlowBox,
  type FlowRegion,
  intersectRegions,
  isCertain,
  needing,
} from '../../../flows/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { FirewallContext } from '../context.ts';
import { effectiveSettings, tierHas } from '../effective-settings.ts';
import { dnatRules, type InboundEffect, type InboundRule, undecided } from './dnat-rules.ts';
import { conditionOf } from './firewall-decider.ts';
import { isTunnelled } from './forced-tunnel.ts';
import { guarded } from './guarded-list.ts';
import { ipv6Rules } from './ipv6.ts';
import { writtenNetworkRules } from './network-rules.ts';
import { type OwnFlows, ownFlows } from './own-addresses.ts';
import { behindThreats, threatRules } from './threat-stage.ts';
import { overriddenBy } from './translated-rules.ts';

const DENY: InboundEffect = { kind: 'deny' };

/**
 * What becomes of flows addressed to the firewall: threat intelligence, the DNS proxy, DNAT, else the default deny. Flows that no
 * entry takes are not addressed to it. Where its addresses are not known, `allFirewallRules` puts the two together.
 * @returns over flows before every translation
 * @see AFW-28 no match is denied, whatever network rules say. AFW-85 DNS proxy. AFW-23, AFW-24 DNAT
 */
export function inboundRules(
  placement: FirewallPlacement,
  context: FirewallContext,
): readonly InboundRule[] {
  const own = ownFlows(placement);
  const all = [...own.publicly, ...own.privately];
  const threats = threatRules(placement, context);
  // Where it is open whose the address is, what touches a threat is stopped either way. What is passed may yet go elsewhere.
  const isAnyPassed = threats.some(({ effect }) => effect === 'pass');
  const here = isAnyPassed ? all : all.map(({ needs: _, ...box }) => box);
  const ownThreats = threats.flatMap((rule) => {
    const region = intersectRegions(rule.region, here);
    return region.length === 0 ? [] : [{ ...rule, region }];
  });
  return [
    ...ipv6Rules(placement, ALLOW, DENY),
    ...behindThreats(ownThreats, ownStages(placement, context), DENY),
  ];
}

/** The DNS proxy, DNAT and its default deny, for flows that are or may be addressed to the firewall. */
export function ownStages(
  placement: FirewallPlacement,
  context: FirewallContext,
): readonly InboundRule[] {
  const { publicly, privately } = ownFlows(placement);
  const told = [
    ...stagesFor(placement, context, {
      publicly: publicly.filter(isCertain),
      privately: privately.filter(isCertain),
    }),
  ];
  for (const { needs = [], ...box } of publicly) {
    const here = { publicly: [box], privately: [] };
    if (needs.length > 0) told.push(...guarded(stagesFor(placement, context, here), needs));
  }
  for (const { needs = [], ...box } of privately) {
    const here = { publicly: [], privately: [box] };
    if (needs.length > 0) told.push(...guarded(stagesFor(placement, context, here), needs));
  }
  return told;
}

/** What becomes of flows that are the firewall's own for sure. */
function stagesFor(
  placement: FirewallPlacement,
  context: FirewallContext,
  own: OwnFlows,
): readonly InboundRule[] {
  const region = [...own.publicly, ...own.privately];
  if (region.length === 0) return [];
  return [
    ...dnsProxy(placement, own),
    ...explicitProxy(placement, own),
    ...translations(placement, context, own),
    { region, effect: DENY, by: NO_DNAT_RULE },
  ];
}

const ALLOW: InboundEffect = { kind: 'allow' };
const NO_DNAT_RULE = {
  kind: 'default',
  name: 'default deny: no DNAT rule matches',
  fact: 'AFW-28',
  stage: 'default',
} as const;

const DNS: FlowBox = { protocols: ['udp', 'tcp'], destinationPorts: [53, 53] };

/** AFW-85, AFW-86: port 53 of the private address, when the proxy is on. */
function dnsProxy(placement: FirewallPlacement, { privately }: OwnFlows): InboundRule[] {
  const { state, why, at } = effectiveSettings(placement).dnsProxy;
  const region = intersectRegions(privately, [DNS]);
  if (state === 'off' || region.length === 0) return [];
  const placed = at === undefined ? {} : { at };
  const needs = state === 'on' ? [] : [{ missing: why, ...placed }];
  return [
    {
      region: needing(region, needs),
      effect: { kind: 'dns-proxy' },
      by: {
        kind: 'platform',
        name: `DNS proxy of firewall ${placement.firewall.name}`,
        fact: 'AFW-85',
        stage: 'dns proxy',
        ...placed,
      },
    },
  ];
}

/** It listens on ports of the private address that we do not read. */
function explicitProxy({ policies }: FirewallPlacement, { privately }: OwnFlows): InboundRule[] {
  const policy = policies.find(({ explicitProxyEnabled: is }) => is === true || isUnknown(is));
  const region = intersectRegions(privately, [{ protocols: ['tcp'] }]);
  if (policy === undefined || region.length === 0) return [];
  const { at } = policy;
  const name = `explicit proxy of policy ${policy.name}`;
  const missing = `what the ${name} does with the flow (not modelled)`;
  const by = { kind: 'platform', name, at, policy, stage: 'explicit proxy' } as const;
  return undecided(region, { missing, at }, by);
}

function translations(
  placement: FirewallPlacement,
  context: FirewallContext,
  own: OwnFlows,
): InboundRule[] {
  const tunnel = isTunnelled(placement, context);
  if (tunnel === true) return []; // AFW-65
  const written =
    context.dnatImplicitAllowOverridable === true ? writtenNetworkRules(placement, context) : [];
  const rules = dnatRules(placement, context).flatMap((rule) =>
    written.length === 0 ? [rule] : overriddenBy(written, rule),
  );
  const taking = (region: FlowRegion): InboundRule[] =>
    rules.flatMap((rule) => {
      const share = intersectRegions(rule.region, region);
      return share.length === 0 ? [] : [{ ...rule, region: share }];
    });
  const tunnelled = tunnel === false ? [] : [tunnel];
  const onPrivate = dnatOnPrivate(placement);
  return [
    ...guarded(taking(own.publicly), tunnelled),
    ...(onPrivate === undefined
      ? []
      : guarded(taking(own.privately), [...tunnelled, ...onPrivate])),
  ];
}

/** AFW-61: the private address takes DNAT in a virtual network, and not on Basic. What it needs; `undefined`: it takes none. */
function dnatOnPrivate(placement: FirewallPlacement): Condition[] | undefined {
  const { tier } = effectiveSettings(placement);
  if (tierHas(tier, 'DNAT on the private address') === false) return undefined;
  if (placement.firewall.virtualHub !== undefined) return undefined;
  return isUnknown(tier) ? [conditionOf(tier)] : [];
}
