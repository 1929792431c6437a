import type { Diagnostic, Gap } from '../../../diagnostics/index.ts';
import {
  itemsOf,
  member,
  type ObjectValue,
  path,
  stringOf,
  type Value,
} from '../../../values/index.ts';
import type { ImportedPart } from '../../imported-part.ts';
import { armResourcesOf, type TerraformScope } from '../azurerm/index.ts';
import { indexOf, placeOf, resourcesOfModules } from '../plan/module-resources.ts';
import { overlayMarks } from '../plan/overlay-marks.ts';
import type { TerraformResource } from '../terraform-resource.ts';

/**
 * What Terraform knows to be deployed: `terraform show -json` of a state, or the state file itself, version 4. All ids
 * are known (iac-formats 4.1). Never throws. O(size).
 */
export function importTerraformState(root: Value, scope: TerraformScope = {}): ImportedPart {
  const diagnostics: Diagnostic[] = [];
  const gaps: Gap[] = [];
  const resources = resourcesOfState(root, diagnostics, gaps);
  const part = armResourcesOf(resources, scope);
  return {
    ...part,
    diagnostics: [...diagnostics, ...part.diagnostics],
    gaps: [...gaps, ...part.gaps],
  };
}

/** The resources of either form of a state. */
export function resourcesOfState(
  root: Value,
  diagnostics: Diagnostic[],
  gaps: Gap[],
): readonly TerraformResource[] {
  const malformed = (entry: Value) => notUnderstood(entry, diagnostics, gaps);
  if (path(root, 'values', 'root_module') !== undefined) {
    return shownResources(member(root, 'values'), malformed);
  }
  const version = member(root, 'version');
  if (version?.kind === 'number' && version.value !== 4) {
    diagnostics.push({
      code: 'terraform/state-version',
      severity: 'error',
      message: `the state is of version ${version.value}; version 4 is read`,
      at: version.at,
      hint: 'show it with the Terraform that wrote it: terraform show -json > state.json',
    });
    const why = 'it was not read, so nothing it allows or denies is known';
    gaps.push({ what: 'Terraform state', why, at: root.at });
    return [];
  }
  return itemsOf(member(root, 'resources')).flatMap((entry) => rawResources(entry, malformed));
}

/** The resources of `{ root_module }` as `show -json` writes them, secrets hidden. */
export function shownResources(
  values: Value | undefined,
  malformed: (entry: Value) => void,
): readonly TerraformResource[] {
  return resourcesOfModules(values, malformed).map((shown) => {
    const { address, mode, type, entry } = shown;
    const marks = { sensitive: member(entry, 'sensitive_values') };
    return {
      address,
      mode,
      type,
      values: overlayMarks(shown.values, marks, () => undefined),
      at: placeOf(entry, address),
    };
  });
}

/** One resource of a raw state: as many as it has instances. */
function rawResources(
  entry: Value,
  malformed: (entry: Value) => void,
): readonly TerraformResource[] {
  const type = stringOf(member(entry, 'type'));
  const name = stringOf(member(entry, 'name'));
  if (type === undefined || name === undefined) {
    malformed(entry);
    return [];
  }
  const mode = stringOf(member(entry, 'mode')) === 'data' ? 'data' : 'managed';
  const module = stringOf(member(entry, 'module'));
  const front = `${module === undefined ? '' : `${module}.`}${mode === 'data' ? 'data.' : ''}`;
  return itemsOf(member(entry, 'instances')).flatMap((instance): TerraformResource[] => {
    const attributes = member(instance, 'attributes');
    if (attributes?.kind !== 'object') {
      malformed(instance);
      return [];
    }
    // Replaced, and not destroyed yet: its successor is the current instance.
    if (member(instance, 'deposed') !== undefined) return [];
    const index = indexOf(member(instance, 'index_key'));
    const key = index === undefined ? '' : `[${JSON.stringify(index)}]`;
    const address = `${front}${type}.${name}${key}`;
    const values = hidden(attributes, member(instance, 'sensitive_attributes'));
    return [{ address, mode, type, values, at: placeOf(instance, address) }];
  });
}

/** A raw state lists the paths of what is sensitive; the first step is enough to hide by. */
function hidden(attributes: ObjectValue, sensitive: Value | undefined): ObjectValue {
  const names = itemsOf(sensitive).flatMap((steps) => {
    const first = itemsOf(steps)[0];
    return stringOf(member(first, 'value')) ?? [];
  });
  if (names.length === 0) return attributes;
  const members = names.map((name) => {
    const value: Value = { kind: 'boolean', value: true, at: attributes.at };
    return [name.toLowerCase(), { name, value, at: attributes.at }] as const;
  });
  const marks: Value = { kind: 'object', members: new Map(members), at: attributes.at };
  return overlayMarks(attributes, { sensitive: marks }, () => undefined);
}

export function notUnderstood(entry: Value, diagnostics: Diagnostic[], gaps: Gap[]): void {
  if (entry.kind === 'null') return;
  diagnostics.push({
    code: 'terraform/malformed-resource',
    severity: 'warning',
    message: 'this is not written as Terraform writes a resource; it is left out',
    at: entry.at,
  });
  const why = 'it could not be read, so nothing it allows or denies is known';
  gaps.push({ what: 'Terraform resource', why, at: entry.at });
}
