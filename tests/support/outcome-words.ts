import { type CheckCase, outcomeOf } from './check-cases.ts';
import type { Perimeter } from './sound-perimeter.ts';

/** Short ways to ask one check about a changed perimeter. */
export function asking(id: string) {
  const ask = (perimeter: Perimeter, more: Omit<CheckCase, 'resources'> = {}) =>
    outcomeOf(id, { resources: Object.values(perimeter), ...more });
  return {
    kind: (perimeter: Perimeter, more: Omit<CheckCase, 'resources'> = {}) =>
      ask(perimeter, more).kind,
    /** The messages of a failing check; what else it says, otherwise. */
    messages: (perimeter: Perimeter, more: Omit<CheckCase, 'resources'> = {}) => {
      const outcome = ask(perimeter, more);
      return outcome.kind === 'fail'
        ? outcome.findings.map(({ message }) => message)
        : [outcome.kind];
    },
    severities: (perimeter: Perimeter, more: Omit<CheckCase, 'resources'> = {}) => {
      const outcome = ask(perimeter, more);
      return outcome.kind === 'fail' ? outcome.findings.map(({ severity }) => severity) : [];
    },
  };
}

export function resourcesOf(
  perimeter: Perimeter,
  more: Omit<CheckCase, 'resources'> = {},
): CheckCase {
  return { resources: Object.values(perimeter), ...more };
}

export function without(perimeter: Perimeter, ...names: readonly string[]): Perimeter {
  return Object.fromEntries(Object.entries(perimeter).filter(([name]) => !names.includes(name)));
}
