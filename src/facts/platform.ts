import type { Fact } from './fact.ts';

export const PLATFORM_FACTS = {} as const satisfies Readonly<Record<string, Fact>>;
