const OCTET = '(?:x{1,3}|y{1,3}|z{1,3}|n{1,3}|[abcd]|\\d{1,3})';
const QUAD = `${OCTET}(?:\\.${OCTET}){3}`;
const LENGTH = '(?:/(?:\\d{1,2}|[xyznm]{1,3}))?';
/** `xx.xx.xx.xx`, `10.x.x.x/yy`, `xx.xx.xx.xx-yy.yy.yy.yy`. */
const ADDRESS_SHAPE = new RegExp(`^${QUAD}${LENGTH}(?:-${QUAD}${LENGTH})?$`, 'i');
const PARTS: readonly RegExp[] = [
  /<[A-Za-z][A-Za-z0-9 _./:-]*>/, // <your-ip>
  /\{[A-Z][A-Z0-9_-]*\}/, // {SUBID}
  /#\{[^{}]+\}#?/, // #{Token}#, replaced by pipelines
  /(?:^|[^A-Za-z0-9])__[A-Za-z][A-Za-z0-9_.-]*__(?:[^A-Za-z0-9]|$)/,
  /\$\([A-Za-z][\w.]*\)/, // $(variable) of a pipeline
  /\b(?:CHANGE[_-]?ME|REPLACE[_-]?ME|REPLACE[_-]WITH[\w-]*|TO[_-]?BE[_-]?REPLACED)\b/i,
];
/** Placeholders stand in for short values. Longer texts are scripts, pages and queries, where `<b>` is itself. */
const LENGTH_MAX = 300;

/**
 * Does this text stand in for a value still to be filled in? Such a value is unknown (iac-formats 8): a rule for
 * `xx.xx.xx.xx` must not count as a rule for nobody.
 */
export function isPlaceholderText(text: string): boolean {
  if (text.length > LENGTH_MAX || text.length < 4) return false;
  if (ADDRESS_SHAPE.test(text)) return /[a-z]/i.test(text);
  if (text.includes('\n') || text.includes('</')) return false;
  if (!/[<{#_$]|change|replace/i.test(text)) return false;
  return PARTS.some((part) => part.test(text));
}
