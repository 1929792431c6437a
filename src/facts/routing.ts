import type { Fact } from './fact.ts';

export const ROUTING_FACTS = {} as const satisfies Readonly<Record<string, Fact>>;
