import { type Diagnostic, type Place, placeless } from '../../diagnostics/index.ts';
import type { AzureResource, Snapshot } from '../../model/index.ts';
import { parseIp } from '../../net/index.ts';
import {
  isAbsent,
  isUnknown,
  type ObjectValue,
  objectValue,
  type Value,
} from '../../values/index.ts';

/** `fw-hub.privateIp` for what a person says, by the type of the resource that has it. */
const SHORT_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'microsoft.network/azurefirewalls': {
    privateip: 'ipConfigurations[0].properties.privateIPAddress',
  },
  'microsoft.network/publicipaddresses': { publicip: 'ipAddress' },
};

/**
 * Writes what a person assumes into the resources themselves, where the input leaves it open: a template that mentions the
 * attribute has it already (`importArmTemplate`), an export or the resource's own typed view has it from here. What the
 * input says is never overwritten. An assumption about nothing in the input is a diagnostic: misspelt, it would
 * silently leave everything unknown.
 * @param assumptions by `<resource name>.privateIp`, `.publicIp` or `.<property path>`, or by symbol; without case
 */
export function settleAssumptions(
  snapshot: Snapshot,
  assumptions: Readonly<Record<string, string>> | undefined,
): Snapshot {
  const entries = Object.entries(assumptions ?? {});
  if (entries.length === 0) return snapshot;
  const resources = new Map(snapshot.resources);
  const diagnostics: Diagnostic[] = [...snapshot.diagnostics];
  for (const [name, value] of entries) {
    const at = placeless(`assumption ${name}`);
    const owners = [...resources.values()].flatMap((resource) => {
      const attribute = attributeNamed(resource, name.toLowerCase());
      return attribute === undefined ? [] : [{ resource, attribute }];
    });
    if (owners.length === 0) {
      diagnostics.push({
        code: 'assumption/unused',
        severity: 'warning',
        message: `assumption \`${name}\` is about nothing in the input`,
        at,
        hint: 'write RESOURCE.privateIp, RESOURCE.publicIp or RESOURCE.property, with the name the resource has in the input',
      });
    }
    for (const { resource, attribute } of owners) {
      if (/ip(address)?$/i.test(attribute) && parseIp(value) === undefined) {
        diagnostics.push({
          code: 'assumption/not-an-address',
          severity: 'error',
          message: `\`${value}\` is assumed for \`${name}\` and is no address`,
          at,
        });
        continue;
      }
      const steps = attribute.split(/[.[\]]+/).filter((step) => step !== '');
      const body = settled(resource.body, ['properties', ...steps], value, at);
      if (body !== undefined) resources.set(resource.key, { ...resource, body });
    }
  }
  return { ...snapshot, resources, diagnostics };
}

/** The property path below `properties` that `name` means on this resource, if it is about this resource. */
function attributeNamed(resource: AzureResource, name: string): string | undefined {
  const short = SHORT_NAMES[resource.type] ?? {};
  if (name === `private-address:${resource.key}`) return short['privateip'];
  if (name === `public-address:${resource.key}`) return short['publicip'];
  const front = `${resource.name.toLowerCase()}.`;
  if (!name.startsWith(front)) return undefined;
  const attribute = name.slice(front.length);
  if (attribute === 'privateip' || attribute === 'publicip') return short[attribute];
  return attribute;
}

/** The object with the value at the end of the steps; `undefined` when something is written there already. */
function settled(
  body: ObjectValue,
  steps: readonly string[],
  text: string,
  at: Place,
): ObjectValue | undefined {
  const written = changed(body, steps, { kind: 'string', value: text, at });
  return written?.kind === 'object' ? written : undefined;
}

function changed(
  here: Value | undefined,
  steps: readonly string[],
  value: Value,
): Value | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return isAbsent(here) || isUnknown(here) ? value : undefined;
  if (here?.kind === 'array') {
    const items = [...here.items];
    const next = changed(items[Number(step)], rest, value);
    if (next === undefined || Number(step) >= items.length) return undefined;
    items[Number(step)] = next;
    return { ...here, items };
  }
  // Only the last step may be new: an assumption settles an attribute, it builds no structure.
  if (here?.kind !== 'object') return undefined;
  const old = here.members.get(step.toLowerCase());
  if (old === undefined && rest.length > 0) return undefined;
  const next = changed(old?.value, rest, value);
  if (next === undefined) return undefined;
  const name = old?.name ?? step;
  const members = [...here.members.values()].filter((one) => one !== old);
  return objectValue(here.at, [...members, { name, value: next, at: value.at }]);
}
