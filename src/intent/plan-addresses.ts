import { nearest } from '../diagnostics/nearest.ts';
import {
  formatPrefix,
  hasHostBits,
  parsePrefix,
  prefixCovers,
  prefixesOverlap,
} from '../net/index.ts';
import { carve, freeRanges, type Ipv4Prefix } from './carve.ts';
import type { PagePath } from './places.ts';
import type { SubnetPlan } from './plan.ts';
import type { Problem } from './problem.ts';

type Report = (problem: Problem) => void;

/** A range of the page as numbers; reported when it is none. */
export function rangeAt(text: string, path: PagePath, report: Report): Ipv4Prefix | undefined {
  const prefix = parsePrefix(text);
  const fault =
    prefix === undefined || prefix.family !== 4
      ? `\`${text}\` is no IPv4 range`
      : hasHostBits(text)
        ? `\`${text}\` has bits set beyond its length; its range is ${formatPrefix(prefix)}`
        : undefined;
  if (fault !== undefined || prefix?.family !== 4) {
    report({ code: 'intent/address', severity: 'error', path, message: fault ?? text });
    return undefined;
  }
  return prefix;
}

/** A range that must keep clear of the others, and what to call it. */
export interface Claim {
  readonly what: string;
  readonly prefix: Ipv4Prefix;
  readonly path: PagePath;
}

/**
 * Networks that are peered, ranges behind gateways and ranges of pods and Services share one address plan
 * (aks 2.2).
 * @param since the claims before are clear of each other already
 */
export function refuseOverlaps(claims: readonly Claim[], since: number, report: Report): void {
  for (const [index, claim] of claims.entries()) {
    if (index < since) continue;
    const other = claims.slice(0, index).find((one) => prefixesOverlap(one.prefix, claim.prefix));
    if (other === undefined) continue;
    const free = freeRanges(
      claim.prefix.length,
      claims.filter((one) => one !== claim).map((one) => one.prefix),
    );
    report({
      code: 'intent/address-overlap',
      severity: 'error',
      path: claim.path,
      message: `${claim.what} \`${formatPrefix(claim.prefix)}\` overlaps ${other.what} \`${formatPrefix(other.prefix)}\``,
      hint:
        free.length === 0 ? 'no private range of that size is free' : `free: ${free.join(', ')}`,
    });
  }
}

/** A subnet that the page needs: its fixed name, the smallest size, and what needs it. */
export interface Wanted {
  readonly name: string;
  readonly length: number;
}

/**
 * Gives every wanted subnet a range: the one written, else the lowest free one, large subnets first so that little is lost
 * between them.
 */
export function subnetsIn(
  network: { readonly prefix: Ipv4Prefix; readonly path: PagePath; readonly what: string },
  wanted: readonly Wanted[],
  written: Readonly<Record<string, string>>,
  report: Report,
): ReadonlyMap<string, SubnetPlan> | undefined {
  const names = wanted.map(({ name }) => name);
  const given = new Map<string, Ipv4Prefix>();
  let isWhole = true;
  const fail = (path: PagePath, message: string, hint?: string): void => {
    isWhole = false;
    report({
      code: 'intent/subnet',
      severity: 'error',
      path,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  };
  for (const [name, text] of Object.entries(written)) {
    const path = [...network.path, 'subnets', name];
    const want = wanted.find((one) => one.name === name);
    if (want === undefined) {
      const [close] = nearest(name, names);
      fail(
        path,
        `${network.what} needs no subnet \`${name}\``,
        close === undefined ? `it needs ${names.join(', ')}` : `did you mean \`${close}\`?`,
      );
      continue;
    }
    const prefix = rangeAt(text, path, report);
    if (prefix === undefined) {
      isWhole = false;
      continue;
    }
    const other = [...given].find(([, taken]) => prefixesOverlap(taken, prefix));
    if (!prefixCovers(network.prefix, prefix)) {
      fail(path, `\`${text}\` is not inside ${formatPrefix(network.prefix)}`);
    } else if (other !== undefined) {
      fail(path, `\`${name}\` ${text} overlaps \`${other[0]}\` ${formatPrefix(other[1])}`);
    } else if (prefix.length > want.length) {
      fail(path, `\`${name}\` ${text} is too small`, `it needs a /${want.length} or larger`);
    }
    given.set(name, prefix);
  }
  const subnets = new Map<string, SubnetPlan>();
  for (const [name, prefix] of given) {
    subnets.set(name, { name, prefix, path: [...network.path, 'subnets', name] });
  }
  const open = wanted.filter(({ name }) => !given.has(name));
  for (const { name, length } of [...open].sort((a, b) => a.length - b.length)) {
    const taken = [...subnets.values()].map((subnet) => subnet.prefix);
    const prefix = carve(network.prefix, length, taken);
    if (prefix === undefined) {
      const sizes = wanted.map((one) => `${one.name} /${one.length}`).join(', ');
      fail(
        [...network.path, 'addressSpace'],
        `${network.what} ${formatPrefix(network.prefix)} has no room for \`${name}\` (/${length})`,
        `it holds ${sizes}`,
      );
      continue;
    }
    subnets.set(name, { name, prefix, path: [...network.path, 'subnets', name] });
  }
  return isWhole ? subnets : undefined;
}
