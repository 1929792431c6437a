import {
  attributeOf,
  member,
  privateAddressOf,
  publicAddressOf,
  stringOf,
  type Unknown,
  type Value,
} from '../../values/index.ts';
import type { Target } from './lookup.ts';
import { outputValue } from './outputs.ts';
import { cycle } from './parameters.ts';
import { type Context, type Declared, type Live, settle } from './run.ts';
import { unknownAt } from './unknowns.ts';

/**
 * ARM-11, iac-formats 2.4: `reference(x)`. What the template writes is the answer; what only Azure knows is an
 * unknown whose symbol names the attribute, so that two mentions of it unify.
 */
export function liveProperties(target: Target, text: string, context: Context): Value {
  return liveRoot(target, false, text, context);
}

/** `reference(x, version, 'Full')`: the envelope too. */
export function liveFull(target: Target, text: string, context: Context): Value {
  return liveRoot(target, true, text, context);
}

/** `.name` or `[index]` of a live value; `undefined` when it is known not to be there. */
export function liveStep(
  live: Live,
  value: Value,
  step: string | number,
  text: string,
  context: Context,
): Value | undefined {
  const next: Live = { ...live, path: [...live.path, step] };
  if (isDeployment(live)) return deploymentAttribute(next, text, context);
  const written =
    typeof step === 'string'
      ? member(value, step)
      : value.kind === 'array'
        ? value.items[step]
        : undefined;
  return liveValue(next, written ?? impliedAttribute(next, value, context), text, context);
}

/** The location of a resource group: as declared in this input, or as told for the group of the root template. */
export function locationOfGroup(id: string, context: Context): Value | undefined {
  const { run } = context.frame;
  const declared = run.declared.get(id.toLowerCase())?.find((each) => !each.isAbsent);
  const written =
    declared === undefined ? undefined : member(bodyOf(declared, context), 'location');
  if (written !== undefined) return written;
  const { location } = run.options;
  if (location === undefined || id.toLowerCase() !== run.rootScope.toLowerCase()) return undefined;
  return { kind: 'string', value: location, at: context.at };
}

/** The evaluated resource. A resource that needs itself is unknown in that place. */
export function bodyOf(declared: Declared, context: Context): Value {
  return settle(declared.body, () =>
    cycle(`resource \`${declared.fullName}\``, `reference('${declared.fullName}')`, context),
  );
}

function liveRoot(target: Target, isFull: boolean, text: string, context: Context): Value {
  const told = context.frame.run.options.runtime?.resource(target.id);
  if (told !== undefined) return isFull ? told : (member(told, 'properties') ?? told);
  const live: Live = { ...target, path: [], isFull };
  if (isDeployment(live)) return mark(live, attributeUnknown(live, text, context), context);
  const body = target.declared === undefined ? undefined : bodyOf(target.declared, context);
  if (body?.kind === 'unknown') return body;
  return liveValue(live, isFull ? body : member(body, 'properties'), text, context) ?? body!;
}

function liveValue(
  live: Live,
  written: Value | undefined,
  text: string,
  context: Context,
): Value | undefined {
  if (written === undefined || written.kind === 'null') {
    return mark(live, attributeUnknown(live, text, context), context);
  }
  if (written.kind === 'array') {
    // Items too: `first(…)` and lambdas take them out without an index.
    const items = written.items.map((item, index) =>
      item.kind === 'object'
        ? mark({ ...live, path: [...live.path, index] }, { ...item }, context)
        : item,
    );
    return mark(live, { ...written, items }, context);
  }
  // A copy, because only this mention is live, not every value that shares the object.
  return written.kind === 'object' ? mark(live, { ...written }, context) : written;
}

function mark(live: Live, value: Value, context: Context): Value {
  context.frame.run.live.set(value, live);
  return value;
}

/** Attributes nobody writes and everybody knows: ids of sub-resources, the envelope. */
function impliedAttribute(live: Live, parent: Value, context: Context): Value | undefined {
  const last = live.path.at(-1);
  if (typeof last !== 'string') return undefined;
  const step = last.toLowerCase();
  const text = (value: string): Value => ({ kind: 'string', value, at: context.at });
  const inProperties = propertyPath(live);
  if (step === 'id' && inProperties?.length === 3 && typeof inProperties[1] === 'number') {
    const name = stringOf(member(parent, 'name'));
    return name === undefined ? undefined : text(`${live.id}/${inProperties[0]}/${name}`);
  }
  if (!live.isFull || live.path.length !== 1) return undefined;
  if (step === 'id' || step === 'resourceid') return text(live.id);
  if (step === 'name') return text(live.name);
  return step === 'type' ? text(live.type) : undefined;
}

/** A run-time attribute: assumed by the person, or unknown under its symbol. */
function attributeUnknown(live: Live, text: string, context: Context): Value {
  const path = pathText(live);
  const symbol = symbolOf(live, path);
  const assumed = assumption(live, symbol, path, context);
  if (assumed !== undefined) {
    const at = { ...context.at, via: [...(context.at.via ?? []), `assumption ${assumed.key}`] };
    return { kind: 'string', value: assumed.value, at };
  }
  const what = path === '' ? 'the state' : `\`${path}\``;
  const missing = `${what} of ${live.name} (${live.type}) after deployment`;
  return unknownAt(context.at, 'run-time', text, missing, symbol);
}

const FIREWALL_ADDRESS =
  /^(?:ipconfigurations\[\d+\]\.(?:properties\.)?|hubipaddresses\.)privateipaddress$/;

function symbolOf(live: Live, path: string): string {
  const type = live.type.toLowerCase();
  const lower = path.toLowerCase();
  if (type === 'microsoft.network/azurefirewalls' && FIREWALL_ADDRESS.test(lower)) {
    return privateAddressOf(live.key);
  }
  if (type === 'microsoft.network/publicipaddresses' && lower === 'ipaddress') {
    return publicAddressOf(live.key);
  }
  return attributeOf(live.key, path);
}

function assumption(
  live: Live,
  symbol: string,
  path: string,
  context: Context,
): { key: string; value: string } | undefined {
  const { assumptions } = context.frame.run.options;
  if (assumptions === undefined || path === '') return undefined;
  const names = [symbol, `${live.name}.${path}`];
  if (symbol.startsWith('private-address:')) names.push(`${live.name}.privateIp`);
  if (symbol.startsWith('public-address:')) names.push(`${live.name}.publicIp`);
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  for (const [key, value] of Object.entries(assumptions)) {
    if (wanted.has(key.toLowerCase())) return { key, value };
  }
  return undefined;
}

/** The steps below `properties`; `undefined` for the envelope of a full reference. */
function propertyPath(live: Live): readonly (string | number)[] | undefined {
  if (!live.isFull) return live.path;
  const [first] = live.path;
  const isBelow = typeof first === 'string' && first.toLowerCase() === 'properties';
  return isBelow ? live.path.slice(1) : undefined;
}

function pathText(live: Live): string {
  let text = '';
  for (const step of propertyPath(live) ?? live.path) {
    text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  }
  return text;
}

function isDeployment(live: Live): boolean {
  return live.type.toLowerCase() === 'microsoft.resources/deployments';
}

/** `outputs.X.value` of a deployment: its output, worked out when asked for. */
function deploymentAttribute(live: Live, text: string, context: Context): Value | undefined {
  const steps = propertyPath(live);
  const nested = live.declared?.nested;
  const [first, name] = steps ?? [];
  const isOutputs = typeof first === 'string' && first.toLowerCase() === 'outputs';
  if (nested === undefined || !isOutputs || steps === undefined || typeof name !== 'string') {
    const unknown = attributeUnknown(live, text, context);
    const isUnfollowed = nested === undefined && unknown.kind === 'unknown' && isOutputs;
    const value: Value = isUnfollowed
      ? ({ ...unknown, reason: 'external-link' } satisfies Unknown)
      : unknown;
    return mark(live, value, context);
  }
  return outputValue(nested, name, text, context);
}
