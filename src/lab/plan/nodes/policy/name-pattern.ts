/** Whether a name fits a CNP `domainNames` entry: a leading `*.` is one or more whole labels, never the name itself (K8P-27). */
export function fitsDomainName(pattern: string, name: string): boolean {
  const wanted = plain(pattern);
  const given = plain(name);
  return wanted.startsWith('*.')
    ? given.endsWith(wanted.slice(1)) && given.length > wanted.length - 1
    : given === wanted;
}

/**
 * Whether a name fits a Cilium `matchPattern` (K8P-48): a star stays inside one label, two leading stars and a dot are one or more labels,
 * stars alone are every name. `undefined`: an invalid pattern.
 */
export function fitsCiliumPattern(pattern: string, name: string): boolean | undefined {
  const wanted = plain(pattern);
  if (!/^[a-z0-9\-_.*]+$/.test(wanted)) return undefined;
  if (/^\*+$/.test(wanted)) return true;
  const leading = /^\*{2,}\./.test(wanted);
  const rest = leading ? wanted.replace(/^\*{2,}\./, '') : wanted;
  const labels = rest.split('.');
  const given = plain(name).split('.');
  const extra = given.length - labels.length;
  if (leading ? extra < 1 : extra !== 0) return false;
  return labels.every((label, index) => fitsLabel(label, given[index + extra] ?? ''));
}

/** A name that stands for all that a pattern covers, for those that the lab knows no name of. */
export function sampleOf(pattern: string): string {
  return plain(pattern)
    .replace(/^\*+$/, 'sample.example')
    .replace(/^\*+\./, 'sample.')
    .replace(/\*+/g, 'x');
}

export function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** Stars by hand, from left to right: a pattern from outside must not become a slow regular expression. */
function fitsLabel(pattern: string, label: string): boolean {
  const parts = pattern.split('*');
  const [first = '', ...others] = parts;
  if (parts.length === 1) return pattern === label;
  const last = others.pop() ?? '';
  if (label.length < first.length + last.length) return false;
  if (!label.startsWith(first) || !label.endsWith(last)) return false;
  let from = first.length;
  const end = label.length - last.length;
  for (const part of others) {
    const found = label.indexOf(part, from);
    if (found < 0 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}
