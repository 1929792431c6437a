import type { Fact } from './fact.ts';

export const KUBERNETES_FACTS = {} as const satisfies Readonly<Record<string, Fact>>;
