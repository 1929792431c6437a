import type { ThreatIntelMode } from '../model/index.ts';
import type { RuleType } from '../semantics/firewall/processing-order.ts';
import { isUnknown, type Uncertain } from '../values/index.ts';
import type { LoggedFlow } from './logged-flows.ts';
import type { Modelled } from './replay.ts';
import type { FindRule } from './written-rules.ts';

/** How a logged decision and the model's differ; the gravest first. */
export const DISAGREEMENTS = [
  'allowed-denied',
  'denied-allowed',
  'other-target',
  'not-that-rule',
  'renamed',
  'other-rule',
] as const;
export type DisagreementKind = (typeof DISAGREEMENTS)[number];

/** What each kind says, once. */
export const DISAGREEMENT_WORDS: Readonly<Record<DisagreementKind, string>> = {
  'allowed-denied': 'the firewall allowed it, the model denies it',
  'denied-allowed': 'the firewall denied it, the model allows it',
  'other-target': 'translated to another place than the model says',
  'not-that-rule':
    'the rule that decided does not hold it in the input; who decides there hangs on what is not known',
  renamed: 'decided alike, by a rule that the input does not have under this name',
  'other-rule': 'decided alike, by another rule of the input',
};

export type Comparison =
  | { readonly kind: 'agrees' }
  | {
      readonly kind: 'differs';
      readonly how: DisagreementKind;
      /** The rule of the model. */
      readonly modelled: string;
    }
  /** The model cannot tell; what the log says is one of the things it holds possible. */
  | { readonly kind: 'undecided'; readonly why: string; readonly modelled: string }
  | { readonly kind: 'unreadable'; readonly why: string };

const AGREES: Comparison = { kind: 'agrees' };
const TYPES: Readonly<Record<LoggedFlow['log'], RuleType | undefined>> = {
  threat: undefined,
  dnat: 'dnat',
  network: 'network',
  application: 'application',
};

/**
 * A hit of threat intelligence beside the mode of the input: which addresses and names the feed holds nobody publishes (AFW-81), so only
 * that is compared.
 */
export function compareThreat(
  { action }: LoggedFlow,
  mode: Uncertain<ThreatIntelMode>,
): Comparison {
  if (isUnknown(mode)) return { kind: 'undecided', why: mode.missing, modelled: THREAT };
  const modelled = `${THREAT} (${mode})`;
  const isDenied = /^(?:deny|drop)$/i.test(action);
  if (mode === 'Off' ? isDenied : isDenied && mode === 'Alert') {
    return { kind: 'differs', how: 'denied-allowed', modelled };
  }
  return isDenied || mode === 'Alert'
    ? AGREES
    : { kind: 'differs', how: 'allowed-denied', modelled };
}
const THREAT = 'threat intelligence';

/** One logged decision beside the model's. */
export function compareDecision(
  logged: LoggedFlow,
  modelled: Modelled,
  findRule: FindRule,
): Comparison {
  if (modelled.kind === 'unreadable') return modelled;
  const { verdict, to, deciders } = modelled;
  const decided = decidedAs(logged);
  if (decided === undefined) {
    return { kind: 'unreadable', why: 'an action that says neither allowed nor denied' };
  }
  const by = verdict.by.name;
  const type = TYPES[logged.log];
  const named = type === undefined || logged.by.rule === '' ? undefined : findRule(logged.by, type);
  if (verdict.kind === 'unknown') {
    if (named !== undefined && deciders?.includes(named.name) === false) {
      return { kind: 'differs', how: 'not-that-rule', modelled: deciders.join(' or ') };
    }
    return {
      kind: 'undecided',
      why: sentenceOf(verdict.why),
      modelled: by,
    };
  }
  if (verdict.kind !== decided) {
    const how = decided === 'allow' ? 'allowed-denied' : 'denied-allowed';
    return { kind: 'differs', how, modelled: by };
  }
  const { translated } = logged;
  if (translated !== undefined && translated.address !== '' && to !== undefined) {
    const { address, port } =
      to === 'as it came' ? { address: logged.destination, port: logged.port } : to;
    const isThere =
      address === translated.address &&
      (port === undefined || translated.port === 0 || port === translated.port);
    if (!isThere) return { kind: 'differs', how: 'other-target', modelled: by };
  }
  // Older forms name no rule; a deny without one is the default, by whatever name.
  if (type === undefined || logged.by.rule === '') return AGREES;
  if (named === undefined) return { kind: 'differs', how: 'renamed', modelled: by };
  if (named.name === by) return AGREES;
  return { kind: 'differs', how: 'other-rule', modelled: by };
}

function sentenceOf(why: readonly { readonly missing: string }[]): string {
  if (why.length === 1) return why[0]!.missing;
  return [...new Set(why.map(({ missing }) => missing))].slice(0, 3).join('; ');
}

/** A record of the DNAT log is there because something was translated; `Alert` lets through (AFW-80). */
function decidedAs({ log, action }: LoggedFlow): 'allow' | 'deny' | undefined {
  if (log === 'dnat') return 'allow';
  switch (action.toLowerCase()) {
    case 'allow':
    case 'alert':
      return 'allow';
    case 'deny':
    case 'drop':
      return 'deny';
    default:
      return undefined;
  }
}
