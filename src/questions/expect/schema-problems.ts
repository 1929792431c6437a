import type { z } from 'zod';

export interface SchemaProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string;
}

type Issue = z.core.$ZodIssue;

/** What is wrong with plain JSON, each at its own path: of several forms that are allowed, the one that was meant is judged. */
export function problemsOf(schema: z.ZodType, json: unknown): readonly SchemaProblem[] {
  const { error } = schema.safeParse(json);
  return (error?.issues ?? []).flatMap((issue) => problemOf(issue, []));
}

function problemOf(issue: Issue, above: readonly PropertyKey[]): readonly SchemaProblem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `\`${nameOf([...path, key])}\` is not understood`,
    }));
  }
  if (issue.code === 'invalid_union') {
    // A form whose own type does not fit was not meant; what is wrong inside the others is.
    const meant = issue.errors.filter(
      (branch) => !branch.some(({ code, path: at }) => isForm(code) && at.length === 0),
    );
    const [closest] = [...meant].sort((a, b) => a.length - b.length);
    if (closest !== undefined) return closest.flatMap((inner) => problemOf(inner, path));
    return [{ path, message: `\`${nameOf(path)}\` has none of the forms it may have` }];
  }
  const message = `\`${nameOf(path)}\`: ${issue.message}`;
  return [{ path, message }];
}

function isForm(code: Issue['code']): boolean {
  return code === 'invalid_type' || code === 'invalid_value';
}

function nameOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the whole file' : path.join('.');
}
