import { type Place, placeless, sourceText } from '../../src/diagnostics/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork } from '../../src/network/index.ts';
import type {
  Check,
  CheckContext,
  CheckOutcome,
  Finding,
  Severity,
  Undecided,
} from '../../src/questions/check/index.ts';
import type { CheckHead } from '../../src/report/check-head.ts';
import type { Trace } from '../../src/trace/index.ts';
import { snapshotOf } from './snapshot-of.ts';

/** Made-up checks and findings, for tests of how answers are counted and printed. */

export const head: CheckHead = {
  version: '1.2.3',
  paths: ['infra'],
  contents: '14 resources · 21 Kubernetes objects',
  data: 'service tags 375',
  asOf: '2026-11-21',
};

/** Line `line`, column 5 of a file of many lines. */
export function placeAt(file: string, line: number): Place {
  const source = sourceText(file, '    x\n'.repeat(500));
  return { source, offset: source.lineStarts[line - 1]! + 4 };
}

export function finding(check: string, subject: string, more: Partial<Finding> = {}): Finding {
  return {
    check,
    severity: 'error',
    message: `${subject} is wrong.`,
    evidence: { kind: 'configured', lines: ['it says so'] },
    places: [{ at: placeAt('infra/main.json', 12), what: 'priority 100' }],
    fix: 'put it right',
    subject,
    ...more,
  };
}

export function question(check: string, subject: string, missing: string): Undecided {
  return { check, subject, message: `Whether ${subject} holds cannot be told.`, missing };
}

export function check(id: string, outcome: CheckOutcome, severity: Severity = 'error'): Check {
  return {
    id,
    severity,
    title: `What \`${id}\` asks holds.`,
    explanation: 'It matters because things break.',
    fix: 'put it right',
    facts: ['AFW-01', 'AFW-02'],
    covers: [],
    run: () => outcome,
  };
}

export function failing(id: string, findings: readonly Finding[], severity?: Severity): Check {
  return check(id, { kind: 'fail', findings, undecided: [] }, severity);
}

export function checkContext(asOf = '2026-11-21'): CheckContext {
  const perimeter = readPerimeter(snapshotOf([]));
  return { perimeter, network: deriveNetwork(perimeter), asOf, profile: 'production' };
}

/** A walk of two boxes whose answer is lost. */
export function brokenTrace(): Trace {
  const flow = {
    source: { kind: 'exact', ip: { family: 4, value: 1 } },
    destination: { kind: 'exact', ip: { family: 4, value: 2 } },
    protocol: 'tcp',
    application: { kind: 'http' },
  } as unknown as Trace['flow'];
  const by = { kind: 'route', name: 'route fwrn', at: placeAt('infra/main.json', 148) } as const;
  return {
    question: { from: 'internet', to: 'service:pets/store-front:80' },
    flow,
    forward: {
      hops: [
        { kind: 'internet', name: 'service pets/store-front', steps: [], flow },
        {
          kind: 'pod',
          name: 'pets/store-front',
          flow,
          steps: [
            {
              stage: 'ingress policy',
              text: 'no network policy engine',
              verdict: { kind: 'allow', by: { kind: 'default', name: 'no engine' } },
            },
          ],
        },
      ],
      disposition: { kind: 'delivered', to: 'pets/store-front' },
    },
    back: {
      hops: [
        {
          kind: 'subnet',
          name: 'aks-subnet',
          flow,
          steps: [{ stage: 'route', text: 'fwrn 0.0.0.0/0 → firewall fw-hub', by }],
        },
      ],
      disposition: { kind: 'no-session', at: 'fw-hub', why: 'fw-hub never saw the request' },
    },
    answer: 'broken',
    assumptions: ['10.42.2.4 is the private address of firewall fw-hub'],
    summary: 'internet reaches pets/store-front, and the answer never comes back.',
    wouldOpen: ['make the Service internal'],
  };
}

export const derivedPlace = placeless('default rules of every network security group');
