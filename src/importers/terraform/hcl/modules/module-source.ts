import type { Diagnostic, DiagnosticCode, Place } from '../../../../diagnostics/index.ts';
import { baseNameOf, compareText } from '../../../file-paths.ts';
import type { HclFile } from '../syntax/parse-hcl.ts';
import type { Attribute, Block, Body, Expression } from '../syntax/syntax-tree.ts';

/** The files of one folder, put together: what Terraform calls a module. Nothing is evaluated yet. */
export interface ModuleSource {
  readonly folder: string;
  readonly variables: ReadonlyMap<string, Declaration>;
  readonly locals: ReadonlyMap<string, PlacedExpression>;
  /** By `type.name`, those that are looked up by `data.type.name`. */
  readonly resources: ReadonlyMap<string, ResourceDeclaration>;
  readonly calls: ReadonlyMap<string, Declaration>;
  readonly outputs: ReadonlyMap<string, Declaration>;
  readonly diagnostics: readonly Diagnostic[];
}

/** A block, and the blocks of override files that change it: the later counts, name by name. */
export interface Declaration {
  readonly name: string;
  readonly parts: readonly { readonly file: HclFile; readonly body: Body }[];
  readonly file: HclFile;
  readonly start: number;
}

export interface ResourceDeclaration extends Declaration {
  readonly mode: 'managed' | 'data';
  readonly type: string;
}

export interface PlacedExpression {
  readonly file: HclFile;
  readonly expression: Expression;
}

export interface PlacedBlock {
  readonly file: HclFile;
  readonly block: Block;
}

const KINDS: Readonly<Record<string, number>> = {
  variable: 1,
  output: 1,
  module: 1,
  resource: 2,
  data: 2,
  ephemeral: 2,
};

/** Files in any order; override files are read after the others, as Terraform does. */
export function moduleSourceOf(folder: string, files: readonly HclFile[]): ModuleSource {
  const diagnostics: Diagnostic[] = [];
  const tables: Readonly<Record<string, Map<string, Declaration>>> = {
    variable: new Map(),
    output: new Map(),
    module: new Map(),
  };
  const locals = new Map<string, PlacedExpression>();
  const resources = new Map<string, ResourceDeclaration>();
  for (const file of inOrder(files)) {
    const isOverride = isOverrideFile(file.source.file);
    const say = (code: DiagnosticCode, message: string, start: number) => {
      const at: Place = { source: file.source, offset: start };
      diagnostics.push({ code, severity: 'error', message, at });
    };
    for (const block of file.body.blocks) {
      if (block.type === 'locals') {
        addLocals(locals, file, block, isOverride, say);
        continue;
      }
      const labels = KINDS[block.type];
      if (labels === undefined) continue;
      if (block.labels.length !== labels) {
        const message = `\`${block.type}\` takes ${labels} ${labels === 1 ? 'label' : 'labels'}, not ${block.labels.length}`;
        say('terraform/malformed-block', message, block.start);
        continue;
      }
      const isResource = labels === 2;
      const key = isResource ? resourceKey(block) : block.labels[0]!;
      const table: Map<string, Declaration> = isResource ? resources : tables[block.type]!;
      const declared = declarationOf(file, block);
      const earlier = table.get(key);
      if (earlier === undefined) table.set(key, declared);
      else if (isOverride)
        table.set(key, { ...earlier, parts: [...earlier.parts, ...declared.parts] });
      else
        say('terraform/duplicate', `\`${block.type}\` \`${key}\` is declared twice`, block.start);
    }
  }
  return {
    folder,
    variables: tables['variable']!,
    locals,
    resources,
    calls: tables['module']!,
    outputs: tables['output']!,
    diagnostics,
  };
}

function resourceKey({ type, labels }: Block): string {
  const own = labels.join('.');
  return type === 'resource' ? own : `${type}.${own}`;
}

function declarationOf(file: HclFile, block: Block): Declaration & Partial<ResourceDeclaration> {
  const { type, labels, body, start } = block;
  const name = labels.at(-1)!;
  const declared = { name, parts: [{ file, body }], file, start };
  if (labels.length === 1) return declared;
  return { ...declared, type: labels[0]!, mode: type === 'resource' ? 'managed' : 'data' };
}

function addLocals(
  locals: Map<string, PlacedExpression>,
  file: HclFile,
  block: Block,
  isOverride: boolean,
  say: (code: DiagnosticCode, message: string, start: number) => void,
): void {
  for (const { name, value, start } of block.body.attributes) {
    if (locals.has(name) && !isOverride) {
      say('terraform/duplicate', `local \`${name}\` is declared twice`, start);
    } else locals.set(name, { file, expression: value });
  }
}

function inOrder(files: readonly HclFile[]): readonly HclFile[] {
  const rank = (file: HclFile) => (isOverrideFile(file.source.file) ? 1 : 0);
  return [...files].sort((a, b) => rank(a) - rank(b) || compareText(a.source.file, b.source.file));
}

function isOverrideFile(path: string): boolean {
  return /(?:^|_)override\.tf(?:\.json)?$/.test(baseNameOf(path));
}

/** The arguments of a declaration, the later part first. */
export function argumentsOf(declared: Declaration): ReadonlyMap<string, PlacedExpression> {
  const found = new Map<string, PlacedExpression>();
  for (const { file, body } of declared.parts) {
    const names = new Set<string>();
    for (const { name, value } of body.attributes) {
      // Written twice in one block, the first counts; `duplicateArguments` says so.
      if (names.has(name)) continue;
      names.add(name);
      found.set(name, { file, expression: value });
    }
  }
  return found;
}

/** Its blocks, in order. An override that writes blocks of a type takes the place of all earlier ones of that type. */
export function blocksOf(declared: Declaration): readonly PlacedBlock[] {
  let found: PlacedBlock[] = [];
  for (const { file, body } of declared.parts) {
    const types = new Set(body.blocks.map(writtenType));
    found = found.filter(({ block }) => !types.has(writtenType(block)));
    found.push(...body.blocks.map((block) => ({ file, block })));
  }
  return found;
}

/** `dynamic "rule"` writes blocks of type `rule`. */
export function writtenType({ type, labels }: Block): string {
  return type === 'dynamic' ? (labels[0] ?? type) : type;
}

/** Arguments of a body that are written twice. */
export function duplicateArguments(body: Body): readonly Attribute[] {
  const names = new Set<string>();
  return body.attributes.filter(({ name }) => {
    const isTwice = names.has(name);
    names.add(name);
    return isTwice;
  });
}
