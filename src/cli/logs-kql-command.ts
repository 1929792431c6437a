import { LOG_KINDS } from '../logs/columns.ts';
import { type Pipeline, toKql, toSql } from '../logs/query/index.ts';
import * as questions from '../logs/questions/index.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { typedIsoTime } from './log-time.ts';
import { nearest } from './nearest.ts';

export interface KqlOptions {
  readonly from?: string;
  readonly to?: string;
  readonly last?: number;
  readonly limit: number;
  readonly sql?: boolean;
}

const { INSIDE, SNAT_SECONDS: SECONDS } = questions;
type Make = (window: questions.Window, limit: number) => Pipeline;

/** Every pipeline that an answer is made of, by the name it is asked for. */
export const KQL_QUESTIONS: Readonly<Record<string, readonly [what: string, make: Make]>> = {
  summary: ['actions by stage', (window) => questions.actions(window)],
  'top-talkers': ['who talks most', (window, limit) => questions.top('talkers', window, limit)],
  'top-names': ['names asked for most', (window, limit) => questions.top('names', window, limit)],
  'top-addresses': ['addresses', (window, limit) => questions.top('addresses', window, limit)],
  'top-ports': ['ports', (window, limit) => questions.top('ports', window, limit)],
  'top-rules': ['hits and last hit by rule', (window, limit) => questions.ruleHits(window, limit)],
  denied: ['denied flows', (window, limit) => questions.denied(window, limit)],
  scans: [
    'sources denied at many places',
    (window, limit) => questions.deniedSpread(window, limit),
  ],
  timeline: ['records by hour and action', (window) => questions.timeline(window, 3600)],
  threats: ['threat intelligence and IDPS', (window, limit) => questions.threats(window, limit)],
  'long-names': [
    'many long names below one domain',
    (window, limit) => questions.longNames(window, limit),
  ],
  dns: ['names by questions and failures', (window, limit) => questions.dnsNames(window, limit)],
  unresolved: [
    'names the firewall could not resolve',
    (window, limit) => questions.unresolvedNames(window, limit),
  ],
  snat: [
    'connections by destination in their busiest 4 minutes',
    (window, limit) => questions.busiestDestinations(window, INSIDE, SECONDS, limit),
  ],
  waf: [
    'rules of the web application firewall',
    (window, limit) => questions.wafRules(window, limit),
  ],
  gateway: ['requests by host', (window, limit) => questions.gatewayHosts(window, limit)],
  complete: [
    'records by hour and log',
    (window) => questions.recordsOverTime(LOG_KINDS.slice(0, 6), window, 3600),
  ],
};

/** Prints one question as it is sent to Log Analytics or Data Explorer, or as it is asked of the store. */
export function logsKqlCommand(
  name: string | undefined,
  { from, to, last, limit, sql }: KqlOptions,
): ExitCode {
  if (name === undefined) {
    for (const [known, [what]] of Object.entries(KQL_QUESTIONS)) {
      process.stdout.write(`${known.padEnd(16)}${what}\n`);
    }
    return 0;
  }
  const question = Object.hasOwn(KQL_QUESTIONS, name) ? KQL_QUESTIONS[name] : undefined;
  if (question === undefined) {
    const close = nearest(name, Object.keys(KQL_QUESTIONS));
    throw new InputError(
      `\`${name}\` is no question`,
      close === undefined ? 'sallyport logs kql lists them' : `did you mean \`${close}\`?`,
    );
  }
  if (last !== undefined) {
    throw new InputError(
      '`--last` counts from a newest record, which a text does not have',
      'write --from',
    );
  }
  const window = {
    ...(from === undefined ? {} : { from: typedIsoTime('--from', from) }),
    ...(to === undefined ? {} : { to: typedIsoTime('--to', to) }),
  };
  const pipeline = question[1](window, limit);
  process.stdout.write(`${sql === true ? toSql(pipeline) : toKql(pipeline)}\n`);
  return 0;
}
