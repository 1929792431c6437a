import type { ApplianceRule } from '../../appliance/index.ts';
import { OperationalError } from '../../diagnostics/index.ts';
import { formatIp } from '../../net/index.ts';
import type { RecordForms } from './azfw-records.ts';
import type { EventSource } from './event.ts';
import type { LoggedRule } from './record-context.ts';

/** What the log writer is started with: plain JSON. */
export interface LogWriterProgram {
  readonly sources: readonly { readonly kind: EventSource; readonly path: string }[];
  /** Below it the containers of a storage account. */
  readonly output: string;
  /** How far each source was read; survives a restart. */
  readonly state: string;
  readonly resourceId: string;
  /** JSON: the rules by number. Read again when it changes. */
  readonly rules: string;
  readonly forms: RecordForms;
  readonly pollMilliseconds: number;
}

const KINDS: readonly EventSource[] = ['ulogd', 'proxy', 'dns'];

/** @throws OperationalError `nva/configuration` */
export function readLogWriterProgram(value: unknown): LogWriterProgram {
  const object = objectOf(value, 'the configuration');
  if (!Array.isArray(object['sources'])) throw refusal('sources', 'is no list');
  const forms = objectOf(object['forms'] ?? { structured: true, legacy: false }, 'forms');
  const poll = object['pollMilliseconds'] ?? 200;
  if (typeof poll !== 'number' || !(poll >= 5 && poll <= 60_000)) {
    throw refusal('pollMilliseconds', 'is no number from 5 to 60000');
  }
  return {
    sources: object['sources'].map((entry: unknown, index) => {
      const { kind, path } = objectOf(entry, `sources[${index}]`);
      const known = KINDS.find((each) => each === kind);
      if (known === undefined) throw refusal(`sources[${index}].kind`, 'is none we can read');
      return { kind: known, path: textOf(path, `sources[${index}].path`) };
    }),
    output: textOf(object['output'], 'output'),
    state: textOf(object['state'], 'state'),
    resourceId: resourceId(object['resourceId']),
    rules: textOf(object['rules'], 'rules'),
    forms: { structured: forms['structured'] !== false, legacy: forms['legacy'] === true },
    pollMilliseconds: poll,
  };
}

/** The rules by number, as `emit --to nva` and the lab write them. @throws OperationalError `nva/configuration` */
export function readLoggedRules(text: string, path: string): readonly LoggedRule[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new OperationalError('nva/configuration', `\`${path}\` is not JSON`, { cause });
  }
  // Bare, or under a word of who wrote it.
  const list = Array.isArray(value) ? value : (value as { rules?: unknown } | null)?.rules;
  if (!Array.isArray(list)) throw refusal(path, 'is no list of rules');
  const rules: LoggedRule[] = [];
  for (const [index, entry] of list.entries()) {
    const { translated, ...rule } = objectOf(
      entry,
      `${path}[${index}]`,
    ) as unknown as ApplianceRule;
    for (const member of ['policy', 'group', 'collection', 'rule', 'kind'] as const) {
      if (typeof rule[member] !== 'string')
        throw refusal(`${path}[${index}].${member}`, 'is no text');
    }
    if (!Number.isInteger(rule.number)) throw refusal(`${path}[${index}].number`, 'is no number');
    rules[rule.number] = { ...rule, ...translation(translated) };
  }
  return rules;
}

function translation(translated: ApplianceRule['translated']): Partial<LoggedRule> {
  if (translated === undefined) return {};
  const { address, port } = translated;
  return {
    // As the appliance has it: family and number.
    ...(address?.family === 4 ? { translatedAddress: formatIp(address) } : {}),
    ...(port === undefined ? {} : { translatedPort: port }),
  };
}

/** It becomes part of paths: only what Azure's ids are made of. */
function resourceId(value: unknown): string {
  const text = textOf(value, 'resourceId');
  const segments = text.split('/');
  if (/^\/[\w.()/-]+$/.test(text) && !segments.some((each) => /^\.+$/.test(each))) return text;
  throw refusal('resourceId', 'is no id of an Azure resource');
}

function objectOf(value: unknown, member: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw refusal(member, 'is no object');
}

function textOf(value: unknown, member: string): string {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  throw refusal(member, 'is no text');
}

function refusal(member: string, why: string): OperationalError {
  return new OperationalError('nva/configuration', `\`${member}\` ${why}`);
}
