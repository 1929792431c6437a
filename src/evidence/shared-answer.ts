import type { Modelled } from './replay.ts';

/** What the model says of flows that differ in nothing but their name. */
export type SharedAnswer = (name: string) => Modelled;

/**
 * Answers for a name what walking a flow with that name would. Where sentences hold the name, two names are walked: what the sentences of
 * both have in common is what they say of any name. Should they differ in more than the name, each name is walked.
 * @param first the answer for `firstName`; an empty one is not looked for
 */
export function sharedAnswer(
  firstName: string,
  first: Modelled,
  walk: (name: string) => Modelled,
): SharedAnswer {
  const blanks = blanksIn(first, firstName);
  if (blanks === undefined) return () => first;
  let isTold: boolean | undefined;
  return (name) => {
    if (name === firstName) return first;
    const filled = filledIn(first, blanks, name);
    if (isTold === true) return filled;
    const walked = walk(name);
    isTold ??= JSON.stringify(filled) === JSON.stringify(walked);
    return walked;
  };
}

/** Sentences around the name, by their place among the reasons. */
type Blanks = readonly (readonly string[] | undefined)[];

function blanksIn(answer: Modelled, name: string): Blanks | undefined {
  if (name === '' || answer.kind !== 'verdict' || answer.verdict.kind !== 'unknown') {
    return undefined;
  }
  const blanks = answer.verdict.why.map(({ missing }) => {
    const parts = missing.split(name);
    return parts.length === 1 ? undefined : parts;
  });
  return blanks.some((parts) => parts !== undefined) ? blanks : undefined;
}

function filledIn(answer: Modelled, blanks: Blanks, name: string): Modelled {
  if (answer.kind !== 'verdict' || answer.verdict.kind !== 'unknown') return answer;
  const why = answer.verdict.why.map((fact, at) => {
    const parts = blanks[at];
    return parts === undefined ? fact : { ...fact, missing: parts.join(name) };
  });
  return { ...answer, verdict: { ...answer.verdict, why } };
}
