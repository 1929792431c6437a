import type { Place } from '../../diagnostics/index.ts';
import type { BicepDocument } from './parse-bicep.ts';
import type {
  BrokenStatement,
  ConditionSyntax,
  FunctionStatement,
  ImportStatement,
  LoopSyntax,
  ModuleStatement,
  ObjectSyntax,
  ParameterStatement,
  ResourceStatement,
  Span,
  Syntax,
  TypeStatement,
  VariableStatement,
} from './syntax.ts';

/** One file and the names it declares. */
export interface Unit {
  readonly document: BicepDocument;
  readonly path: string;
  /** In front of its names within the template of another file; empty for that file itself. */
  readonly prefix: string;
  readonly symbols: ReadonlyMap<string, BicepSymbol>;
  readonly hasExtension: boolean;
  /** In a parameter file, parameters have values and are used like variables. */
  readonly isParameterFile: boolean;
}

export type BicepSymbol =
  | ParameterStatement
  | VariableStatement
  | FunctionStatement
  | TypeStatement
  | BrokenStatement
  | ResourceSymbol
  | ModuleSymbol
  | ImportedSymbol
  | NamespaceSymbol;

/** A resource, its loop, condition and body taken apart. */
export interface ResourceSymbol extends Body {
  readonly kind: 'resource';
  readonly statement: ResourceStatement;
  /** `outer::inner` for one written inside another. */
  readonly key: string;
  readonly owner: ResourceSymbol | undefined;
  readonly children: Map<string, ResourceSymbol>;
  /** The whole type, without its version. */
  readonly type: string;
  readonly version: string;
}

export interface ModuleSymbol extends Body {
  readonly kind: 'module';
  readonly statement: ModuleStatement;
  readonly key: string;
}

interface Body {
  readonly loop: LoopSyntax | undefined;
  readonly condition: Syntax | undefined;
  readonly body: ObjectSyntax | undefined;
}

export interface ImportedSymbol {
  readonly kind: 'imported';
  readonly name: string;
  readonly statement: ImportStatement;
}

export interface NamespaceSymbol {
  readonly kind: 'namespace';
  readonly statement: ImportStatement;
}

/** Declares what is written in a file. Of two declarations of one name the first counts. */
export function openUnit(
  document: BicepDocument,
  path: string,
  prefix: string,
  onDuplicate: (name: string, offset: number) => void,
): Unit {
  const symbols = new Map<string, BicepSymbol>();
  let hasExtension = false;
  // Templates tell names apart without case (ARM-01): of `hub` and `Hub` of one kind only one can be meant.
  const taken = new Set<string>();
  const declare = (name: string, offset: number, symbol: BicepSymbol) => {
    const inTemplate = `${symbol.kind} ${name.toLowerCase()}`;
    if (symbols.has(name) || taken.has(inTemplate)) onDuplicate(name, offset);
    else symbols.set(name, symbol);
    taken.add(inTemplate);
  };
  for (const statement of document.statements) {
    switch (statement.kind) {
      case 'parameter':
      case 'variable':
      case 'function':
      case 'type':
        declare(statement.name, statement.nameStart, statement);
        break;
      case 'resource':
        declare(statement.name, statement.nameStart, resourceSymbol(statement, undefined));
        break;
      case 'module':
        declare(statement.name, statement.nameStart, {
          kind: 'module',
          statement,
          key: statement.name,
          ...takeApart(statement.body),
        });
        break;
      case 'import':
        for (const { name, as, start } of statement.names) {
          declare(as, start, { kind: 'imported', name, statement });
        }
        if (statement.everythingAs !== undefined) {
          declare(statement.everythingAs, statement.start, { kind: 'namespace', statement });
        }
        break;
      case 'extension':
        hasExtension = true;
        break;
      case 'broken':
        // What declares nothing known is told by its diagnostic alone.
        if (statement.name !== undefined && statement.keyword !== 'output') {
          if (!symbols.has(statement.name)) symbols.set(statement.name, statement);
        }
        break;
      default:
    }
  }
  const isParameterFile = /\.bicepparam$/i.test(path);
  return { document, path, prefix, symbols, hasExtension, isParameterFile };
}

export function placeIn(unit: Unit, offset: number): Place {
  return { source: unit.document.source, offset };
}

const TEXT_MAX = 1_000;

/** What the person wrote, on one line. Long texts are cut, and told apart by where they stand. */
export function textIn(unit: Unit, { start, end }: Span): string {
  const { text } = unit.document;
  if (end - start > TEXT_MAX) {
    return `${text.slice(start, start + 100).replace(/\s+/g, ' ')}… (from character ${start})`;
  }
  const written = text.slice(start, end);
  return written.includes('\n') ? written.replace(/\s+/g, ' ') : written;
}

function resourceSymbol(
  statement: ResourceStatement,
  owner: ResourceSymbol | undefined,
): ResourceSymbol {
  const [written = '', ownVersion] = statement.type.value.split('@');
  const isWhole = owner === undefined || (written.split('/')[0] ?? '').includes('.');
  const symbol: ResourceSymbol = {
    kind: 'resource',
    statement,
    key: owner === undefined ? statement.name : `${owner.key}::${statement.name}`,
    owner,
    children: new Map(),
    type: isWhole ? written : `${owner.type}/${written}`,
    version: ownVersion ?? owner?.version ?? '',
    ...takeApart(statement.body),
  };
  for (const inner of symbol.body?.resources ?? []) {
    if (!symbol.children.has(inner.name)) {
      symbol.children.set(inner.name, resourceSymbol(inner, symbol));
    }
  }
  return symbol;
}

/** `[for … : if (…) {…}]` into its loop, its condition and its body. */
function takeApart(body: Syntax): Body {
  const loop = body.kind === 'loop' ? body : undefined;
  const inner = loop?.body ?? body;
  const condition: ConditionSyntax | undefined = inner.kind === 'condition' ? inner : undefined;
  const object = condition?.body ?? inner;
  return {
    loop,
    condition: condition?.condition,
    body: object.kind === 'object' ? object : undefined,
  };
}
