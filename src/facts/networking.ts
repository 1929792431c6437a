import type { Fact } from './fact.ts';

export const NETWORKING_FACTS = {} as const satisfies Readonly<Record<string, Fact>>;
