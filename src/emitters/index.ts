import { ARM } from './arm/emit-arm.ts';
import { AZCLI } from './azcli/emit-azcli.ts';
import { BICEP } from './bicep/emit-bicep.ts';
import { DIAGRAM, type NetworkEmitter } from './diagram/index.ts';
import { DOCUMENTS } from './documents/index.ts';
import type { Emitter } from './emitter.ts';
import { GUARDRAILS } from './guardrails/emit-guardrails.ts';
import { KUBERNETES } from './kubernetes/emit-kubernetes.ts';
import { NVA } from './nva/emit-nva.ts';
import { TERRAFORM } from './terraform/emit-terraform.ts';

export { PAGE_PATH } from './deploying/deploy-page.ts';
export {
  type Diagram,
  type DiagramOptions,
  diagramOf,
  type NetworkEmitter,
} from './diagram/index.ts';
export { type DocumentOptions, documentsOf, type TeamDocument } from './documents/index.ts';
export * from './emitter.ts';
export * from './plan/index.ts';
export {
  type CheckedResource,
  parseResourceTypes,
  type ResourceTypes,
  validateResource,
} from './resource-types/index.ts';

/** Every target, in the order help texts list them. A new one is a folder and a line here. */
export const EMITTERS: readonly Emitter[] = [BICEP, ARM, TERRAFORM, AZCLI, KUBERNETES, GUARDRAILS];

/** Targets that speak of the network and need no plan: pictures, pages and machines in place of firewalls. Asynchronous, since a layout is worked out. */
export const NETWORK_EMITTERS: readonly NetworkEmitter[] = [DIAGRAM, DOCUMENTS, NVA];
