import { type FlowRegion, intersectRegions, needing } from '../../../flows/index.ts';
import type { Rule } from '../policy.ts';
import { boxesOfCalico } from './calico-rule.ts';
import { boxesOfPeer } from './peers-of-rule.ts';
import { boxesOfPort } from './ports-of-rule.ts';
import type { Sight } from './sight.ts';

/** The flows a rule speaks of; a box per pair of peer and port entry. */
export function regionOfRule(rule: Rule, sight: Sight): FlowRegion {
  let region: FlowRegion = [{}];
  if (rule.peers !== 'any') region = rule.peers.flatMap((peer) => boxesOfPeer(peer, sight));
  if (region.length === 0) return region;
  if (rule.ports !== 'any') {
    const ports = rule.ports.flatMap((port) => boxesOfPort(port, sight));
    region = isWhole(region) ? ports : intersectRegions(region, ports);
  }
  if (rule.calico !== undefined && region.length > 0) {
    region = intersectRegions(region, boxesOfCalico(rule.calico, sight));
  }
  return needing(region, rule.doubts);
}

function isWhole(region: FlowRegion): boolean {
  return region.length === 1 && Object.keys(region[0]!).length === 0;
}
