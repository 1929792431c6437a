import { type Condition, type FlowBox, isCertain, nameSetHas } from '../../../flows/index.ts';
import {
  addressSetCovers,
  addressSetsOverlap,
  portSetCovers,
  portSetHas,
} from '../../../net/index.ts';
import type { InboundRule } from './dnat-rules.ts';
import type { DnatTarget } from './dnat-target.ts';
import type { FirewallRule } from './firewall-decider.ts';
import { apart } from './guarded-list.ts';
import { productOf } from './region-product.ts';

/**
 * A DNAT rule whose translated flows network rules may deny: an older text says so, and it is a choice of the person who asks.
 * @param written network rules, which look at the flow with its new destination and its old source
 * @see AFW-24
 */
export function overriddenBy(written: readonly FirewallRule[], dnat: InboundRule): InboundRule[] {
  const { effect, region } = dnat;
  if (effect.kind !== 'translate') return [dnat];
  const behind: InboundRule[] = written.flatMap((rule): InboundRule[] => {
    const boxes = rule.region.flatMap((box) => beforeTranslation(box, effect) ?? []);
    if (boxes.length === 0) return [];
    return [
      rule.effect === 'allow'
        ? { ...dnat, region: boxes }
        : { region: boxes, effect: { kind: 'deny' }, by: rule.by },
    ];
  });
  const list = [...behind, { ...dnat, region: [{}] }];
  return (region.every(isCertain) ? list : apart(list)).flatMap((rule) => {
    const share = productOf(rule.region, region);
    return share.length === 0 ? [] : [{ ...rule, region: share }];
  });
}

/** The flows that are in the box once they go to the target, by the headers they have before. */
function beforeTranslation(box: FlowBox, target: DnatTarget): FlowBox | undefined {
  const { destinations, destinationPorts, names, needs = [], ...rest } = box;
  if (names !== undefined && !nameSetHas(names, target.name)) return undefined;
  const open: Condition[] = [...needs];
  if (destinations !== undefined && !addressSetCovers(destinations, target.addresses)) {
    if (!addressSetsOverlap(destinations, target.addresses)) return undefined;
    open.push({ missing: `which address ${target.label} has` });
  }
  const { port } = target;
  const isKept = port === undefined;
  if (destinationPorts !== undefined && !isKept) {
    if (typeof port === 'object') {
      if (!portSetCovers(destinationPorts, [1, 65535])) open.push(port);
    } else if (!portSetHas(destinationPorts, port)) return undefined;
  }
  const ports = isKept && destinationPorts !== undefined ? { destinationPorts } : {};
  return { ...rest, ...ports, needs: open };
}
