import type { Diagnostic, Gap } from '../../../diagnostics/index.ts';
import { itemsOf, member, objectValue, path, stringOf, type Value } from '../../../values/index.ts';
import type { ImportedPart } from '../../imported-part.ts';
import { AZURERM_TYPES, armResourcesOf, type TerraformScope } from '../azurerm/index.ts';
import { notUnderstood, shownResources } from '../state/import-state.ts';
import type { TerraformResource } from '../terraform-resource.ts';
import { Configuration } from './configuration.ts';
import { fixedSubnets } from './fixed-subnets.ts';
import { indexOf, placeOf, resourcesOfModules, type ShownResource } from './module-resources.ts';
import { onlyNextHop } from './only-next-hop.ts';
import { overlayMarks } from './overlay-marks.ts';
import { scopeOf } from './plan-scope.ts';
import { reportPlan } from './report-plan.ts';
import { type PlanFacts, tellUnknown } from './tell-unknown.ts';

/** Which side of the apply is asked about. */
export type PlanSide = 'after' | 'before';

/**
 * What will be there once a plan is applied (`terraform show -json tfplan`), or what was there before. Attributes that
 * only the apply tells are unknown and know whose they are (iac-formats 4.1). Never throws. O(size).
 */
export function importTerraformPlan(
  root: Value,
  scope: TerraformScope = {},
  side: PlanSide = 'after',
): ImportedPart {
  const diagnostics: Diagnostic[] = [];
  const gaps: Gap[] = [];
  const malformed = (entry: Value) => notUnderstood(entry, diagnostics, gaps);
  const prior = shownResources(path(root, 'prior_state', 'values'), malformed);
  if (side === 'before') {
    const part = armResourcesOf(prior, scopeOf(root, scope));
    return withRemarks(part, diagnostics, gaps);
  }
  const changes = changesOf(root);
  const planned = plannedResources(root, changes, malformed);
  const data = prior.filter(({ mode }) => mode === 'data');
  const isTold = new Set(data.map(({ address }) => address));
  const later = planned.filter(({ mode, address }) => mode === 'managed' || !isTold.has(address));
  reportPlan(root, diagnostics, gaps);
  const gone = changes.flatMap((change) => (change.isGone ? [beforeOf(change)] : []));
  const forgotten = changes.flatMap((change) => (change.isForgotten ? [beforeOf(change)] : []));
  const part = armResourcesOf([...later, ...forgotten, ...data], {
    ...scopeOf(root, scope),
    gone,
  });
  return withRemarks(part, diagnostics, gaps);
}

function withRemarks(
  part: ImportedPart,
  diagnostics: readonly Diagnostic[],
  gaps: readonly Gap[],
): ImportedPart {
  return {
    ...part,
    diagnostics: [...diagnostics, ...part.diagnostics],
    gaps: [...gaps, ...part.gaps],
  };
}

interface Change {
  readonly address: string;
  readonly entry: Value;
  readonly change: Value | undefined;
  readonly isGone: boolean;
  readonly isForgotten: boolean;
}

function changesOf(root: Value): readonly Change[] {
  return itemsOf(member(root, 'resource_changes')).flatMap((entry): Change[] => {
    const address = stringOf(member(entry, 'address'));
    // A deposed object goes in any case; the current one has an entry of its own.
    if (address === undefined || member(entry, 'deposed') !== undefined) return [];
    const change = member(entry, 'change');
    const actions = itemsOf(member(change, 'actions')).map((action) => stringOf(action));
    const isManaged = stringOf(member(entry, 'mode')) !== 'data';
    return [
      {
        address,
        entry,
        change,
        isGone: isManaged && actions.length === 1 && actions[0] === 'delete',
        isForgotten: isManaged && actions.includes('forget') && !actions.includes('create'),
      },
    ];
  });
}

/** What goes, and what Terraform only forgets, as it was. */
function beforeOf({ address, entry, change }: Change): TerraformResource {
  const values = member(change, 'before');
  const sensitive = member(change, 'before_sensitive');
  return {
    address,
    mode: 'managed',
    type: stringOf(member(entry, 'type')) ?? '',
    values:
      values?.kind === 'object'
        ? overlayMarks(values, { sensitive }, () => undefined)
        : { kind: 'object', members: new Map(), at: entry.at },
    at: placeOf(entry, address),
  };
}

/** The resources of `planned_values`, and those only `resource_changes` has: data that the apply reads. */
function plannedResources(
  root: Value,
  changes: readonly Change[],
  malformed: (entry: Value) => void,
): readonly TerraformResource[] {
  const byAddress = new Map(changes.map((change) => [change.address, change]));
  const planned = resourcesOfModules(member(root, 'planned_values'), malformed);
  const listed = new Set(planned.map(({ address }) => address));
  const read = changes.flatMap((change) => (listed.has(change.address) ? [] : shownChange(change)));
  const prior = resourcesOfModules(path(root, 'prior_state', 'values'), () => undefined).filter(
    ({ mode, address }) => mode === 'data' && !listed.has(address),
  );
  const shown = [...planned, ...read];
  const configuration = new Configuration(member(root, 'configuration'), [...shown, ...prior]);
  const facts: PlanFacts = {
    hasSeparate: separately(shown),
    nextHop: onlyNextHop(root, shown),
    fixedSubnet: fixedSubnets(shown),
  };
  return shown.map((resource) => {
    const { address, mode, type, entry } = resource;
    const change = byAddress.get(address)?.change;
    const marks = {
      unknown: change === undefined ? absentMarks(resource) : member(change, 'after_unknown'),
      sensitive: member(entry, 'sensitive_values') ?? member(change, 'after_sensitive'),
    };
    const values = overlayMarks(resource.values, marks, (attribute, at) =>
      tellUnknown(resource, configuration, attribute, at, facts),
    );
    return { address, mode, type, values, at: placeOf(entry, address) };
  });
}

/**
 * A plan that breaks off, or was thinned out, has no word on what is unknown. What is known stands there, `null`
 * included (iac-formats 4.1): so what does not is not known.
 */
function absentMarks({ mode, type, values }: ShownResource): Value | undefined {
  if (mode === 'data') return undefined;
  const absent = (AZURERM_TYPES.get(type)?.attributes ?? []).filter(
    (one) =>
      one.since === undefined &&
      one.until === undefined &&
      one.isTold !== true &&
      member(values, one.name) === undefined,
  );
  const members = absent.map(({ name }) => ({
    name,
    value: { kind: 'boolean' as const, value: true, at: values.at },
    at: values.at,
  }));
  return objectValue(values.at, members);
}

function shownChange(told: Change): readonly ShownResource[] {
  const { entry, address, change } = told;
  const after = member(change, 'after');
  const type = stringOf(member(entry, 'type'));
  const name = stringOf(member(entry, 'name'));
  if (after?.kind !== 'object' || entry.kind !== 'object') return [];
  if (told.isGone || told.isForgotten) return [];
  if (type === undefined || name === undefined) return [];
  return [
    {
      address,
      module: stringOf(member(entry, 'module_address')) ?? '',
      mode: stringOf(member(entry, 'mode')) === 'data' ? 'data' : 'managed',
      type,
      name,
      index: indexOf(member(entry, 'index')),
      values: after,
      entry,
    },
  ];
}

/** Are there resources of that type that name this one as their parent, or one nobody knows? */
function separately(
  shown: readonly ShownResource[],
): (resource: ShownResource, type: string) => boolean {
  const parents = new Map<string, Set<string | undefined>>();
  for (const { type, values } of shown) {
    const identity = AZURERM_TYPES.get(type)?.identity;
    if (identity?.kind !== 'named-parent') continue;
    const name = stringOf(member(values, identity.parents.at(-1) ?? ''));
    const names = parents.get(type) ?? new Set();
    names.add(name?.toLowerCase());
    parents.set(type, names);
  }
  return (resource, type) => {
    const names = parents.get(type);
    const own = stringOf(member(resource.values, 'name'))?.toLowerCase();
    return names !== undefined && (own === undefined || names.has(own) || names.has(undefined));
  };
}
