import {
  type Condition,
  type FlowBox,
  type FlowRegion,
  intersectRegions,
  type NameSet,
  WITHOUT_NAME,
} from '../../../flows/index.ts';
import type { Peer, Rule } from '../policy.ts';
import type { NamePattern } from '../selectors/name-pattern.ts';
import { all, type Holding } from './holding.ts';
import type { Sight } from './sight.ts';

/**
 * Names match what a client looked up; an address without a name may still be an answer.
 * @see K8P-27, K8P-47 under Cilium a `dns` rule must admit the query, K8P-48
 */
export function boxesOfNames(peer: Extract<Peer, { kind: 'names' }>, sight: Sight): FlowRegion {
  const { far } = sight;
  if (far.kind !== 'outside') return [];
  const texts = peer.patterns.map(({ text }) => `\`${text}\``).join(', ');
  const missing = far.isApiServer
    ? 'the name of the API server'
    : `whether this address is an answer for ${texts}`;
  const unnamed: FlowBox = { names: WITHOUT_NAME, needs: [{ missing, at: peer.at }] };
  const named = peer.patterns.flatMap((pattern) => boxesOfPattern(pattern, sight.names));
  const admitted =
    sight.engine === 'cilium' ? intersectRegions(named, sight.admittedNames()) : named;
  return [...admitted, unnamed];
}

/** What one covering policy's `dns` rules let through to the resolver. @see K8P-47, K8P-50 a bare star */
export function namesAdmittedBy(
  rules: readonly Rule[],
  covers: Holding,
  names: readonly string[],
): FlowRegion {
  const boxes: FlowBox[] = [];
  for (const rule of rules) {
    if (rule.action !== 'allow' || rule.ports === 'any') continue;
    for (const port of rule.ports) {
      const request = 'request' in port ? port.request : undefined;
      if (request?.kind !== 'dns') continue;
      const bareStar: Condition = {
        missing: 'what AKS makes of a bare `*` in a dns rule, which it does not support',
        at: port.at,
      };
      for (const pattern of request.names) {
        const holding = all(covers, pattern.kind === 'every-name' ? [bareStar] : []);
        if (holding === undefined) continue;
        const own: FlowBox = holding.length === 0 ? {} : { needs: holding };
        boxes.push(...intersectRegions(boxesOfPattern(pattern, names), [own]));
      }
    }
  }
  return boxes;
}

/** A name set says `*` only in front and over any number of labels: other stars hold for sure of listed names. */
function boxesOfPattern(pattern: NamePattern, listed: readonly string[]): FlowRegion {
  switch (pattern.kind) {
    case 'exact':
      return [{ names: only([pattern.name]) }];
    case 'every-name':
      return [{ names: only(['*']) }];
    case 'labels': {
      const { labels } = pattern;
      const star = labels.findLastIndex((label) => label.includes('*'));
      if (star < 0) {
        const rest = labels.join('.');
        return [{ names: only([pattern.hasLabelsBefore ? `*.${rest}` : rest]) }];
      }
      const certain = listed.filter((name) => fits(pattern, name));
      const tail = labels[star]!.slice(labels[star]!.lastIndexOf('*') + 1);
      const cone = `*${[tail, ...labels.slice(star + 1)].join('.')}`;
      const missing = `whether the name fits \`${pattern.text}\``;
      return [
        ...(certain.length === 0 ? [] : [{ names: only(certain) }]),
        { names: only([cone]), needs: [{ missing }] },
      ];
    }
  }
}

function only(patterns: readonly string[]): NameSet {
  return { patterns, withoutName: false };
}

/** @see K8P-48 a star is zero or more characters of one label */
function fits(pattern: Extract<NamePattern, { kind: 'labels' }>, name: string): boolean {
  const given = name.split('.');
  const extra = given.length - pattern.labels.length;
  if (pattern.hasLabelsBefore ? extra < 1 : extra !== 0) return false;
  return pattern.labels.every((glob, index) => fitsLabel(glob, given[index + extra]!));
}

/** Pieces between stars, each found as early as it can be behind the one before. O(label · pieces). */
function fitsLabel(glob: string, label: string): boolean {
  const pieces = glob.split('*');
  const first = pieces[0]!;
  if (pieces.length === 1) return first === label;
  const last = pieces.at(-1)!;
  if (!label.startsWith(first) || !label.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = label.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= label.length - last.length;
}
