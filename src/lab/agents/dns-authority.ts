import { appendFile } from 'node:fs';
import {
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import type { DnsAuthority } from '../plan/dns-authority.ts';
import { type NameAnswer, nameView } from './name-view.ts';
import { serveNames } from './serve-names.ts';

const TTL_SECONDS = 30;
const NXDOMAIN = 3;

/** Answers until the signal. Prints `ready` when all sockets are bound. */
export async function run(configuration: unknown, signal: AbortSignal): Promise<void> {
  const told = configuration as DnsAuthority;
  const view = nameView(told);
  await serveNames(told.listen, signal, async (query, client, bytesMost) => {
    const answer = answerOf(query, (name) => view(name, client), TTL_SECONDS, bytesMost);
    if (told.log !== undefined && answer !== undefined) noteDown(told.log, answer, client);
    return answer;
  });
}

/** The answer to one query; undefined to what is none. */
export function answerOf(
  query: Buffer,
  lookup: (name: string) => NameAnswer,
  ttl: number,
  bytesMost = Number.POSITIVE_INFINITY,
): Buffer | undefined {
  const asked = decoded(query);
  const [question] = asked?.questions ?? [];
  if (asked?.type !== 'query' || question === undefined) return undefined;
  const { id = 0, flags: askedFlags = 0 } = asked;
  const head = { id, type: 'response' as const, questions: [question] };
  // Authoritative, and recursion is at hand: a client that wants the latter is content with the answer.
  const flags = AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | (askedFlags & RECURSION_DESIRED);
  const { aliases, addresses } = lookup(question.name);
  const name = aliases.at(-1)?.target ?? question.name;
  const whole = encode({
    ...head,
    flags: flags | (addresses === undefined ? NXDOMAIN : 0),
    answers: [
      ...aliases.map((alias, at) => ({
        type: 'CNAME' as const,
        name: at === 0 ? question.name : alias.name,
        ttl,
        data: alias.target,
      })),
      ...(question.type === 'A' ? (addresses ?? []) : []).map((data) => ({
        type: 'A' as const,
        name,
        ttl,
        data,
      })),
    ],
  });
  if (whole.length <= bytesMost) return whole;
  return encode({ ...head, flags: flags | TRUNCATED_RESPONSE, answers: [] });
}

function noteDown(file: string, answer: Buffer, client: string): void {
  const said = decoded(answer);
  const [question] = said?.questions ?? [];
  const line = JSON.stringify({
    time: new Date().toISOString(),
    client,
    name: question?.name,
    type: question?.type,
    rcode: ((said?.flags ?? 0) & 15) === NXDOMAIN ? 'NXDOMAIN' : 'NOERROR',
    answers: (said?.answers ?? []).flatMap((one) => ('data' in one ? String(one.data) : [])),
  });
  // A log that cannot be written is no reason to answer nobody.
  appendFile(file, `${line}\n`, () => {});
}

function decoded(query: Buffer): ReturnType<typeof decode> | undefined {
  try {
    return decode(query);
  } catch {
    return undefined;
  }
}
