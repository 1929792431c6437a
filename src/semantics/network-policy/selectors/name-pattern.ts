import type { DomainName } from '../../../net/index.ts';

/** A name in a policy, after its own API's reading of stars. The wildcards of Cilium and ClusterNetworkPolicy differ. */
export type NamePattern =
  | { readonly kind: 'exact'; readonly name: string; readonly text: string }
  | { readonly kind: 'every-name'; readonly text: string }
  | {
      readonly kind: 'labels';
      /** True: one or more labels of any kind stand before `labels`. */
      readonly hasLabelsBefore: boolean;
      /** Each label may hold stars for zero or more of its characters. */
      readonly labels: readonly string[];
      readonly text: string;
    };

export function matchesName(pattern: NamePattern, name: DomainName): boolean {
  if (pattern.kind === 'exact') return pattern.name === name;
  if (pattern.kind === 'every-name') return true;
  const labels = name.split('.');
  const before = labels.length - pattern.labels.length;
  if (pattern.hasLabelsBefore ? before < 1 : before !== 0) return false;
  return pattern.labels.every((label, index) => matchesGlob(label, labels[before + index]!));
}

/** `matchName`: exact, without case and trailing dot. */
export function ciliumName(text: string): NamePattern {
  return { kind: 'exact', name: normalise(text), text };
}

/**
 * `matchPattern` (K8P-48). A star is zero or more characters of one label; two or more stars and a dot at the start
 * are one or more labels; stars alone match every name. `undefined` for a character Cilium refuses.
 */
export function ciliumPattern(text: string): NamePattern | undefined {
  const name = normalise(text);
  if (!/^[a-z0-9._*-]+$/.test(name)) return undefined;
  if (/^\*+$/.test(name)) return { kind: 'every-name', text };
  const deep = /^\*{2,}\./.exec(name);
  const rest = deep === null ? name : name.slice(deep[0].length);
  return { kind: 'labels', hasLabelsBefore: deep !== null, labels: rest.split('.'), text };
}

/**
 * `domainNames` (K8P-27): a name, or `*.` and a name for one or more whole labels before it. `undefined` when it is
 * neither: stars elsewhere, or characters host names do not use.
 */
export function clusterNetworkPolicyName(text: string): NamePattern | undefined {
  const name = normalise(text);
  const base = name.startsWith('*.') ? name.slice(2) : name;
  const labels = base.split('.');
  if (!labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)))
    return undefined;
  if (base === name) return { kind: 'exact', name, text };
  return { kind: 'labels', hasLabelsBefore: true, labels, text };
}

/** Stars match any run of characters. O(glob × label): no backtracking beyond the last star. */
function matchesGlob(glob: string, label: string): boolean {
  let at = 0;
  let inGlob = 0;
  let star = -1;
  let resumeAt = 0;
  while (at < label.length) {
    if (glob[inGlob] === '*') {
      star = inGlob;
      resumeAt = at;
      inGlob += 1;
    } else if (glob[inGlob] === label[at]) {
      inGlob += 1;
      at += 1;
    } else if (star >= 0) {
      resumeAt += 1;
      at = resumeAt;
      inGlob = star + 1;
    } else {
      return false;
    }
  }
  while (glob[inGlob] === '*') inGlob += 1;
  return inGlob === glob.length;
}

function normalise(text: string): string {
  return text.trim().toLowerCase().replace(/\.$/, '');
}
