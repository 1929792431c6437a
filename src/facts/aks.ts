import type { Fact } from './fact.ts';

export const AKS_FACTS = {} as const satisfies Readonly<Record<string, Fact>>;
