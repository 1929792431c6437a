import { locate, type Place } from '../diagnostics/index.ts';
import type { Change } from '../questions/check/index.ts';
import { editBicep } from './edit-bicep.ts';
import { editHcl } from './edit-hcl.ts';
import { editJson } from './edit-json.ts';
import { editYaml } from './edit-yaml.ts';
import { withoutEmptied } from './hcl/removed.ts';
import { applyEdits, type Edited, refused } from './text-edit.ts';

/** Files as they are and as they would be, and what could not be written into any. */
export interface Patch {
  readonly files: readonly PatchedFile[];
  readonly refusals: readonly Refusal[];
}

export interface PatchedFile {
  /** As the input was read. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

export interface Refusal {
  /** Position of the set of changes, as given. */
  readonly index: number;
  readonly why: string;
  readonly at?: Place;
}

/**
 * Writes sets of changes into the text of the person's own files. A set is written whole or not at all. Pure. O(text) a change.
 * @param textOf the file as it was read, `undefined` when it cannot be read again
 */
export function patchFiles(
  sets: readonly (readonly Change[])[],
  textOf: (file: string) => string | undefined,
): Patch {
  const refusals: Refusal[] = [];
  const byFile = new Map<string, Change[]>();
  for (const [index, changes] of sets.entries()) {
    const refusal = changes
      .map((change) => whyNot(change, textOf))
      .find((one) => one !== undefined);
    if (refusal !== undefined) {
      refusals.push({ index, ...refusal });
      continue;
    }
    for (const change of changes) {
      const { file } = locate(change.at);
      byFile.set(file, [...(byFile.get(file) ?? []), change]);
    }
  }
  const files: PatchedFile[] = [];
  for (const [file, changes] of byFile) {
    const before = textOf(file)!;
    const changed = distinct(changes).reduce((text, change) => written(file, text, change), before);
    const after = /\.tf$/i.test(file) ? withoutEmptied(before, changed) : changed;
    if (after !== before) files.push({ file, before, after });
  }
  return { files: files.sort((a, b) => (a.file < b.file ? -1 : 1)), refusals };
}

function whyNot(
  change: Change,
  textOf: (file: string) => string | undefined,
): Pick<Refusal, 'why' | 'at'> | undefined {
  const { at } = change;
  if (at.source.isDerived === true) return { why: 'no file says it' };
  const { file } = locate(at);
  const text = textOf(file);
  const edited =
    text === undefined ? refused('its file cannot be rewritten') : edit(file, text, change);
  return edited.kind === 'refused' ? { why: edited.why, at } : undefined;
}

/** A change that an earlier one made pointless (its rule is gone) changes nothing. */
function written(file: string, text: string, change: Change): string {
  const edited = edit(file, text, change);
  return edited.kind === 'refused' ? text : (applyEdits(text, edited.edits) ?? text);
}

function edit(file: string, text: string, change: Change): Edited {
  if (/\.bicep$/i.test(file)) return editBicep(text, change);
  if (/\.tf$/i.test(file)) return editHcl(text, change);
  if (/\.(?:bicepparam|tfvars|tf\.json|tfvars\.json|tfstate)$/i.test(file)) {
    return refused('files of this format are not rewritten');
  }
  if (text.includes('"terraform_version"')) {
    return refused('Terraform wrote this file: the change belongs into the configuration');
  }
  return /^\s*(?:[{[]|\/[/*])/.test(text) ? editJson(text, change) : editYaml(text, change);
}

/**
 * Last ones first: what a change writes lies behind the start of its place, so that the places before it stay where they are. Of what goes as a
 * whole nothing else is changed: what stands at its place afterwards is its neighbour.
 */
function distinct(changes: readonly Change[]): readonly Change[] {
  const isWhole = ({ path, to }: Change) => path.length === 0 && to === undefined;
  const gone = new Set(changes.filter(isWhole).map(({ at }) => at.offset));
  const seen = new Map(
    changes
      .filter((one) => isWhole(one) || !gone.has(one.at.offset))
      .map((one) => [JSON.stringify([one.at.offset, one.path, one.to]), one]),
  );
  return [...seen.values()].sort((a, b) => b.at.offset - a.at.offset);
}
