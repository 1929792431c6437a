import { nearest } from '../diagnostics/nearest.ts';
import type { PagePath } from './places.ts';
import type { Problem } from './problem.ts';

type Report = (problem: Problem) => void;

/** Says so when a name refers to nothing the page describes, with the name that may have been meant. */
export function refersTo(
  what: string,
  name: string,
  known: readonly string[],
  path: PagePath,
  report: Report,
): boolean {
  if (known.includes(name)) return true;
  const [close] = nearest(name, known);
  report({
    code: 'intent/unknown-name',
    severity: 'error',
    path,
    message: `no ${what} of the page is called \`${name}\``,
    hint:
      close !== undefined
        ? `did you mean \`${close}\`?`
        : known.length === 0
          ? `the page describes no ${what}`
          : `there is ${known.slice(0, 5).join(', ')}`,
  });
  return false;
}

/** Says so when two entries of a list have one name. */
export function namedOnce(
  what: string,
  names: readonly string[],
  path: (index: number) => PagePath,
  report: Report,
): void {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    report({
      code: 'intent/defined-twice',
      severity: 'error',
      path: path(index),
      message: `two ${what}s are called \`${name}\``,
      hint: 'give each a name of its own',
    });
  }
}
