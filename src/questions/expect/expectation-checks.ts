import type { Network } from '../../network/index.ts';
import { given } from '../check/certainty.ts';
import type { Check, CheckOutcome, Finding, NamedPlace, Undecided } from '../check/finding.ts';
import { EXPECTATION_KINDS, type Expectation, type ExpectationKind } from './expectation.ts';
import { type ExpectOptions, judgeExpectations } from './judge-expectations.ts';
import type { Counterexample, ExpectationOutcome } from './outcome.ts';

/** Everything a person reads about a kind of expectation. */
const TEXTS: Readonly<Record<ExpectationKind, Pick<Check, 'title' | 'explanation' | 'fix'>>> = {
  never: {
    title: 'What `perimeter.yaml` says never happens does not.',
    explanation:
      'No flow from the one set of ends to the other may arrive: neither for certain, nor in any world that fits what is unknown. A flow that arrives and whose answer is lost has arrived.',
    fix: 'close the way the example takes, or excuse it in `unless`',
  },
  only: {
    title: 'Nothing arrives but what `perimeter.yaml` lists.',
    explanation:
      'Of all flows from the one set of ends to the other only those under `flows` may arrive. What is listed need not arrive: `always` asks for that.',
    fix: 'close the way the example takes, or list it under `flows`',
  },
  always: {
    title: 'What `perimeter.yaml` says always works does.',
    explanation:
      'Every flow from the one set of ends to the other arrives, and its answer comes back, in every world that fits what is unknown.',
    fix: 'open the way the example takes: sallyport trace says what would',
  },
  symmetric: {
    title: 'Answers come back by the stateful boxes the requests went through.',
    explanation:
      'A firewall drops an answer whose request it never saw. Whatever arrives must be answered by the same boxes.',
    fix: 'lead the answer through the box that saw the request, or keep both off it',
  },
  isolated: {
    title: 'Namespaces that `perimeter.yaml` sets apart are.',
    explanation:
      'Pods of the namespace reach no pod of another and are reached by none, but for what is excepted.',
    fix: 'add a default-deny policy to the namespace, or except the flow',
  },
};

/** The five kinds as checks without a subject: for lists, explanations and the names that options take. */
export const EXPECTATION_CHECKS: readonly Check[] = EXPECTATION_KINDS.map((kind) => ({
  ...textOf(kind),
  run: () => ({ kind: 'not-applicable', why: 'no perimeter.yaml expects it' }),
}));

/** A check per kind of expectation that is there; each expectation is a subject of its own. */
export function expectationChecks(
  expectations: readonly Expectation[],
  options: ExpectOptions = {},
): readonly Check[] {
  return EXPECTATION_KINDS.flatMap((kind): readonly Check[] => {
    const own = expectations.filter((one) => one.kind === kind);
    if (own.length === 0) return [];
    const text = textOf(kind);
    return [{ ...text, run: ({ network }) => outcomeOf(text, own, network, options) }];
  });
}

type CheckText = Omit<Check, 'run'>;

function textOf(kind: ExpectationKind): CheckText {
  return { id: `expect/${kind}`, severity: 'error', ...TEXTS[kind], facts: [], covers: [] };
}

function outcomeOf(
  check: CheckText,
  expectations: readonly Expectation[],
  network: Network,
  options: ExpectOptions,
): CheckOutcome {
  const outcomes = judgeExpectations(network, expectations, options);
  const findings = outcomes.flatMap((outcome) => findingOf(check, outcome));
  const undecided = outcomes.flatMap((outcome) => undecidedOf(check, outcome));
  const proven = outcomes.flatMap((outcome) =>
    outcome.kind === 'proven'
      ? [
          {
            subject: outcome.expectation.name,
            message: outcome.expectation.text,
            at: outcome.expectation.at,
            assumptions: outcome.assumptions,
          },
        ]
      : [],
  );
  const shown = proven.length === 0 ? {} : { proven };
  if (findings.length > 0) return { kind: 'fail', findings, undecided, ...shown };
  return undecided.length > 0
    ? { kind: 'unknown', undecided, ...shown }
    : {
        kind: 'pass',
        subjects: expectations.length,
        certainty: given(
          'proven',
          proven.flatMap((one) => one.assumptions),
        ),
        ...shown,
      };
}

function findingOf(check: CheckText, outcome: ExpectationOutcome): readonly Finding[] {
  const { expectation } = outcome;
  const base = {
    check: check.id,
    places: placesOf(expectation),
    fix: check.fix,
    subject: expectation.name,
  };
  switch (outcome.kind) {
    case 'refuted':
      return [
        {
          ...base,
          severity: 'error',
          message: `${sentence(expectation)} It does not hold.`,
          evidence: {
            kind: 'proved',
            certainty: 'refuted',
            lines: outcome.counterexamples.map(lineOf),
            replays: outcome.counterexamples.map(({ command }) => command),
          },
        },
      ];
    case 'conditional':
      return [
        {
          ...base,
          severity: 'error',
          message: `${sentence(expectation)} It hangs on what is not known.`,
          fix: 'settle what it needs (--assume, newer data, a file that says it)',
          evidence: {
            kind: 'proved',
            certainty: 'conditional',
            lines: [
              ...outcome.needs.map(({ missing }) => `needs: ${missing}`),
              ...outcome.examples.map(lineOf),
            ],
            replays: outcome.examples.map(({ command }) => command),
          },
        },
      ];
    default:
      return [];
  }
}

function undecidedOf(check: CheckText, outcome: ExpectationOutcome): readonly Undecided[] {
  if (outcome.kind !== 'inconclusive') return [];
  const { expectation, artefact, hint } = outcome;
  return [
    {
      check: check.id,
      subject: expectation.name,
      message: `${sentence(expectation)} Whether it does cannot be told: ${artefact}.`,
      missing: `a question that can be answered (${hint})`,
      at: expectation.at,
    },
  ];
}

function sentence({ name, text, why }: Expectation): string {
  const what = name === text ? `Expected: ${text}.` : `${name}, expected: ${text}.`;
  return why === undefined ? what : `${what} (${why.replace(/\.$/, '')}.)`;
}

function placesOf({ at, kind }: Expectation): readonly NamedPlace[] {
  return [{ at, what: `expect ${kind}` }];
}

const WORDS = {
  allowed: 'arrives',
  broken: 'arrives, and the answer is lost',
  denied: 'does not arrive',
  open: 'may arrive',
} as const;

function lineOf({ witness, verdict, chain }: Counterexample): string {
  const how = chain.length === 0 ? '' : `: ${chain.join(' → ')}`;
  return `${witness.from} → ${witness.to} ${WORDS[verdict]}${how}`;
}
