/** Plain JSON as it stands in a manifest: block style, two spaces, lists at the level of their key as kubectl writes. */
export type Yaml = string | number | boolean | null | readonly Yaml[] | YamlObject;
/** Entries instead of an object: their order is kept, whatever they are named. */
export interface YamlObject {
  readonly entries: readonly (readonly [name: string, value: Yaml])[];
}

/** Lines without indentation of their own. */
export function yamlLines(value: Yaml): readonly string[] {
  if (isList(value)) {
    if (value.length === 0) return ['[]'];
    return value.flatMap((item) => {
      const [first = '', ...rest] = yamlLines(item);
      return [`- ${first}`, ...rest.map((line) => (line === '' ? line : `  ${line}`))];
    });
  }
  if (typeof value === 'object' && value !== null) {
    if (value.entries.length === 0) return ['{}'];
    return value.entries.flatMap(([name, inner]) => member(yamlString(name), inner));
  }
  if (typeof value === 'string') return [yamlString(value)];
  return [String(value)];
}

function member(name: string, value: Yaml): readonly string[] {
  if (isList(value) && value.length > 0) return [`${name}:`, ...yamlLines(value)];
  if (typeof value === 'object' && value !== null && !isList(value) && value.entries.length > 0) {
    return [`${name}:`, ...indented(yamlLines(value))];
  }
  if (typeof value === 'string' && isBlockText(value)) {
    const body = value.endsWith('\n') ? value.slice(0, -1) : value;
    return [`${name}: ${value.endsWith('\n') ? '|' : '|-'}`, ...indented(body.split('\n'))];
  }
  return [`${name}: ${yamlLines(value)[0]}`];
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? line : `  ${line}`));
}

/** Several lines read best as they are, where YAML gives back exactly these. */
function isBlockText(text: string): boolean {
  if (!text.includes('\n') || /[^\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffc]/.test(text))
    return false;
  return !/^[\n ]|\n\n$|[ ]$/.test(text);
}

/**
 * Plain where no reader could take it for anything else. YAML 1.1, which kubectl and Helm read, knows `on`, `y` and
 * octal numbers; so a plain text starts with a letter and is no word of either table (K8P-101).
 */
export function yamlString(text: string): string {
  const isPlain = /^[A-Za-z][A-Za-z0-9_./-]*$/.test(text) && !WORDS.test(text);
  if (isPlain) return text;
  // What JSON leaves as it is and YAML does not take unescaped: control characters and line separators.
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;
