import { OperationalError } from '../diagnostics/index.ts';
import { itemsOf, type Json, memberOf, parseAnswer, textOf } from './json.ts';
import { createLimiter } from './limiter.ts';
import type { Sender, Sent } from './send.ts';
import { isRefusal, type Tokens } from './token-source.ts';

/** Asks Azure Resource Manager. It can GET, and POST what only answers: there is no way to write. */
export interface ArmClient {
  /** @param path begins with a slash; @param apiVersion as `2024-05-01` */
  readonly get: (path: string, apiVersion: string) => Promise<Answered>;
  /** For actions that read: a query, routes in effect. Waits for the answer of one that takes its time. */
  readonly ask: (path: string, apiVersion: string, body: Json) => Promise<Answered>;
  /** All pages. What came before one that failed is there beside the failure. */
  readonly list: (path: string, apiVersion: string) => Promise<Listed>;
}

export type Answered = { readonly kind: 'answer'; readonly json: Json } | Failed;

export interface Failed {
  readonly kind: 'failed';
  /** One line: what the service said. */
  readonly why: string;
  readonly status?: number;
  /** ARM's own word: `AuthorizationFailed`. */
  readonly code?: string;
}

export interface Listed {
  readonly items: readonly Json[];
  readonly failed?: Failed;
}

export interface ArmClientOptions {
  /** Origin. */
  readonly manager: string;
  readonly sender: Sender;
  readonly tokens: Tokens;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly limits?: Partial<ArmLimits>;
  readonly onRequest?: () => void;
}

export interface ArmLimits {
  readonly atOnce: number;
  readonly attempts: number;
  /** Before the second attempt; doubles each time. */
  readonly firstPauseMilliseconds: number;
  /** What a service asks to wait beyond that is given up. */
  readonly pauseMilliseconds: number;
  readonly pagesMax: number;
  readonly requestsMax: number;
}

export const ARM_LIMITS: ArmLimits = {
  atOnce: 8,
  attempts: 5,
  firstPauseMilliseconds: 500,
  pauseMilliseconds: 120_000,
  pagesMax: 1_000,
  requestsMax: 50_000,
};

/**
 * Requests at a bounded rate. 429 holds everybody back for as long as `Retry-After` says; what fails in passing is asked
 * again, a bounded number of times; a token that ended is renewed once. What then fails is an answer to the caller, never a throw.
 * Rejects when the signal is aborted, and with OperationalError `live/sign-in` when there is no token at all.
 */
export function createArmClient(options: ArmClientOptions): ArmClient {
  const limits = { ...ARM_LIMITS, ...options.limits };
  const context: Context = {
    ...options,
    limits,
    limited: createLimiter(limits.atOnce),
    state: { heldUntil: 0, requests: 0 },
  };
  const exchange = (method: 'GET' | 'POST', url: string, body?: Json) =>
    context.limited(() => attempt(context, method, url, body));
  const at = (path: string, apiVersion: string) => {
    const mark = path.includes('?') ? '&' : '?';
    return `${options.manager}${path}${mark}api-version=${encodeURIComponent(apiVersion)}`;
  };
  return {
    get: async (path, apiVersion) => answered(await exchange('GET', at(path, apiVersion))),
    ask: async (path, apiVersion, body) => {
      const first = await exchange('POST', at(path, apiVersion), body);
      return answered(await followed(context, first, exchange));
    },
    list: (path, apiVersion) => pages(context, at(path, apiVersion), exchange),
  };
}

interface Context extends Omit<ArmClientOptions, 'limits'> {
  readonly limits: ArmLimits;
  readonly limited: ReturnType<typeof createLimiter>;
  readonly state: { heldUntil: number; requests: number };
}

type Received = Extract<Sent, { readonly kind: 'answer' }> | Failed;
type Exchange = (method: 'GET' | 'POST', url: string, body?: Json) => Promise<Received>;

async function attempt(
  context: Context,
  method: 'GET' | 'POST',
  url: string,
  body: Json | undefined,
): Promise<Received> {
  const { limits, state, sender, onRequest } = context;
  let stale: string | undefined;
  let last: Failed = failed('nothing was asked');
  for (let count = 0; count < limits.attempts; count += 1) {
    await pause(context, state.heldUntil - context.now());
    state.requests += 1;
    if (state.requests > limits.requestsMax) {
      return failed(`${limits.requestsMax} requests were made; no more are`);
    }
    const token = await tokenFor(context, stale);
    onRequest?.();
    const sent = await sender({
      method,
      url,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (sent.kind === 'failed') {
      last = failed(sent.why);
      if (!sent.isPassing) return last;
    } else if (sent.status === 401 && stale === undefined) {
      // Ended meanwhile, or taken back. Once: a fresh one that is refused too is refused for good.
      stale = token;
      last = refusalOf(sent);
      continue;
    } else if (!isPassing(sent.status)) {
      return sent.status < 400 ? sent : refusalOf(sent);
    } else {
      last = refusalOf(sent);
      const asked = retryAfter(sent.headers['retry-after'], context.now());
      if (asked !== undefined && asked > limits.pauseMilliseconds) {
        const seconds = Math.ceil(asked / 1000);
        return { ...last, why: `${last.why} (it asks to wait ${seconds} s)` };
      }
      if (asked !== undefined) {
        if (sent.status === 429) state.heldUntil = Math.max(state.heldUntil, context.now() + asked);
        else await pause(context, asked);
        continue;
      }
    }
    if (count + 1 < limits.attempts) {
      await pause(
        context,
        Math.min(limits.firstPauseMilliseconds * 2 ** count, limits.pauseMilliseconds),
      );
    }
  }
  return { ...last, why: `${last.why} (${limits.attempts} times)` };
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

async function tokenFor({ tokens }: Context, stale: string | undefined): Promise<string> {
  const token = await tokens.get(stale);
  if (!isRefusal(token)) return token.token;
  throw new OperationalError('live/sign-in', `there is no way in to Azure: ${token.refused}`, {
    hint: 'sign in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (docs/live.md)',
  });
}

/** Seconds, or a date. */
function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const until = Date.parse(header);
  return Number.isNaN(until) ? undefined : Math.max(0, until - now);
}

function pause({ signal }: Context, milliseconds: number): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason);
  if (milliseconds <= 0) return Promise.resolve();
  return new Promise((done, fail) => {
    const stop = () => {
      clearTimeout(timer);
      fail(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      done();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}

function failed(why: string): Failed {
  return { kind: 'failed', why };
}

/** What ARM says of itself; of anything else the status alone, since a page of HTML says nothing. */
function refusalOf({ status, text }: Extract<Sent, { readonly kind: 'answer' }>): Failed {
  const error = memberOf(parseAnswer(text), 'error');
  const code = textOf(memberOf(error, 'code'));
  const message = textOf(memberOf(error, 'message'));
  const said = [code, message?.split(/\r?\n/)[0]?.slice(0, 300)].filter((one) => one !== undefined);
  const why = [`status ${status}`, ...said].join(': ');
  return { kind: 'failed', why, status, ...(code === undefined ? {} : { code }) };
}

function answered(received: Received): Answered {
  if (received.kind === 'failed') return received;
  if (received.status >= 300) return failed(`it leads elsewhere (status ${received.status})`);
  const json = received.status === 204 ? null : parseAnswer(received.text);
  if (json !== undefined) return { kind: 'answer', json };
  const isPage = /^\s*<(?:!doctype|html)/i.test(received.text);
  return failed(
    isPage ? 'it answered with a web page' : 'what it answered is no JSON that can be read',
  );
}

async function pages({ limits, manager }: Context, start: string, exchange: Exchange) {
  const items: Json[] = [];
  const seen = new Set<string>();
  let url: string | undefined = start;
  while (url !== undefined) {
    if (seen.has(url)) return { items, failed: failed('its pages lead in a circle') };
    if (seen.size >= limits.pagesMax) {
      return { items, failed: failed(`it has more than ${limits.pagesMax} pages`) };
    }
    seen.add(url);
    const page = answered(await exchange('GET', url));
    if (page.kind === 'failed') return { items, failed: page };
    const value = memberOf(page.json, 'value');
    if (!Array.isArray(value)) return { items, failed: failed('what it answered is no list') };
    items.push(...itemsOf(value));
    const next = memberOf(page.json, 'nextLink');
    if (next === undefined || next === null || next === '') return { items };
    url = within(manager, next);
    if (url === undefined) {
      return {
        items,
        failed: failed('its next page is not at the same host, which alone gets the token'),
      };
    }
  }
  return { items };
}

/** The token goes where it belongs and nowhere else, whatever an answer says. */
function within(manager: string, link: Json | undefined): string | undefined {
  const text = textOf(link);
  if (text === undefined || text === '') return undefined;
  try {
    const url = new URL(text, manager);
    return url.origin === manager ? url.href : undefined;
  } catch {
    return undefined;
  }
}

const POLLS_MAX = 60;
const POLL_MILLISECONDS = 2_000;

/** 202: the answer is at `Location` once that no longer says 202. */
async function followed(context: Context, first: Received, exchange: Exchange): Promise<Received> {
  let received = first;
  for (let polls = 0; received.kind === 'answer' && received.status === 202; polls += 1) {
    const { headers } = received;
    const url = within(context.manager, headers['location']);
    if (url === undefined) {
      return failed('it takes its time, and does not say where the answer will be');
    }
    if (polls >= POLLS_MAX) return failed('its answer was not there in time');
    const asked = retryAfter(headers['retry-after'], context.now());
    const wait = Math.min(asked ?? POLL_MILLISECONDS, context.limits.pauseMilliseconds);
    await pause(context, wait);
    received = await exchange('GET', url);
  }
  return received;
}
