import { hclEscaped } from './hcl-text.ts';

/** An expression: as it stands, or what stands between the quotes of a template. */
export type Expression =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'template'; readonly inner: string };

export function code(text: string): Expression {
  return { kind: 'code', code: text };
}

/** A text of literal parts and expressions. A single expression needs no quotes. */
export function joined(parts: readonly (string | Expression)[]): Expression {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && typeof only !== 'string') return only;
  const inner = parts.map((part) => {
    if (typeof part === 'string') return hclEscaped(part);
    if (part.kind === 'template') return part.inner;
    // A quoted text inside another needs no quotes of its own.
    return part.code.startsWith('"') ? part.code.slice(1, -1) : `\${${part.code}}`;
  });
  return { kind: 'template', inner: inner.join('') };
}

export function printed(expression: Expression): string {
  return expression.kind === 'template' ? `"${expression.inner}"` : expression.code;
}
