export { parseResourceTypes, type ResourceTypes } from './resource-types.ts';
export { type CheckedResource, validateResource } from './validate-resource.ts';
