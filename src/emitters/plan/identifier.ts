/**
 * Identifiers that every target takes: ASCII letters and digits, starting with a small letter. Words that mean
 * something in ARM expressions, Bicep or Terraform get a trailing word of their own.
 */
const TAKEN_WORDS: ReadonlySet<string> = new Set(
  `resource param var output module metadata import using existing for if in true false null func type extends assert
  extension provider targetScope az sys string int bool object array any parent scope name tags
  concat format length empty contains union first last range json resourceGroup subscription deployment environment
  tenant reference locals variable data count terraform lifecycle provisioner main params`.split(
    /\s+/,
  ),
);

/** `rcg-aks_egress 2` → `rcgAksEgress2`. Empty when nothing of the text can be used. */
export function camelCase(text: string): string {
  const words = wordsOf(text);
  return words.map((word, index) => (index === 0 ? lowerFirst(word) : upperFirst(word))).join('');
}

export function pascalCase(text: string): string {
  return wordsOf(text).map(upperFirst).join('');
}

/** Hands out identifiers, each once. Names that differ in case only count as the same: ARM takes them so. */
export class Identifiers {
  private readonly taken = new Set<string>();

  take(wanted: string, fallback: string): string {
    const start = /^[a-zA-Z]/.test(wanted) ? wanted : `${fallback}${upperFirst(wanted)}`;
    const base = start.slice(0, 60);
    let name = base;
    for (let number = 2; this.isTaken(name); number += 1) name = `${base}${number}`;
    this.taken.add(name.toLowerCase());
    return name;
  }

  private isTaken(name: string): boolean {
    return this.taken.has(name.toLowerCase()) || TAKEN_WORDS.has(name);
  }
}

function wordsOf(text: string): readonly string[] {
  return text
    .slice(0, 200)
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => (/^[A-Z0-9]+$/.test(word) && word.length > 1 ? word.toLowerCase() : word));
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function lowerFirst(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}
