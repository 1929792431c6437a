import type { Diagnostic } from '../../diagnostics/index.ts';
import { type Member, type ObjectValue, objectValue, type Value } from '../../values/index.ts';
import { evaluateVariables } from '../arm-template/evaluate-variables.ts';
import type { BicepDocument } from './parse-bicep.ts';
import { settleWaiting } from './translate-bicep.ts';
import { functionsOf } from './translate-call.ts';
import { memberOf, objectOfMembers } from './translate-value.ts';
import { declareVariable } from './translate-variable.ts';
import { type BicepFiles, openTranslation, pathFrom, problem } from './translation.ts';
import { placeIn } from './unit.ts';

/** A `.bicepparam` file, worked out: in the form of a JSON parameter file. */
export interface ParametersFile {
  readonly root: ObjectValue;
  /** Whole path of the file it is for; `undefined` when it says `using none`, or nothing. */
  readonly using: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Files that extend each other. */
const EXTENDS_MAX = 10;

/**
 * Evaluates a parameter file by itself. What only the deployment knows, such as environment variables and secrets,
 * stays unknown in its place. Never throws.
 */
export function evaluateParametersFile(
  document: BicepDocument,
  path: string,
  files: BicepFiles,
  level = 0,
): ParametersFile {
  const translation = openTranslation(document, path, files);
  const { root: unit, diagnostics } = translation;
  const at = placeIn(unit, 0);
  const given = new Map<string, Member>();
  let using: string | undefined;
  let isExtended = false;
  const names: { readonly name: string; readonly offset: number }[] = [];
  for (const statement of document.statements) {
    if (statement.kind === 'using' && statement.path !== undefined) {
      using = pathFrom(unit, statement.path.value);
    } else if (statement.kind === 'extends' && statement.path !== undefined && !isExtended) {
      // One file is extended; a ring of files that each extend many would never end.
      isExtended = true;
      const basePath = pathFrom(unit, statement.path.value);
      const base = level < EXTENDS_MAX ? files.document(basePath) : undefined;
      if (base === undefined) {
        const message = `\`${basePath}\` is not at hand; the parameters it gives are unknown`;
        const hint = 'it must lie in the folder that is read';
        problem(
          translation,
          unit,
          'bicep/file-not-read',
          message,
          statement.start,
          hint,
          'warning',
        );
        continue;
      }
      const inner = evaluateParametersFile(base, basePath, files, level + 1);
      using ??= inner.using;
      diagnostics.push(...inner.diagnostics);
      for (const [key, entry] of parametersIn(inner.root)) given.set(key, entry);
    } else if (statement.kind === 'parameter' && statement.value !== undefined) {
      declareVariable(statement, unit, '', translation);
      names.push({ name: statement.name, offset: statement.nameStart });
    } else if (statement.kind === 'variable') {
      declareVariable(statement, unit, '', translation);
    } else if (statement.kind === 'broken' && statement.keyword === 'param') {
      const { name = '', start } = statement;
      const place = placeIn(unit, start);
      const missing = `a value for parameter ${name} that can be read`;
      const value: Value = { kind: 'unknown', reason: 'malformed', text: name, missing, at: place };
      if (name !== '') given.set(name.toLowerCase(), entryOf(name, value));
    }
  }
  settleWaiting(translation);
  const template = objectValue(at, [
    memberOf('variables', objectOfMembers(at, [...translation.variables.values()])),
    memberOf('functions', functionsOf(translation)),
  ]);
  const evaluated = evaluateVariables(
    template,
    names.map(({ name }) => name),
  );
  for (const [index, { name }] of names.entries()) {
    given.set(name.toLowerCase(), entryOf(name, evaluated.value[index]!));
  }
  const root = objectValue(at, [memberOf('parameters', objectOfMembers(at, [...given.values()]))]);
  return { root, using, diagnostics: [...diagnostics, ...evaluated.diagnostics] };
}

function entryOf(name: string, value: Value): Member {
  const { at } = value;
  return { name, value: objectOfMembers(at, [memberOf('value', value)]), at };
}

function parametersIn(root: ObjectValue): ReadonlyMap<string, Member> {
  const parameters = root.members.get('parameters')?.value;
  return parameters?.kind === 'object' ? parameters.members : new Map<string, Member>();
}
