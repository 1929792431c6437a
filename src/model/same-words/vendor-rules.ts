import type { ObjectValue } from '../../values/index.ts';
import type { ComparisonRules, Scalar } from './comparison.ts';

/** ARM-77: what Azure adds to a resource it shows. */
const ARM_NOISE: ReadonlySet<string> = new Set([
  'etag',
  'provisioningstate',
  'resourceguid',
  'apiversion',
  'resourcegroup',
  'systemdata',
  'ipv6rule',
  'hasbgpoverride',
  'changenumber',
]);
/** Texts whose case means something, or may. */
const CASE_MATTERS: ReadonlySet<string> = new Set([
  'targeturls',
  'additionalproperties',
  'path',
  'paths',
]);

/** Azure compares names and enumerations without case, and takes `"200"` for `200`. */
export function armRules(
  options: { readonly isPartial?: boolean; readonly leaveOut?: ReadonlySet<string> } = {},
): ComparisonRules {
  return {
    isNoise: (key, owner, object) =>
      isArmNoise(key, owner, object) ||
      (owner === 'properties' && options.leaveOut?.has(key) === true),
    isSameScalar: isSameArmScalar,
    isUnordered: (key) => key !== 'rules',
    isOptional: (key, owner) => key === 'location' && owner === '',
    isEmptyNothing: true,
    ...(options.isPartial === undefined ? {} : { isPartial: options.isPartial }),
  };
}

function isArmNoise(key: string, owner: string, object: ObjectValue): boolean {
  if (ARM_NOISE.has(key)) return true;
  // The copies were brought together by id; tags decide nothing.
  if (owner === '') return key === 'id' || key === 'name' || key === 'type' || key === 'tags';
  // The service's own size of a group of rules.
  if (key === 'size') return object.members.has('rulecollections');
  // A part is named by its name, and `{id}` alone is a reference: what it refers to matters.
  const isPart = object.members.has('properties') || object.members.has('name');
  return isPart && (key === 'id' || (key === 'type' && object.members.has('id')));
}

function isSameArmScalar(a: Scalar, b: Scalar, key: string): boolean {
  const left = String(a.value);
  const right = String(b.value);
  if (left === right) return true;
  if (CASE_MATTERS.has(key)) return false;
  if (key === 'location') return regionOf(left) === regionOf(right);
  return left.toLowerCase() === right.toLowerCase();
}

/** `East US` and `eastus` are one region. */
function regionOf(text: string): string {
  return text.replaceAll(' ', '').toLowerCase();
}

/** What the API server and `kubectl` add to an object, by the member it stands in. */
const OBJECT_NOISE: Readonly<Record<string, ReadonlySet<string>>> = {
  '': new Set(['apiversion', 'status']),
  metadata: new Set([
    'uid',
    'resourceversion',
    'creationtimestamp',
    'generation',
    'managedfields',
    'selflink',
  ]),
  annotations: new Set([
    'kubectl.kubernetes.io/last-applied-configuration',
    'deployment.kubernetes.io/revision',
  ]),
};

/** Kubernetes tells case and types apart. */
export function kubernetesRules(isPartial: boolean): ComparisonRules {
  return {
    isNoise: (key, owner) => OBJECT_NOISE[owner]?.has(key) === true,
    isSameScalar: (a, b) => a.kind === b.kind && a.value === b.value,
    isUnordered: () => false,
    isOptional: () => false,
    isEmptyNothing: false,
    isPartial,
  };
}
