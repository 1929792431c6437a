import type { Diagnostic, Parsed, SourceText } from '../../../../diagnostics/index.ts';
import type { Member, Value } from '../../../../values/index.ts';
import { parseJson } from '../../../json/index.ts';
import { Cursor, SyntaxProblem } from './cursor.ts';
import { parseExpression } from './parse-expression.ts';
import { diagnosticOf, type HclFile, parseWholeExpression } from './parse-hcl.ts';
import { parseBareTemplate } from './parse-template.ts';
import { readTemplate } from './read-template.ts';
import type { Attribute, Block, Body, Expression } from './syntax-tree.ts';

/** How many labels a block of the outermost level has; its body comes below as many objects. */
const LABELS: Readonly<Record<string, number>> = {
  resource: 2,
  data: 2,
  ephemeral: 2,
  variable: 1,
  output: 1,
  module: 1,
  provider: 1,
  check: 1,
  locals: 0,
  terraform: 0,
  moved: 0,
  import: 0,
  removed: 0,
};
/** Inside a resource these are blocks; everything else is an argument, or a block that reads the same. */
const INNER_BLOCKS: Readonly<Record<string, number>> = {
  dynamic: 1,
  lifecycle: 0,
  provisioner: 1,
  connection: 0,
};

/** `.tf.json` as the same tree as the native syntax: texts are templates (iac-formats 4.1). Never throws. */
export function parseHclJson(text: string, source: SourceText): Parsed<HclFile> {
  const parsed = parseJson(text, source);
  const reader = new JsonBodies(text, source, [...parsed.diagnostics]);
  const { value } = parsed;
  const roots = value === undefined ? [] : value.kind === 'array' ? value.items : [value];
  const blocks = roots.flatMap((root) => reader.topLevel(root));
  const body: Body = { attributes: [], blocks, isBroken: false, start: 0, end: text.length };
  return { value: { source, text, body }, diagnostics: reader.diagnostics };
}

/** `terraform.tfvars.json`: texts are texts. */
export function parseVariablesJson(text: string, source: SourceText): Parsed<HclFile> {
  const { value, diagnostics } = parseJson(text, source);
  const reader = new JsonBodies(text, source, [...diagnostics]);
  const attributes = value === undefined ? [] : reader.attributes(value, true);
  const body: Body = { attributes, blocks: [], isBroken: false, start: 0, end: text.length };
  return { value: { source, text, body }, diagnostics: reader.diagnostics };
}

class JsonBodies {
  readonly diagnostics: Diagnostic[];
  private readonly text: string;
  private readonly source: SourceText;

  constructor(text: string, source: SourceText, diagnostics: Diagnostic[]) {
    this.text = text;
    this.source = source;
    this.diagnostics = diagnostics;
  }

  topLevel(root: Value): readonly Block[] {
    return membersOf(root).flatMap((entry) => {
      const labels = LABELS[entry.name];
      if (labels === undefined) return [];
      return this.blocks(entry.name, [], labels, entry.value, entry.name === 'variable');
    });
  }

  /** An object, or a list of objects, below as many objects as there are labels. */
  private blocks(
    type: string,
    labels: readonly string[],
    labelsLeft: number,
    value: Value,
    isVariable: boolean,
  ): readonly Block[] {
    if (value.kind === 'array') {
      return value.items.flatMap((item) => this.blocks(type, labels, labelsLeft, item, isVariable));
    }
    if (labelsLeft > 0) {
      return membersOf(value).flatMap((entry) =>
        this.blocks(type, [...labels, entry.name], labelsLeft - 1, entry.value, isVariable),
      );
    }
    const { offset } = value.at;
    const inner = membersOf(value).filter((entry) => this.isBlock(type, entry.name));
    const body: Body = {
      attributes: this.attributes(value, isVariable).filter(
        ({ name }) => !this.isBlock(type, name),
      ),
      blocks: inner.flatMap((entry) =>
        this.blocks(entry.name, [], INNER_BLOCKS[entry.name] ?? 0, entry.value, false),
      ),
      isBroken: value.kind === 'unknown',
      start: offset,
      end: offset + 1,
    };
    return [{ type, labels, body, start: offset, end: offset + 1 }];
  }

  private isBlock(type: string, name: string): boolean {
    if (type === 'dynamic') return name === 'content';
    return ['resource', 'data', 'content'].includes(type) && Object.hasOwn(INNER_BLOCKS, name);
  }

  attributes(value: Value, isLiteral: boolean): readonly Attribute[] {
    return membersOf(value).map((entry) => {
      const start = entry.at.offset;
      const isType = isLiteral && entry.name === 'type';
      const expression = isType ? this.type(entry.value) : this.expression(entry.value, isLiteral);
      return { name: entry.name, value: expression, start, end: expression.end };
    });
  }

  private type(value: Value): Expression {
    const found = value.kind === 'string' ? parseWholeExpression(value.value) : undefined;
    const at = value.at.offset;
    if (found === undefined || found instanceof SyntaxProblem) return this.expression(value, true);
    return placedAt(found, at, at + 1);
  }

  private expression(value: Value, isLiteral: boolean): Expression {
    const start = value.at.offset;
    switch (value.kind) {
      case 'string':
        return isLiteral || !/[$%]\{/.test(value.value)
          ? { kind: 'literal', value: value.value, start, end: start + value.value.length + 2 }
          : this.template(value.value, start);
      case 'number':
      case 'boolean':
        return { kind: 'literal', value: value.value, start, end: start + 1 };
      case 'null':
        return { kind: 'literal', value: null, start, end: start + 1 };
      case 'array': {
        const items = value.items.map((item) => this.expression(item, isLiteral));
        return { kind: 'tuple', items, start, end: start + 1 };
      }
      case 'object': {
        const items = [...value.members.values()].map((entry) => {
          const at = { start: entry.at.offset, end: entry.at.offset + 1 };
          const key: Expression = isLiteral
            ? { kind: 'literal', value: entry.name, ...at }
            : placedAt(this.template(entry.name, entry.at.offset), at.start, at.end);
          return { key, value: this.expression(entry.value, isLiteral) };
        });
        return { kind: 'object', items, start, end: start + 1 };
      }
      case 'unknown':
        return { kind: 'malformed', why: value.missing, start, end: start + 1 };
    }
  }

  /** Without escapes the text of the file is the text of the template, and every part has its own place. */
  private template(value: string, start: number): Expression {
    const end = start + 1 + value.length;
    const isPlain = this.text.startsWith(value, start + 1) && this.text[end] === '"';
    try {
      if (isPlain) {
        const cursor = new Cursor(this.text.slice(0, end), start + 1);
        return readTemplate(cursor, { kind: 'bare' }, parseExpression);
      }
      return placedAt(parseBareTemplate(value, parseExpression), start, end + 1);
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      const at = isPlain ? error.offset : start;
      this.diagnostics.push(
        diagnosticOf(new SyntaxProblem(error.message, at, error.isTooDeep), this.source),
      );
      return { kind: 'malformed', why: error.message, start, end: end + 1 };
    }
  }
}

/** `//` names a comment. */
function membersOf(value: Value): readonly Member[] {
  return value.kind === 'object'
    ? [...value.members.values()].filter(({ name }) => name !== '//')
    : [];
}

/** The tree with every part placed at one span. Its depth is that of the parser. */
function placedAt<T>(tree: T, start: number, end: number): T {
  if (Array.isArray(tree)) return tree.map((item) => placedAt(item, start, end)) as T;
  if (typeof tree !== 'object' || tree === null) return tree;
  const copy = Object.entries(tree).map(([name, value]) => {
    if (name === 'start') return [name, start];
    return [name, name === 'end' ? end : placedAt(value, start, end)];
  });
  return Object.fromEntries(copy) as T;
}
