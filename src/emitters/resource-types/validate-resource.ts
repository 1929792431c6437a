import type { Diagnostic, Place } from '../../diagnostics/index.ts';
import type { ObjectValue } from '../../values/index.ts';
import { type Checking, checkShape, report } from './check-shape.ts';
import { checkContent } from './content-rules.ts';
import { checkName } from './name-rules.ts';
import type { ResourceTypes } from './resource-types.ts';

/** One resource as it would be sent to Azure. */
export interface CheckedResource {
  readonly type: string;
  readonly apiVersion: string;
  /** Last segment. */
  readonly name: string;
  /** Envelope and `properties`. Expressions and other things nobody knows are unknowns. */
  readonly body: ObjectValue;
  readonly at: Place;
}

/**
 * What Azure would refuse about a resource, or drop silently, as far as its published type and the rules beyond it
 * tell. A type or version that is not bundled is a note: nothing was checked, or by another version.
 */
export function validateResource(
  types: ResourceTypes,
  resource: CheckedResource,
): readonly Diagnostic[] {
  const { type, apiVersion, name, body, at } = resource;
  const what = `\`${type.split('/').slice(1).join('/')}\` \`${name}\``;
  const checking: Checking = { types, what, diagnostics: [] };
  checkName(checking, type, name, at);
  checkContent(checking, type, name, body);
  const shape = types.resources.get(type.toLowerCase());
  if (shape === undefined) {
    const message = `the shape of \`${type}\` is not bundled, so it is written unchecked`;
    report(checking, 'resource/unknown-type', 'note', message, at);
    return checking.diagnostics;
  }
  if (!shape.versions.has(apiVersion.toLowerCase())) {
    const message = `\`${type}\` has no API version \`${apiVersion}\``;
    const hint = `${shape.version} is one that exists`;
    report(checking, 'resource/unknown-version', 'warning', message, at, hint);
  } else if (shape.version !== apiVersion) {
    const message = `the shape of API version ${apiVersion} is not bundled; it is checked as ${shape.version}`;
    report(checking, 'resource/other-version', 'note', message, at);
  }
  checkShape(checking, body, shape.body, '');
  return checking.diagnostics;
}
