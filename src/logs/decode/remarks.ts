import { type Diagnostic, wholeFile } from '../../diagnostics/index.ts';
import { type Decoding, type Seen, seenOf } from './decoding.ts';

/** What is to be said of a whole file, once each, whatever the number of lines it is about. */
export function remarksOn(
  decoding: Decoding,
  otherThan: string | undefined,
): readonly Diagnostic[] {
  const name = `\`${decoding.source.name}\``;
  const at = wholeFile(decoding.source.name);
  const remarks: Diagnostic[] = decoding.diagnostics.map((each) => ({ at, ...each }));
  const say = (
    code: Diagnostic['code'],
    severity: Diagnostic['severity'],
    message: string,
    hint?: string,
  ) => remarks.push({ code, severity, message, at, ...(hint === undefined ? {} : { hint }) });
  if (otherThan !== undefined) {
    say('logs/not-a-log', 'error', `${name} is ${otherThan}; it was not read`, 'unpack it first');
    return remarks;
  }
  const { recordCount, quarantinedCount, passedOver } = decoding;
  if (recordCount === 0 && quarantinedCount + passedOver > 0) {
    const hint = 'expected are logs of Azure Firewall, VNet flows, Application Gateway or Hubble';
    say(
      'logs/not-a-log',
      'warning',
      `${name} holds nothing that is written as a log we know`,
      hint,
    );
  } else if (quarantinedCount > 0) {
    const message = `${quarantinedCount} ${quarantinedCount === 1 ? 'line' : 'lines'} of ${name} could not be read and ${quarantinedCount === 1 ? 'was' : 'were'} kept aside`;
    say('logs/broken-line', 'warning', message);
  }
  if (passedOver > 0 && recordCount > 0) {
    say('logs/unknown-category', 'note', `${name} has ${list(seenOf(decoding.categories))}`);
  }
  if (decoding.fields.size > 0) {
    say('logs/unknown-field', 'note', `${name} has ${list(seenOf(decoding.fields))}`);
  }
  if (decoding.zoneless > 0) {
    say(
      'logs/time-zone',
      'warning',
      `times without a zone in ${name} (${times(decoding.zoneless)}): they were read as UTC`,
      '--zone +02:00 says of which zone such times are',
    );
  }
  if (decoding.jumps > 0) {
    say(
      'logs/clock-jump',
      'warning',
      `the clock of ${name} goes back by more than an hour ${times(decoding.jumps)}, first on line ${decoding.jumpLine}`,
      'files that were joined look so too; answers over time may count hours twice',
    );
  }
  return remarks;
}

const SHOWN = 5;

function list(seen: readonly Seen[]): string {
  const shown = seen.slice(0, SHOWN).map(({ name, count }) => `\`${name}\` (${times(count)})`);
  const more = seen.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}, which we do not know`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
