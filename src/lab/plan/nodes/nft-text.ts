import { type AddressSet, formatPrefix, prefixesOfAddressSet } from '../../../net/index.ts';

/** A name as it may stand in the log prefix of a ruleset: whatever the input holds, it stays a word there. */
export function wordOf(text: string): string {
  return text.replace(/[^A-Za-z0-9._/:-]/g, '_');
}

/** A line for whoever reads the ruleset. */
export function commentOf(text: string): string {
  return `# ${text.replace(/[^A-Za-z0-9._/: -]/g, '_')}`;
}

/** The IPv4 part of a set as elements of an interval set. Empty: the set holds nothing of IPv4. */
export function elementsOf(set: AddressSet): readonly string[] {
  return prefixesOfAddressSet({ v4: set.v4, v6: [] }).map((prefix) =>
    prefix.length === 32 ? formatPrefix(prefix).replace(/\/32$/, '') : formatPrefix(prefix),
  );
}

/** A set or map with its elements, several to a line. nft refuses an empty `elements`, so nothing stands there for nothing. */
export function declaration(
  kind: 'set' | 'map',
  name: string,
  type: string,
  elements: readonly string[],
  flags = '',
): readonly string[] {
  const lines = [`  ${kind} ${name} {`, `    type ${type}`];
  if (flags !== '') lines.push(`    flags ${flags}`);
  if (elements.length > 0) {
    lines.push('    elements = {');
    const perLine = kind === 'map' ? 1 : 8;
    for (let from = 0; from < elements.length; from += perLine) {
      const isLast = from + perLine >= elements.length;
      const part = elements.slice(from, from + perLine).join(', ');
      lines.push(`      ${part}${isLast ? '' : ','}`);
    }
    lines.push('    }');
  }
  lines.push('  }');
  return lines;
}

export function chain(name: string, lines: readonly string[]): readonly string[] {
  return [`  chain ${name} {`, ...lines.map((line) => `    ${line}`), '  }'];
}

export function table(name: string, parts: readonly (readonly string[])[]): string {
  return [`table ip ${name} {`, ...parts.flat(), '}', ''].join('\n');
}

/** Bits of the packet mark on a node; nobody else marks packets there. */
export const MASQUERADE_MARK = '0x4000';
export const PASS_MARK = '0x10000';
export const CLEAR_PASS_MARK = '0xfffeffff';
/** Group of the kernel's log that refusals by policy go to. */
export const DENIAL_GROUP = 7;
