import { Agent, request } from 'node:https';
import { rootCertificates } from 'node:tls';

/** One request over HTTPS, and nothing else: a token is not sent in the clear. */
export interface Sending {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer, whatever its status; or why there is none, without a word of what was sent. */
export type Sent =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly text: string;
    }
  | { readonly kind: 'failed'; readonly why: string; readonly isPassing: boolean };

export type Sender = (sending: Sending) => Promise<Sent>;

export interface SenderOptions {
  /** PEM text of authorities that are trusted beside the public ones. */
  readonly ca?: string;
  readonly timeoutMilliseconds?: number;
  readonly answerSizeMax?: number;
  readonly signal: AbortSignal;
}

const TIMEOUT_MILLISECONDS = 60_000;
/** A page of Resource Graph is 16 MB at most. */
const ANSWER_MAX = 64 * 1024 * 1024;

/**
 * `fetch` takes no authority of one's own in Node.js 20, hence the older client. A redirect is an answer like any other: to follow it
 * would hand the token to whoever it names.
 * @returns a function that rejects with the reason of `signal` once that is aborted, and never otherwise
 */
export function httpsSender(options: SenderOptions): Sender {
  const { signal, ca } = options;
  const timeout = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
  const sizeMax = options.answerSizeMax ?? ANSWER_MAX;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 16,
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
  });
  return ({ method, url, headers, body }) =>
    new Promise((done, fail) => {
      let isOver = false;
      const settle = (sent: Sent) => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        done(sent);
      };
      const stop = () => {
        isOver = true;
        clearTimeout(timer);
        asked.destroy();
        fail(signal.reason);
      };
      const asked = request(
        url,
        {
          method,
          agent,
          headers: {
            ...headers,
            ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          let size = 0;
          answer.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size <= sizeMax) {
              chunks.push(chunk);
              return;
            }
            settle({
              kind: 'failed',
              why: `the answer is longer than ${megabytes(sizeMax)} MB`,
              isPassing: false,
            });
            asked.destroy();
          });
          answer.on('end', () =>
            settle({
              kind: 'answer',
              status: answer.statusCode ?? 0,
              headers: answer.headers as Readonly<Record<string, string | undefined>>,
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          );
          const brokenOff = () =>
            settle({ kind: 'failed', why: 'the answer broke off', isPassing: true });
          answer.on('aborted', brokenOff);
          answer.on('error', brokenOff);
        },
      );
      const timer = setTimeout(() => {
        settle({
          kind: 'failed',
          why: `there was no answer within ${timeout / 1000} s`,
          isPassing: true,
        });
        asked.destroy();
      }, timeout);
      asked.on('error', (error: NodeJS.ErrnoException) =>
        settle(failure(error, new URL(url).host)),
      );
      if (signal.aborted) {
        stop();
        return;
      }
      signal.addEventListener('abort', stop, { once: true });
      asked.end(body);
    });
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function failure({ code = '', message }: NodeJS.ErrnoException, host: string): Sent {
  if (UNTRUSTED.has(code)) {
    const why = `the certificate of ${host} is not trusted (${code}); name its authority with --ca`;
    return { kind: 'failed', why, isPassing: false };
  }
  if (code === 'ENOTFOUND') {
    return { kind: 'failed', why: `there is no host ${host}`, isPassing: false };
  }
  const what = code === '' ? message.split('\n')[0]!.slice(0, 200) : code;
  return { kind: 'failed', why: `${host} cannot be asked (${what})`, isPassing: true };
}

function megabytes(bytes: number): string {
  return String(Math.round((bytes / 1024 / 1024) * 10) / 10);
}
