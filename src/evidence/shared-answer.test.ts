import { describe, expect, it } from 'vitest';
import type { Modelled } from './replay.ts';
import { sharedAnswer } from './shared-answer.ts';

const unknown = (...missing: readonly string[]): Modelled => ({
  kind: 'verdict',
  verdict: {
    kind: 'unknown',
    by: { kind: 'rule', name: 'a.example' },
    why: missing.map((one) => ({ missing: one })),
  },
});

/** Answers for these names, and how often it had to walk. */
function told(names: readonly string[], answer: (name: string) => Modelled) {
  const [first = ''] = names;
  let walks = 1;
  const shared = sharedAnswer(first, answer(first), (name) => {
    walks += 1;
    return answer(name);
  });
  return {
    wrong: names.filter((name) => JSON.stringify(shared(name)) !== JSON.stringify(answer(name))),
    walks,
  };
}

describe('answers that flows share', () => {
  const names = ['a.example', 'b.example', 'c.example', 'a.example', 'd.example'];

  it('are told anew for each name once two names showed how', () => {
    const answer = (name: string) =>
      unknown(`whether tag T contains ${name}`, 'the ports', `${name} or not ${name}`);
    expect(told(names, answer)).toEqual({ wrong: [], walks: 2 });
  });

  it('need no second walk where no sentence holds the name', () => {
    expect(told(names, () => unknown('the ports of x'))).toEqual({ wrong: [], walks: 1 });
  });

  it('are walked for each name where a sentence holds a word that is only like the name', () => {
    // Somebody called a rule like the first name.
    const answer = (name: string) => unknown(`whether rule \`a.example\` takes ${name}`);
    expect(told(names, answer)).toEqual({ wrong: [], walks: 4 });
  });
});
