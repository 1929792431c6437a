import type { Lost, NarrowRule, TightenAnswer, Tightening } from '../evidence/index.ts';
import type { Network } from '../network/index.ts';
import type { Patch } from '../patches/index.ts';
import { directionsOf, type PerimeterDiff } from '../questions/diff/index.ts';
import { diffText } from './diff-text.ts';
import { coloured, unified } from './fix-text.ts';
import { countWords, timeWords } from './logs-page.ts';
import { flowText } from './logs-verify-page.ts';
import { count, hanging, paint, placeText, type Style, safe, wrapped } from './style.ts';

/** What was proven about a patch. */
export interface TightenProof {
  readonly diff: PerimeterDiff;
  readonly network: Network;
  /** Flows of the window that would be denied: none, or the patch is not written. */
  readonly lost: readonly Lost[];
  /** Nothing is wrong with the input that was not before. */
  readonly isReadAsWell: boolean;
  readonly paths: readonly string[];
}

export interface TightenTold {
  readonly answer: TightenAnswer;
  readonly patch: Patch;
  readonly proof?: TightenProof;
}

const SHOWN = 5;

/** The patch, what each narrowed rule rests on, and what was proven. */
export function tightenText({ answer, patch, proof }: TightenTold, style: Style): string {
  const { bold, dim } = paint(style);
  const { tightenings, left, span, days, firewall } = answer;
  const lines: string[] = [];
  const window =
    span === undefined
      ? 'nothing was logged'
      : `${timeWords(span.from)} to ${timeWords(span.to)} UTC`;
  lines.push(
    hanging(
      style,
      0,
      `${bold('tighten')}   `,
      safe(`${firewall}   ${count(days, 'day')}: ${window}`),
    ),
    '',
  );
  for (const { file, before, after } of patch.files) {
    lines.push(...coloured(unified(file, before, after), style), '');
  }
  const refused = new Map(patch.refusals.map((one) => [one.index, one]));
  for (const [index, one] of tightenings.entries()) {
    lines.push(...tighteningLines(one, style));
    const refusal = refused.get(index);
    if (refusal !== undefined) {
      const where = refusal.at === undefined ? '' : `${placeText(style, refusal.at)}  `;
      lines.push(hanging(style, 10, dim('not written: '), `${where}${safe(refusal.why)}`));
    }
  }
  for (const { rule, why } of left) {
    lines.push(` ${bold('left')}     ${safe(rule.name)}`, wrapped(style, 10, safe(why)));
  }
  if (tightenings.length === 0)
    lines.push(wrapped(style, 1, 'No rule can be narrowed by what is logged.'));
  if (proof !== undefined) lines.push('', ...proofLines(proof, answer, style));
  return `${lines.join('\n')}\n`;
}

function tighteningLines(one: Tightening, style: Style): readonly string[] {
  const { bold, dim } = paint(style);
  const { rule, broad, records, flows, becomes, kept, confidence } = one;
  const why = broad.length === 0 ? '' : `   ${broad.join(', ')}`;
  return [
    hanging(style, 1, `${bold('narrows')}  `, safe(`${rule.name}${why}`)),
    ...becomes.map((each) => hanging(style, 10, `${dim('to')}  `, safe(narrowText(each)))),
    ...kept.map((text) => hanging(style, 10, `${dim('kept')}  `, safe(text))),
    hanging(
      style,
      10,
      `${dim('used')}  `,
      `${countWords(records)} records, ${count(flows.length, 'kind')} of flow`,
    ),
    hanging(style, 10, `${dim('confidence')}  `, safe(`${confidence.level}: ${confidence.why}`)),
  ];
}

function narrowText(rule: NarrowRule): string {
  const {
    sourceAddresses,
    destinationAddresses,
    destinationPorts,
    protocols,
    services,
    targetFqdns,
  } = rule;
  const spoken = [
    ...(services ?? []).map(({ protocolType, port }) => `${protocolType.toLowerCase()}:${port}`),
    ...(protocols ?? []).map(
      (protocol) => `${protocol.toLowerCase()} ${(destinationPorts ?? ['*']).join(',')}`,
    ),
  ];
  const to = [...(targetFqdns ?? []), ...(destinationAddresses ?? [])];
  return [
    sourceAddresses === undefined ? '' : `from ${sourceAddresses.join(', ')}`,
    to.length === 0 ? '' : `to ${to.join(', ')}`,
    spoken.join(', '),
  ]
    .filter((part) => part !== '')
    .join('  ');
}

function proofLines(
  { diff, network, lost, paths }: TightenProof,
  { allowed }: TightenAnswer,
  style: Style,
): readonly string[] {
  const { bold, error } = paint(style);
  const records = allowed.reduce((sum, flow) => sum + flow.records, 0);
  const denied = lost.reduce((sum, { flow }) => sum + flow.records, 0);
  return [
    lost.length === 0
      ? hanging(
          style,
          1,
          `${bold('proof')}    `,
          `of ${countWords(records)} connections that were let through, none would have been denied`,
        )
      : hanging(
          style,
          1,
          `${bold(error('proof'))}    `,
          `${countWords(denied)} of ${countWords(records)} connections would have been denied`,
        ),
    ...lost
      .slice(0, SHOWN)
      .map(({ flow, by }) => wrapped(style, 10, safe(`${flowText(flow)}: ${by}`))),
    diffText(
      { diff, after: network, paths: [paths[0] ?? '.', paths[0] ?? '.'], verbose: false },
      style,
    ).trimEnd(),
  ];
}

/** The same for machines. */
export function tightenJson({ answer, patch, proof }: TightenTold): string {
  const refused = new Map(patch.refusals.map(({ index, why }) => [index, why]));
  const json = {
    schemaVersion: 1,
    firewall: answer.firewall,
    days: answer.days,
    rules: answer.tightenings.map((one, index) => ({
      rule: one.rule.name,
      broad: one.broad,
      becomes: one.becomes,
      kept: one.kept,
      records: one.records,
      flows: one.flows.length,
      confidence: one.confidence,
      ...(refused.has(index) ? { notWritten: refused.get(index) } : {}),
    })),
    left: answer.left.map(({ rule, why }) => ({ rule: rule.name, why })),
    files: patch.files.map(({ file, before, after }) => ({
      file,
      patch: unified(file, before, after).join('\n'),
    })),
    ...(proof === undefined
      ? {}
      : {
          proof: {
            wouldHaveBeenDenied: proof.lost.map(({ flow, by }) => ({
              source: flow.source,
              destination: flow.fqdn === '' ? flow.destination : flow.fqdn,
              port: flow.port,
              protocol: flow.protocol,
              records: flow.records,
              by,
            })),
            directions: [...new Set(directionsOf(proof.diff))],
            isWhole: proof.diff.inconclusive.length === 0,
          },
        }),
  };
  return `${JSON.stringify(json, undefined, 1)}\n`;
}
