import type { ApplianceRule } from '../../appliance/index.ts';

/** What turns numbers of rules into the words of the person's own configuration. */
export interface RecordContext {
  /** The firewall's id in Azure; written in capitals, as Azure does (azure-firewall 8.3). */
  readonly resourceId: string;
  /** Index = number. Entry 0, or no entry: the default action. */
  readonly rules: readonly LoggedRule[];
}

/** A rule as the log needs it. For DNAT also what it translates to: the first packet is logged before it is translated. */
export type LoggedRule = Omit<ApplianceRule, 'translated'> & {
  readonly translatedAddress?: string;
  readonly translatedPort?: number;
};

/** The four columns every rule log has. Empty for the default action (azure-firewall 8.2). */
export interface RuleColumns {
  readonly Policy: string;
  readonly RuleCollectionGroup: string;
  readonly RuleCollection: string;
  readonly Rule: string;
}

export const DEFAULT_ACTION = 'Default Action';

/** The number in the public text samples of failed questions (azure-firewall 8.4). */
export const DNS_FAILED = 2;

/** The list is the person's own; it has no words about an entry. */
export const THREAT_LIST = 'Threat list';

export function ruleOf(context: RecordContext, number: number): LoggedRule | undefined {
  const rule = context.rules[number];
  return number === 0 || rule === undefined || rule.kind === 'default' ? undefined : rule;
}

/** Where a DNAT rule leads: without a port of its own the destination port stays. */
export function translationOf(rule: LoggedRule | undefined, destinationPort: number) {
  return {
    address: rule?.translatedAddress ?? '',
    port: rule?.translatedPort ?? destinationPort,
  };
}

export function ruleColumns(rule: LoggedRule | undefined): RuleColumns {
  return {
    Policy: rule?.policy ?? '',
    RuleCollectionGroup: rule?.group ?? '',
    RuleCollection: rule?.collection ?? '',
    Rule: rule?.rule ?? '',
  };
}

/** ISO in UTC with seven digits after the second, as Azure writes times. */
export function recordTime(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6);
  // Records come in bursts of one second: most share the text of the one before.
  if (seconds !== lastSecond) {
    lastSecond = seconds;
    lastText = new Date(seconds * 1000).toISOString().slice(0, 19);
  }
  const fraction = String(Math.floor(microseconds - seconds * 1e6)).padStart(6, '0');
  return `${lastText}.${fraction}0Z`;
}

let lastSecond = Number.NaN;
let lastText = '';
