import type { Fact } from './fact.ts';

export const FIREWALL_FACTS = {} as const satisfies Readonly<Record<string, Fact>>;
