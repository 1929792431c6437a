/** A text in double quotes. */
export function hclString(text: string): string {
  return `"${hclEscaped(text)}"`;
}

/** What stands inside the quotes: also the literal parts of a template. */
export function hclEscaped(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('${', () => '$${')
    .replaceAll('%{', () => '%%{')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g,
      (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    .replace(/[\ud800-\udfff]/gu, '\\ufffd');
}

/** The key of an object: quoted where it is no identifier. A bare word that means something is quoted, too. */
export function hclKey(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^(?:for|null|true|false)$/.test(name)
    ? name
    : hclString(name);
}

/** A comment is one line, whatever the text holds. */
export function hclComment(text: string): string {
  return `# ${text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')}`.trimEnd();
}

/** `publicIpAfw0` and `rcg-aks egress` as Terraform names things: `public_ip_afw0`, `rcg_aks_egress`. */
export function snakeCase(text: string): string {
  return text
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .join('_')
    .toLowerCase();
}

/** Hands out names, each once in its room: two resources may have one name when their types differ. */
export class LocalNames {
  private readonly taken = new Set<string>();

  take(room: string, wanted: string, fallback: string): string {
    const snake = snakeCase(wanted);
    const base = (/^[a-z]/.test(snake) ? snake : `${fallback}_${snake}`.replace(/_$/, '')).slice(
      0,
      60,
    );
    let name = base;
    for (let number = 2; this.taken.has(`${room}.${name}`); number += 1) name = `${base}_${number}`;
    this.taken.add(`${room}.${name}`);
    return name;
  }
}
