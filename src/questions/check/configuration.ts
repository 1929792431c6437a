import { z } from 'zod';
import type { Diagnostic, Parsed, Place } from '../../diagnostics/index.ts';
import { itemsOf, member, toJson, type Value } from '../../values/index.ts';
import type { Profile } from './finding.ts';

/** One finding (or every finding of a check) that somebody decided to live with, why, and until when. */
export interface SuppressionEntry {
  readonly check: string;
  readonly subject?: string;
  readonly reason: string;
  /** ISO date; from the day after, the finding counts again. */
  readonly until: string;
  readonly at: Place;
}

export interface Configuration {
  readonly profile?: Profile;
  readonly suppressions: readonly SuppressionEntry[];
}

const suppression = z.strictObject({
  check: z.string().min(1),
  subject: z.string().min(1).optional(),
  reason: z.string().min(10, 'say why in a sentence (10 characters or more)'),
  until: z.iso.date('an ISO date: 2027-03-31'),
});

/** The schema of `sallyport.yaml`; also published as JSON Schema. */
export const CONFIGURATION_SCHEMA = z.strictObject({
  profile: z.enum(['production', 'dev', 'ephemeral', 'internal-only', 'central-hub']).optional(),
  suppressions: z.array(suppression).optional(),
});

/** Reads `sallyport.yaml`. Entries that are wrong are reported at their place and left out; the rest counts. */
export function parseConfiguration(value: Value): Parsed<Configuration> {
  const diagnostics: Diagnostic[] = [];
  const whole = CONFIGURATION_SCHEMA.safeParse(toJson(value));
  for (const issue of whole.error?.issues ?? []) {
    diagnostics.push({
      code: 'config/invalid',
      severity: 'error',
      message: `\`${issue.path.join('.') || 'sallyport.yaml'}\`: ${issue.message}`,
      at: placeOf(value, issue.path),
      hint: 'see docs/configuration.md',
    });
  }
  const suppressions = itemsOf(member(value, 'suppressions')).flatMap(
    (item): SuppressionEntry[] => {
      const parsed = suppression.safeParse(toJson(item));
      if (!parsed.success) return [];
      const { check, subject, reason, until } = parsed.data;
      return [{ check, reason, until, at: item.at, ...(subject === undefined ? {} : { subject }) }];
    },
  );
  const profile = CONFIGURATION_SCHEMA.shape.profile.safeParse(
    toJson(member(value, 'profile') ?? { kind: 'null', at: value.at }) ?? undefined,
  );
  return {
    value: {
      suppressions,
      ...(profile.success && profile.data !== undefined ? { profile: profile.data } : {}),
    },
    diagnostics,
  };
}

function placeOf(value: Value, path: readonly PropertyKey[]): Place {
  let here = value;
  for (const step of path) {
    const next = typeof step === 'number' ? itemsOf(here)[step] : member(here, String(step));
    if (next === undefined) break;
    here = next;
  }
  return here.at;
}
