import { randomUUID } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { LogEngine } from '../engine.ts';
import { type AnswerTable, rowsAmiss, rowsOf } from './answer-table.ts';
import type { LogCredential } from './credential.ts';
import { optionalPackage } from './optional-package.ts';
import { type EngineAnswer, pagedAnswer } from './paged-answer.ts';
import {
  askAgain,
  oneLine,
  ownFailure,
  type RequestFailure,
  type RetryOptions,
  retryAfter,
} from './retry.ts';

export interface WorkspaceOptions extends RetryOptions {
  /** Its id: a GUID, not its name. */
  readonly workspaceId: string;
  readonly credential: LogCredential;
  /** With its version; default: `https://api.loganalytics.io/v1`. */
  readonly endpoint?: string;
  /** PEM text of authorities that are trusted beside the public ones. */
  readonly ca?: string;
  /** The server's own limit is ten minutes. Default: three. */
  readonly timeoutSeconds?: number;
  readonly pageRows?: number;
  readonly clock?: { now(): number };
}

/** Questions to a Log Analytics workspace, as KQL. */
export async function workspaceEngine(options: WorkspaceOptions): Promise<LogEngine> {
  const { workspaceId, credential, endpoint, ca, timeoutSeconds = 180 } = options;
  const { LogsQueryClient } = await optionalPackage(
    '@azure/monitor-query-logs',
    () => import('@azure/monitor-query-logs'),
  );
  const client = new LogsQueryClient(credential, {
    // A token is for the place that is asked.
    ...(endpoint === undefined
      ? {}
      : { endpoint, credentials: { scopes: [`${new URL(endpoint).origin}/.default`] } }),
    ...(ca === undefined ? {} : { tlsOptions: { ca: [...rootCertificates, ca] } }),
    // One place decides how often is asked: retry.ts.
    retryOptions: { maxRetries: 0 },
  });
  const name = `workspace ${workspaceId}`;
  const now = () => (options.clock ?? Date).now();
  // As they come, by the id of the request: the client makes milliseconds of the times, loses the status of an answer whose body it does
  // not know, and hands on no limit of time.
  const answers = new Map<string, HttpAnswer>();
  client.pipeline.addPolicy({
    name: 'sallyport',
    async sendRequest(request, next) {
      request.timeout = (timeoutSeconds + 30) * 1000;
      const response = await next(request);
      answers.set(request.headers.get(REQUEST_ID) ?? '', {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        text: response.bodyAsText ?? '',
      });
      return response;
    },
  });
  const ask = async (kql: string): Promise<EngineAnswer> => {
    const id = randomUUID();
    try {
      await client.queryWorkspace(
        workspaceId,
        kql,
        // The question says its times itself.
        { duration: 'P36500D' },
        {
          serverTimeoutInSeconds: timeoutSeconds,
          requestOptions: { headers: { [REQUEST_ID]: id } },
        },
      );
      return answerOf(bodyOf(answers.get(id)?.text));
    } catch (error) {
      const own = ownFailure(error);
      if (own !== undefined) throw own;
      const answer = answers.get(id);
      // The client stumbled over an answer that it does not know.
      if (answer?.status === 200) return answerOf(bodyOf(answer.text));
      throw failureOf(error, answer, now());
    } finally {
      answers.delete(id);
    }
  };
  return {
    name,
    run: (pipeline) =>
      pagedAnswer(
        name,
        pipeline,
        (kql) =>
          askAgain(
            name,
            () => ask(kql),
            (failure) => failure as RequestFailure,
            options,
          ),
        options.pageRows,
      ),
    close: () => undefined,
  };
}

const REQUEST_ID = 'x-ms-client-request-id';

interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

interface WorkspaceBody {
  readonly tables?: readonly AnswerTable[];
  readonly error?: WorkspaceError;
}
interface WorkspaceError {
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly WorkspaceError[];
  readonly innererror?: WorkspaceError;
}

/** An answer without a table is no empty table. */
const NO_TABLE = { kind: 'other', why: 'it holds no table' } as const;

function answerOf({ tables, error }: WorkspaceBody): EngineAnswer {
  const rows = tables?.[0] === undefined ? [] : rowsOf(tables[0]);
  if (error === undefined && tables?.[0] === undefined) return { rows, missing: NO_TABLE };
  const amiss = tables?.[0] === undefined ? undefined : rowsAmiss(tables[0]);
  if (error === undefined) {
    return amiss === undefined ? { rows } : { rows, missing: { kind: 'other', why: amiss } };
  }
  const messages = messagesOf(error, 0);
  const isTooLarge = messages.some((each) => TOO_LARGE.test(each));
  return {
    rows,
    missing: {
      kind: isTooLarge ? 'too-large' : 'other',
      why: oneLine(messages.at(-1) ?? 'it does not say why'),
    },
  };
}

/** 500,000 records, 64 MB, or what the query asked to be limited to (E_QUERY_RESULT_SET_TOO_LARGE, -2133196797). */
const TOO_LARGE =
  /RESULT_SET_TOO_LARGE|result set too large|exceeded the allowed limits|-2133196797|80DA0003/i;

function messagesOf(error: WorkspaceError, depth: number): readonly string[] {
  const own = [error.code, error.message].filter((each) => typeof each === 'string');
  if (depth > 8) return own;
  const inner = [
    ...(error.details ?? []),
    ...(error.innererror === undefined ? [] : [error.innererror]),
  ];
  return [...own, ...inner.flatMap((each) => messagesOf(each, depth + 1))];
}

function failureOf(error: unknown, answer: HttpAnswer | undefined, now: number): RequestFailure {
  const { name, message = '' } = error as { readonly name?: string; readonly message?: string };
  const isTimeout = name === 'AbortError' || name === 'TimeoutError';
  if (answer === undefined || answer.status === 200) return { isTimeout, message };
  const { status, retryAfter: header, text } = answer;
  const wait = retryAfter(header, now);
  const said = bodyOf(text).error;
  return {
    status,
    ...(wait === undefined ? {} : { retryAfterMilliseconds: wait }),
    message: (said === undefined ? undefined : messagesOf(said, 0).at(-1)) ?? 'it does not say why',
  };
}

function bodyOf(text: string | undefined): WorkspaceBody {
  try {
    const body: unknown = JSON.parse(text ?? '');
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}
