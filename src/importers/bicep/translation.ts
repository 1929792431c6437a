import type { Diagnostic, DiagnosticCode, Gap, SourceText } from '../../diagnostics/index.ts';
import type { Member, Value } from '../../values/index.ts';
import type { Expression } from '../arm-template/expression.ts';
import { folderOf } from '../file-paths.ts';
import { resolvePath } from '../import-templates.ts';
import type { BicepDocument } from './parse-bicep.ts';
import type { Span } from './syntax.ts';
import {
  type BicepSymbol,
  type ModuleSymbol,
  openUnit,
  placeIn,
  type ResourceSymbol,
  textIn,
  type Unit,
} from './unit.ts';

export interface LoadedText {
  readonly text: string;
  readonly source: SourceText;
}

/** Other files, as far as they are at hand. Paths are whole; asking for one that is not makes it wanted. */
export interface BicepFiles {
  readonly document: (path: string) => BicepDocument | undefined;
  readonly text: (path: string) => LoadedText | undefined;
}

/** One file being turned into a template: the only mutable state of it, which never leaves `translateBicep`. */
export interface Translation {
  readonly files: BicepFiles;
  readonly root: Unit;
  /** Files that something is imported from, by path; `undefined` when they are not at hand. */
  readonly units: Map<string, Unit | undefined>;
  readonly variables: Map<string, Member>;
  readonly functions: Map<string, Member>;
  /** Declarations that were asked for and are still to be translated. */
  readonly waiting: (() => void)[];
  readonly diagnostics: Diagnostic[];
  readonly gaps: Gap[];
  readonly reported: Set<string>;
  /** Resources whose condition or scope is being translated: they may ask for each other's in a ring. */
  readonly entered: Set<ResourceSymbol | ModuleSymbol>;
}

/** Where something is written: in which file, inside which resource, below which loops and lambdas. */
export interface Scope {
  readonly unit: Unit;
  readonly owner: ResourceSymbol | undefined;
  readonly locals: Local | undefined;
}

/** A name that means something only here. */
export interface Local {
  readonly name: string;
  readonly expression: Expression;
  readonly outer: Local | undefined;
}

export type Found =
  | { readonly kind: 'local'; readonly expression: Expression }
  | { readonly kind: 'symbol'; readonly symbol: BicepSymbol; readonly unit: Unit }
  | { readonly kind: 'not-at-hand'; readonly path: string };

const PROBLEMS_MAX = 500;

export function openTranslation(
  document: BicepDocument,
  path: string,
  files: BicepFiles,
): Translation {
  const diagnostics: Diagnostic[] = [];
  const root = openUnit(document, path, '', (name, offset) => {
    const at = { source: document.source, offset };
    const message = `\`${name}\` is declared a second time`;
    const hint = 'every name of a file is declared once; the first declaration counts';
    diagnostics.push({ code: 'bicep/defined-twice', severity: 'error', message, at, hint });
  });
  return {
    files,
    root,
    units: new Map([[path, root]]),
    variables: new Map(),
    functions: new Map(),
    waiting: [],
    diagnostics,
    gaps: [],
    reported: new Set(),
    entered: new Set(),
  };
}

/** What a name means; `undefined` when nothing of that name is declared. */
export function lookUp(name: string, scope: Scope, translation: Translation): Found | undefined {
  for (let local = scope.locals; local !== undefined; local = local.outer) {
    if (local.name === name) return { kind: 'local', expression: local.expression };
  }
  for (let owner = scope.owner; owner !== undefined; owner = owner.owner) {
    const child = owner.children.get(name);
    if (child !== undefined) return { kind: 'symbol', symbol: child, unit: scope.unit };
  }
  return lookUpIn(scope.unit, name, translation);
}

/** Imports of imports: files may import from each other in a ring. */
const IMPORTS_MAX = 30;

/** A name declared in a file, or imported into it from another. */
export function lookUpIn(unit: Unit, name: string, translation: Translation): Found | undefined {
  let here = unit;
  let wanted = name;
  for (let links = 0; links < IMPORTS_MAX; links += 1) {
    const symbol = here.symbols.get(wanted);
    if (symbol?.kind !== 'imported') {
      return symbol === undefined ? undefined : { kind: 'symbol', symbol, unit: here };
    }
    const path = pathFrom(here, symbol.statement.from.value);
    const next = unitAt(path, translation);
    if (next === undefined) return { kind: 'not-at-hand', path };
    here = next;
    wanted = symbol.name;
  }
  return undefined;
}

/** Another file that something is imported from. Its names are put apart from ours by its path. */
export function unitAt(path: string, translation: Translation): Unit | undefined {
  const { units, files } = translation;
  if (!units.has(path)) {
    const document = files.document(path);
    const unit =
      document === undefined ? undefined : openUnit(document, path, `${path}#`, () => undefined);
    units.set(path, unit);
  }
  return units.get(path);
}

export function pathFrom(unit: Unit, relative: string): string {
  return resolvePath(folderOf(unit.path), relative);
}

/** Adds a problem, once for its place. */
export function problem(
  translation: Translation,
  unit: Unit,
  code: DiagnosticCode,
  message: string,
  offset: number,
  hint: string,
  severity: Diagnostic['severity'] = 'error',
): void {
  const identity = `${code} ${unit.path} ${offset}`;
  const { reported, diagnostics } = translation;
  if (reported.has(identity) || diagnostics.length >= PROBLEMS_MAX) return;
  reported.add(identity);
  diagnostics.push({ code, severity, message, at: placeIn(unit, offset), hint });
}

/** An expression whose value cannot be known, with what would settle it. */
export function unknownExpression(
  unit: Unit,
  span: Span,
  reason: 'malformed' | 'unsupported' | 'secret' | 'missing-parameter' | 'external-link',
  missing: string,
): Expression {
  const text = textIn(unit, span);
  const value: Value = { kind: 'unknown', reason, text, missing, at: placeIn(unit, span.start) };
  return { kind: 'value', value, text };
}
