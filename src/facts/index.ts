import { AKS_FACTS } from './aks.ts';
import { AKS_INSIDE_FACTS } from './aks-inside.ts';
import { ARM_SHAPE_FACTS } from './arm-shape.ts';
import { ARM_TEMPLATE_FACTS } from './arm-template.ts';
import type { Fact } from './fact.ts';
import { FIREWALL_FACTS } from './firewall.ts';
import { IMPORTING_FACTS } from './importing.ts';
import { KUBERNETES_FACTS } from './kubernetes.ts';
import { KUBERNETES_OBJECT_FACTS } from './kubernetes-objects.ts';
import { PLATFORM_FACTS } from './platform.ts';
import { ROUTING_FACTS } from './routing.ts';

export * from './datasets.ts';
export type { Fact } from './fact.ts';

/** Every fact by id. A fact's pinning case is the test whose name contains its id (tests/tidy.test.ts holds this). */
export const FACTS = {
  ...FIREWALL_FACTS,
  ...ROUTING_FACTS,
  ...PLATFORM_FACTS,
  ...AKS_FACTS,
  ...AKS_INSIDE_FACTS,
  ...KUBERNETES_FACTS,
  ...ARM_TEMPLATE_FACTS,
  ...ARM_SHAPE_FACTS,
  ...IMPORTING_FACTS,
  ...KUBERNETES_OBJECT_FACTS,
} as const satisfies Readonly<Record<string, Fact>>;

export type FactId = keyof typeof FACTS;
