// Small faults to plant in a source file, found by its syntax tree: what a tired programmer gets wrong.
import { parseAst } from 'vitest/node';

const SWAPPED = {
  '<': ['<='],
  '<=': ['<'],
  '>': ['>='],
  '>=': ['>'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '&': ['|'],
  '|': ['&'],
  '^': ['|'],
  '<<': ['>>'],
  '>>>': ['<<'],
  '&&': ['||'],
  '||': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '|=': ['&='],
  '&=': ['|='],
  '^=': ['|='],
};
const METHODS = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  push: 'unshift',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  low: 'high',
  high: 'low',
};
/** A promise to the reader that only a broken caller can see broken: not what tests are asked about. */
const UNTOUCHED = new Set(['invariant', 'assertNever']);

/**
 * @returns faults `{ start, end, text, kind }`: the source from `start` to `end` is replaced by `text`; in order of their place.
 */
export function mutationsOf(source, file) {
  const found = [];
  const add = (kind, node, text) => found.push({ kind, start: node.start, end: node.end, text });
  const textOf = (node) => source.slice(node.start, node.end);
  const visit = (node, parent) => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const one of node) visit(one, parent);
      return;
    }
    if (typeof node.type !== 'string' || isOutOfReach(node)) return;
    mutate(node, parent, { add, textOf, source });
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'typeAnnotation' && key !== 'typeArguments' && key !== 'returnType') {
        visit(value, node);
      }
    }
  };
  visit(parseAst(source, { lang: 'ts' }, file).body, undefined);
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

function isOutOfReach(node) {
  return (
    node.type === 'ImportDeclaration' ||
    node.type.startsWith('TSType') ||
    node.type === 'TSInterfaceDeclaration' ||
    (node.type === 'CallExpression' && UNTOUCHED.has(node.callee.name)) ||
    node.type === 'ThrowStatement'
  );
}

function mutate(node, parent, { add, textOf, source }) {
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression': {
      const between = source.slice(node.left.end, node.right.start);
      for (const operator of SWAPPED[node.operator] ?? []) {
        add(
          'operator',
          node,
          `${textOf(node.left)}${between.replace(node.operator, operator)}${textOf(node.right)}`,
        );
      }
      if (node.type === 'LogicalExpression') {
        add('dropped term', node, textOf(node.left));
        add('dropped term', node, textOf(node.right));
      }
      break;
    }
    case 'UpdateExpression':
      add(
        'operator',
        node,
        textOf(node).replace(/\+\+|--/, (o) => (o === '++' ? '--' : '++')),
      );
      break;
    case 'UnaryExpression':
      if (node.operator === '!' || node.operator === '-') {
        add('dropped operator', node, textOf(node.argument));
      }
      break;
    case 'IfStatement':
      add('turned condition', node.test, `!(${textOf(node.test)})`);
      if (node.alternate === null) add('dropped statement', node, ';');
      break;
    case 'WhileStatement':
    case 'ForStatement':
    case 'ForOfStatement':
      add('dropped statement', node, ';');
      break;
    case 'ConditionalExpression':
      add(
        'swapped branches',
        node,
        `${textOf(node.test)} ? ${textOf(node.alternate)} : ${textOf(node.consequent)}`,
      );
      break;
    case 'ExpressionStatement':
      if (parent?.type !== undefined && node.directive === undefined) {
        add('dropped statement', node, ';');
      }
      break;
    case 'BreakStatement':
    case 'ContinueStatement':
      if (parent?.type !== 'SwitchCase') add('dropped statement', node, ';');
      break;
    case 'Literal':
      if (typeof node.value === 'number') {
        add('number', node, `(${node.raw} + 1)`);
        if (node.value !== 0) add('number', node, `(${node.raw} - 1)`);
      } else if (typeof node.value === 'boolean') add('boolean', node, String(!node.value));
      break;
    case 'MemberExpression': {
      const other = node.computed ? undefined : METHODS[node.property.name];
      if (other !== undefined) add('method', node.property, other);
      break;
    }
  }
}
