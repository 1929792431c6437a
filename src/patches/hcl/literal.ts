import type { Body, Expression } from '../../importers/terraform/hcl/index.ts';

/** Says what it is by itself; a heredoc does too, but not in a form that anything here writes. */
export function isLiteral(expression: Expression, text: string): boolean {
  switch (expression.kind) {
    case 'literal':
      return !text.startsWith('<<', expression.start);
    case 'unary':
      return isLiteral(expression.of, text);
    case 'tuple':
      return expression.items.every((item) => isLiteral(item, text));
    case 'object':
      return expression.items.every(
        ({ key, value }) => isLiteral(key, text) && isLiteral(value, text),
      );
    default:
      return false;
  }
}

/** Is a block the same wherever it is made? */
export function isLiteralBody({ attributes, blocks }: Body, text: string): boolean {
  return (
    attributes.every(({ value }) => isLiteral(value, text)) &&
    blocks.every(({ type, body }) => type !== 'dynamic' && isLiteralBody(body, text))
  );
}
