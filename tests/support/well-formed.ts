const NAME = /[A-Za-z_][\w.-]*/y;
const ATTRIBUTE =
  /\s+([A-Za-z_][\w.-]*)="((?:[^<&"]|&(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)*)"/y;
/** What XML 1.0 can hold (2.2); half a character it cannot. */
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

export interface WellFormed {
  readonly root: string | undefined;
  /** The first thing wrong, with its offset. */
  readonly problem: string | undefined;
}

/**
 * A strict scan of the XML we write: a declaration, elements, attributes in `"`, text and the five entities. Comments,
 * CDATA and document types are problems, as nothing of ours writes them. O(length).
 */
export function wellFormed(xml: string): WellFormed {
  const open: string[] = [];
  let root: string | undefined;
  let at = 0;
  const problem = (what: string): WellFormed => ({ root, problem: `${what} at ${at}` });
  const illegal = xml.search(ILLEGAL);
  if (illegal >= 0) return { root, problem: `a character XML cannot hold at ${illegal}` };
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
  if (!xml.startsWith(declaration)) return problem('no declaration');
  at = declaration.length;
  while (at < xml.length) {
    const next = xml.indexOf('<', at);
    const text = xml.slice(at, next < 0 ? xml.length : next);
    if (open.length === 0 && text.trim() !== '') return problem('text outside the root');
    if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/.test(text)) return problem('a bare `&`');
    if (text.includes(']]>')) return problem('`]]>` in text');
    if (next < 0) break;
    at = next + 1;
    const isEnd = xml[at] === '/';
    if (isEnd) at += 1;
    NAME.lastIndex = at;
    const name = NAME.exec(xml)?.[0];
    if (name === undefined) return problem('no name after `<`');
    at = NAME.lastIndex;
    if (isEnd) {
      if (open.pop() !== name || xml[at] !== '>') return problem(`a wrong end of \`${name}\``);
      at += 1;
      continue;
    }
    if (open.length === 0 && root !== undefined) return problem('a second root');
    root ??= name;
    const names = new Set<string>();
    for (;;) {
      ATTRIBUTE.lastIndex = at;
      const attribute = ATTRIBUTE.exec(xml);
      if (attribute === null) break;
      if (names.has(attribute[1]!)) return problem('an attribute twice');
      names.add(attribute[1]!);
      at = ATTRIBUTE.lastIndex;
    }
    if (xml.startsWith('/>', at)) at += 2;
    else if (xml[at] === '>') {
      at += 1;
      open.push(name);
    } else return problem(`a malformed tag \`${name}\``);
  }
  return open.length === 0
    ? { root, problem: undefined }
    : problem(`\`${open.at(-1)}\` is left open`);
}
