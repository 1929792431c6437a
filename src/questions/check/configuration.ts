import { z } from 'zod';
import type { Diagnostic, Parsed, Place } from '../../diagnostics/index.ts';
import { itemsOf, member, toJson, type Value } from '../../values/index.ts';
import type { Profile } from './finding.ts';

/** One finding (or every finding of a check) that somebody decided to live with, why, and until when. */
export interface SuppressionEntry {
  readonly check: string;
  /** The finding's subject; absent: every subject of the check. */
  readonly subject?: string;
  readonly reason: string;
  /** ISO date; from the day after, the finding counts again. */
  readonly until: string;
  readonly at: Place;
}

export interface Configuration {
  readonly profile?: Profile;
  /** ARM template parameters by name, as plain JSON. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Values only Azure knows, settled by hand: `fw-hub.privateIp`. */
  readonly assume: Readonly<Record<string, string>>;
  readonly suppressions: readonly SuppressionEntry[];
}

export const NO_CONFIGURATION: Configuration = { parameters: {}, assume: {}, suppressions: [] };

const suppression = z
  .strictObject({
    check: z.string().min(1).describe('The id of a check: `ingress/asymmetric-return`.'),
    subject: z
      .string()
      .min(1)
      .optional()
      .describe("The finding's subject, as --format json prints it; absent: all of the check."),
    reason: z
      .string({ error: 'say why in a sentence' })
      .trim()
      .min(10, 'say why in a sentence (10 characters or more)')
      .describe('Why this is accepted.'),
    until: z.iso
      .date({ error: 'say until when, as a date: 2027-03-31' })
      .describe('The last day on which it is accepted.'),
  })
  .describe('A finding somebody decided to live with.');

/** The schema of `sallyport.yaml`; `docs/sallyport.schema.json` is made of it. */
export const CONFIGURATION_SCHEMA = z.strictObject({
  profile: z
    .enum(['production', 'dev', 'ephemeral', 'internal-only', 'central-hub'])
    .optional()
    .describe('Which demands make sense for this cluster.'),
  parameters: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('ARM template parameters; --param and --parameters win over them.'),
  assume: z
    .record(z.string(), z.string())
    .optional()
    .describe('Values that only Azure knows, such as `fw-hub.privateIp`; --assume wins.'),
  suppressions: z.array(suppression).optional(),
});

/** Reads `sallyport.yaml`. Entries that are wrong are reported at their place and left out; the rest counts. */
export function parseConfiguration(value: Value): Parsed<Configuration> {
  // An empty file configures nothing.
  if (value.kind === 'null') return { value: NO_CONFIGURATION, diagnostics: [] };
  const whole = CONFIGURATION_SCHEMA.safeParse(toJson(value));
  const { profile, parameters, assume } = CONFIGURATION_SCHEMA.shape;
  const read = <T>(schema: z.ZodType<T>, name: string): T | undefined => {
    const written = member(value, name);
    return written === undefined ? undefined : schema.safeParse(toJson(written)).data;
  };
  const known = read(profile, 'profile');
  return {
    value: {
      ...(known === undefined ? {} : { profile: known }),
      parameters: read(parameters, 'parameters') ?? {},
      assume: read(assume, 'assume') ?? {},
      suppressions: itemsOf(member(value, 'suppressions')).flatMap(suppressionEntry),
    },
    diagnostics: (whole.error?.issues ?? []).flatMap((issue) => diagnosticsOf(issue, value)),
  };
}

/** An entry without a reason or an end accepts nothing. */
function suppressionEntry(item: Value): readonly SuppressionEntry[] {
  const { data } = suppression.safeParse(toJson(item));
  if (data === undefined) return [];
  const { check, subject, reason, until } = data;
  return [{ check, reason, until, at: item.at, ...(subject === undefined ? {} : { subject }) }];
}

function diagnosticsOf(issue: z.core.$ZodIssue, value: Value): Diagnostic[] {
  if (issue.code !== 'unrecognized_keys') {
    const name = issue.path.join('.');
    const message = `\`${name === '' ? 'the whole file' : name}\`: ${issue.message}`;
    return [wrong(message, placeOf(value, issue.path))];
  }
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    const known = Object.keys(
      issue.path.length === 0 ? CONFIGURATION_SCHEMA.shape : suppression.shape,
    );
    return {
      ...wrong(`\`${path.join('.')}\` is not a setting`, placeOf(value, path)),
      hint: `it may be ${known.join(', ')}: docs/configuration.md`,
    };
  });
}

function wrong(message: string, at: Place): Diagnostic {
  const hint = 'docs/configuration.md lists the settings';
  return { code: 'config/invalid', severity: 'error', message, at, hint };
}

/** The place of the deepest part of `path` that is written. */
function placeOf(value: Value, path: readonly PropertyKey[]): Place {
  let here = value;
  for (const step of path) {
    const next = typeof step === 'number' ? itemsOf(here)[step] : member(here, String(step));
    if (next === undefined) break;
    here = next;
  }
  return here.at;
}
