import type { FlowBox } from '../../../flows/index.ts';
import type { DnatRule } from '../../../model/index.ts';
import { portSet } from '../../../net/index.ts';
import { type FirewallPlacement, PRIVATE_IPV4 } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { FirewallContext } from '../context.ts';
import { addressListsOf } from './address-lists.ts';
import { dnatTurns, protocolsOf } from './dnat-rules.ts';
import { targetOf } from './dnat-target.ts';
import { type FirewallRule, originOf } from './firewall-decider.ts';
import { WITH_PORTS } from './network-rules.ts';

/**
 * AFW-26: a DNAT rule open to every source also lets private networks through to where it leads. Where this rule stands among the
 * written ones is not documented, so it only ever may decide, and it is told for targets whose address is known.
 */
export function implicitNetworkRules(
  placement: FirewallPlacement,
  context: FirewallContext,
): readonly FirewallRule[] {
  return dnatTurns(placement, context).flatMap(({ collections }) =>
    collections.flatMap((entry): FirewallRule[] => {
      const { name: place, collection } = entry;
      if (collection?.kind !== 'dnat') return [];
      return collection.rules.flatMap((rule): FirewallRule[] => {
        const box = openTo(rule, context);
        if (box === undefined) return [];
        const name = `${place}/${rule.name}`;
        const { at } = rule;
        const missing = `whether the implicit network rule of DNAT rule \`${name}\` decides`;
        return [
          {
            region: [{ ...box, needs: [{ missing, at }] }],
            effect: 'allow',
            by: {
              kind: 'platform',
              name: `implicit network rule of ${name}`,
              at,
              fact: 'AFW-26',
              stage: 'implicit dnat',
              rule,
              ...originOf(entry),
            },
          },
        ];
      });
    }),
  );
}

function openTo(rule: DnatRule, context: FirewallContext): FlowBox | undefined {
  if (!rule.sources.addresses.some(({ kind }) => kind === 'any')) return undefined;
  const protocols = rule.protocols.some(isUnknown) ? WITH_PORTS : protocolsOf(rule);
  const target = targetOf(rule, context);
  if (protocols.length === 0 || !target.isExact) return undefined;
  const { port } = target;
  return {
    sources: PRIVATE_IPV4,
    protocols,
    destinations: target.addresses,
    ...(typeof port === 'number'
      ? { destinationPorts: addressListsOf(context).ports(portSet([[port, port]])) }
      : {}),
  };
}
