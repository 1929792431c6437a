import {
  DISAGREEMENT_WORDS,
  type Disagreement,
  type LoggedFlow,
  type VerifyAnswer,
} from '../evidence/index.ts';
import type { Completeness } from '../logs/questions/index.ts';
import {
  counted,
  countWords,
  type LogsPage,
  type LogsTable,
  type Sentence,
  timeWords,
} from './logs-page.ts';
import { gapRemarks, spanText } from './logs-remarks.ts';

/** Every logged decision beside the model: where the two differ, the input is not what runs. */
export function verifyPage(
  answer: VerifyAnswer,
  completeness: Completeness,
  scope: readonly string[],
  rowsMax: number,
): LogsPage {
  return {
    question: 'verify',
    title: `logged decisions against the model of ${answer.firewall}, ${spanText(completeness)}`,
    scope,
    lead: sentences(answer),
    parts: [
      ...disagreementsTable(answer, rowsMax),
      ...undecidedTable(answer, rowsMax),
      ...unreadableTable(answer),
    ],
    remarks: [
      ...gapRemarks(completeness),
      ...(answer.isCut
        ? ['there are more kinds of flows than were replayed: the rarest are missing']
        : []),
    ],
  };
}

function sentences({
  records,
  agreed,
  disagreements,
  undecided,
}: VerifyAnswer): readonly Sentence[] {
  if (records === 0) return [{ mark: 'warn', text: 'no decision was logged: nothing is verified' }];
  const sum = (list: readonly { readonly records: number }[]) =>
    list.reduce((total, one) => total + one.records, 0);
  const grave = disagreements.filter(({ how }) => how !== 'renamed' && how !== 'other-rule');
  const slight = disagreements.filter((one) => !grave.includes(one));
  const open = sum(undecided);
  return [
    ...(grave.length === 0
      ? []
      : [
          {
            mark: 'bad' as const,
            text: `${counted(sum(grave), 'decision was', 'decisions were')} otherwise than the input says: what runs is not what is written`,
          },
        ]),
    ...(slight.length === 0
      ? []
      : [
          {
            mark: 'warn' as const,
            text: `${counted(sum(slight), 'decision was', 'decisions were')} alike, by a rule of another name or place`,
          },
        ]),
    {
      mark: disagreements.length === 0 && open < records ? 'good' : 'plain',
      text: `${countWords(agreed)} of ${countWords(records)} logged decisions are as the model says`,
    },
    ...(open === 0
      ? []
      : [
          {
            mark: 'plain' as const,
            text: `${countWords(open)} cannot be told from the input alone: what is missing stands below`,
          },
        ]),
  ];
}

function disagreementsTable(
  { disagreements }: VerifyAnswer,
  rowsMax: number,
): readonly LogsTable[] {
  if (disagreements.length === 0) return [];
  return [
    {
      kind: 'table',
      name: 'disagreements',
      title: 'decided otherwise, with both reasons',
      columns: [
        { name: 'how', title: 'what', kind: 'text' },
        { name: 'log', title: 'log', kind: 'text' },
        { name: 'records', title: 'records', kind: 'count' },
        { name: 'flows', title: 'flows', kind: 'count' },
        { name: 'first', title: 'from', kind: 'time' },
        { name: 'last', title: 'to', kind: 'time' },
        { name: 'logged', title: 'logged:', kind: 'detail' },
        { name: 'modelled', title: 'model: ', kind: 'detail' },
        { name: 'example', title: 'such as', kind: 'detail' },
        { name: 'since', title: 'until then', kind: 'detail' },
      ],
      rows: disagreements
        .slice(0, rowsMax)
        .map((one) => [
          ...[one.how, one.log, one.records, one.flows, one.first, one.last],
          loggedText(one),
          `${DISAGREEMENT_WORDS[one.how]}: ${one.modelled.rule}`,
          one.examples.slice(0, 2).map(flowText).join('; '),
          one.agreedUntil === undefined
            ? undefined
            : `${one.logged.rule} decided as the model says, last ${timeWords(one.agreedUntil)}`,
        ]),
      more: Math.max(0, disagreements.length - rowsMax),
    },
  ];
}

function loggedText({ logged: { action, rule, reason } }: Disagreement): string {
  const by = rule === '' ? ', no rule named' : ` by ${rule}`;
  return `${action}${by}${reason === '' ? '' : ` (${reason})`}`;
}

/** `10.42.1.4 → api.example.com:443 HTTPS`. */
export function flowText({ source, fqdn, destination, port, protocol }: LoggedFlow): string {
  return `${source} → ${fqdn === '' ? destination : fqdn}:${port} ${protocol}`;
}

function undecidedTable({ undecided }: VerifyAnswer, rowsMax: number): readonly LogsTable[] {
  if (undecided.length === 0) return [];
  return [
    {
      kind: 'table',
      name: 'undecided',
      title: 'the model cannot tell',
      columns: [
        { name: 'records', title: 'records', kind: 'count' },
        { name: 'flows', title: 'flows', kind: 'count' },
        { name: 'needs', title: 'needs', kind: 'text' },
        { name: 'example', title: 'such as', kind: 'detail' },
      ],
      rows: undecided
        .slice(0, rowsMax)
        .map(({ records, flows, why, example }) => [records, flows, why, flowText(example)]),
      more: Math.max(0, undecided.length - rowsMax),
    },
  ];
}

function unreadableTable({ unreadable }: VerifyAnswer): readonly LogsTable[] {
  if (unreadable.length === 0) return [];
  return [
    {
      kind: 'table',
      name: 'unreadable',
      title: 'could not be replayed',
      columns: [
        { name: 'records', title: 'records', kind: 'count' },
        { name: 'why', title: 'why', kind: 'text' },
        { name: 'example', title: 'such as', kind: 'detail' },
      ],
      rows: unreadable.map(({ records, why, example }) => [records, why, flowText(example)]),
    },
  ];
}
