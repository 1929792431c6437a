import {
  isRetired,
  RETIREMENTS,
  type Retirement,
  type RetirementId,
} from '../../../facts/retirements.ts';
import type { Check, Severity } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { type Candidate, RETIRED_THINGS } from './retired-things.ts';

/** Other lists of the reference that name the retired thing. */
const ALSO_COVERS: Readonly<Record<string, readonly string[]>> = {
  'nsg-flow-logs-creation': ['NET-19', 'P8'],
  'nsg-flow-logs': ['NET-19', 'P8'],
  'basic-load-balancer': ['NET-19'],
  'basic-public-ip': ['NET-19'],
  'application-gateway-v1': ['NET-19'],
  'inline-waf-configuration': ['NET-19'],
  'azure-npm-windows': ['P1', 'KP-10a'],
  'azure-npm-linux': ['P1', 'KP-10a'],
  kubenet: ['P1', 'F1'],
};

/** Networks that have default outbound access keep it, and so do flow logs that are there. */
const NEVER_MORE_THAN_NOTE: readonly string[] = [
  'default-outbound-access',
  'nsg-flow-logs-creation',
];

/** What to do where the notice names no successor (aks.md 2.1, 3). */
const FIXES: Partial<Readonly<Record<RetirementId, string>>> = {
  'windows-2019': 'move the pool to a newer Windows Server osSKU (Windows2025)',
  'windows-2022': 'move the pool to a newer Windows Server osSKU (Windows2025)',
  'ubuntu-2204':
    'move the pool to osSKU Ubuntu2404, or to Ubuntu, which follows the Kubernetes version',
  'azure-npm-windows': 'use Calico, the engine that enforces policies on Windows pools',
};

/** One check per dated retirement; how bad it is depends on the date asked for. */
export const RETIREMENT_CHECKS: readonly Check[] = RETIREMENTS.map((retirement) =>
  eachSubject<Candidate>({
    id: `retired/${retirement.id}`,
    severity: 'warning',
    title: `Nothing in use is retired: ${retirement.what}.`,
    explanation: `On ${retirement.date} ${retirement.what}. It shows as ${retirement.predicate}. ${
      NEVER_MORE_THAN_NOTE.includes(retirement.id)
        ? 'What is there keeps working: this is a note.'
        : 'Before the date this is a note, in the last year before it a warning, afterwards an error.'
    }`,
    fix: fixOf(retirement),
    facts: ['AKS-95'],
    covers: [`RET-${retirement.id}`, ...(ALSO_COVERS[retirement.id] ?? [])],
    subjects: RETIRED_THINGS[retirement.id],
    none: 'nothing of that kind in the input',
    key: ({ key }) => key,
    judge: ({ name, at, uses, what }, { asOf }): Judgement => {
      if (uses === false) return HOLDS;
      if (uses !== true)
        return {
          kind: 'undecided',
          message: `Whether ${name} is affected is not known.`,
          missing: uses.missing,
          at: uses.at,
        };
      const word = isRetired(retirement, asOf) ? 'since' : 'from';
      return {
        kind: 'fails',
        severity: severityOf(retirement, asOf),
        message: `${name}: ${word} ${retirement.date} ${retirement.what}.`,
        places: [{ at, what }],
        evidence: [`${what}; ${retirement.source}`],
      };
    },
  }),
);

function fixOf({ id, instead }: Retirement): string {
  return instead === undefined ? (FIXES[id as RetirementId] ?? 'replace it') : `use ${instead}`;
}

function severityOf(retirement: Retirement, asOf: string): Severity {
  if (NEVER_MORE_THAN_NOTE.includes(retirement.id)) return 'note';
  if (isRetired(retirement, asOf)) return 'error';
  const { date } = retirement;
  const yearBefore = `${Number(date.slice(0, 4)) - 1}${date.slice(4)}`;
  return isRetired({ ...retirement, date: yearBefore }, asOf) ? 'warning' : 'note';
}
