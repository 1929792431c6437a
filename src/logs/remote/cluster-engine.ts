import { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { LogEngine } from '../engine.ts';
import { type AnswerTable, rowsAmiss, rowsOf } from './answer-table.ts';
import type { LogCredential } from './credential.ts';
import { optionalPackage } from './optional-package.ts';
import { type EngineAnswer, pagedAnswer } from './paged-answer.ts';
import { askAgain, oneLine, type RequestFailure, type RetryOptions, retryAfter } from './retry.ts';

export interface ClusterOptions extends RetryOptions {
  /** `https://name.region.kusto.windows.net` */
  readonly cluster: string;
  readonly database: string;
  readonly credential: LogCredential;
  /** PEM text of authorities that are trusted beside the public ones. */
  readonly ca?: string;
  readonly timeoutSeconds?: number;
  readonly pageRows?: number;
  readonly clock?: { now(): number };
}

/** Questions to an Azure Data Explorer database, as KQL. */
export async function clusterEngine(options: ClusterOptions): Promise<LogEngine> {
  const { cluster, database, credential, ca, timeoutSeconds = 180 } = options;
  const kusto = await optionalPackage('azure-kusto-data', () => import('azure-kusto-data'));
  const connection = kusto.KustoConnectionStringBuilder.withTokenCredential(
    cluster,
    credential as never,
  );
  const client = new kusto.Client(connection);
  if (ca !== undefined) {
    client.axiosInstance.defaults.httpsAgent = new Agent({
      keepAlive: true,
      ca: [...rootCertificates, ca],
    });
  }
  const name = `${new URL(cluster).host}/${database}`;
  const now = () => (options.clock ?? Date).now();
  const ask = async (kql: string): Promise<EngineAnswer> => {
    const properties = new kusto.ClientRequestProperties();
    properties.setTimeout(timeoutSeconds * 1000);
    properties.setClientTimeout((timeoutSeconds + 30) * 1000);
    properties.setOption('results_progressive_enabled', false);
    // As it comes: the client takes an answer with errors for none at all, and makes milliseconds of the times.
    properties.raw = true;
    return answerOf(await client.executeQuery(database, kql, properties));
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
            (error) => failureOf(error, now()),
            options,
          ),
        options.pageRows,
      ),
    close: () => client.close(),
  };
}

interface Frame {
  readonly FrameType?: string;
  readonly TableId?: unknown;
  readonly TableKind?: string;
  readonly TableFragmentType?: string;
  readonly Columns?: readonly { readonly ColumnName: string; readonly ColumnType: string }[];
  readonly Rows?: readonly unknown[];
  readonly RowCount?: unknown;
  readonly HasErrors?: boolean;
  readonly OneApiErrors?: readonly unknown[];
}

/**
 * The frames of version 2: among them the primary result, which is not whole where errors stand in it or behind it. A server may send it in
 * fragments although it was not asked to; one that replaces what came before takes it back.
 */
function answerOf(body: unknown): EngineAnswer {
  const frames: readonly Frame[] = Array.isArray(body) ? body : [];
  const errors: string[] = [];
  let table: AnswerTable | undefined;
  let fragments: { readonly id: unknown; rows: unknown[]; isWhole: boolean } | undefined;
  for (const frame of frames) {
    for (const each of [...(frame.OneApiErrors ?? []), ...(frame.Rows ?? [])]) {
      if (Array.isArray(each) || typeof each !== 'object' || each === null) continue;
      for (const error of oneApiErrors(each)) errors.push(error);
    }
    switch (frame.FrameType) {
      case 'DataTable':
        if (frame.TableKind === 'PrimaryResult') table = tableOf(frame, frame.Rows ?? []);
        break;
      case 'TableHeader':
        if (frame.TableKind !== 'PrimaryResult') break;
        fragments = { id: frame.TableId, rows: [], isWhole: false };
        table = tableOf(frame, fragments.rows);
        break;
      case 'TableFragment':
        if (fragments === undefined || frame.TableId !== fragments.id) break;
        if (frame.TableFragmentType === 'DataReplace') fragments.rows.length = 0;
        for (const row of frame.Rows ?? []) fragments.rows.push(row);
        break;
      case 'TableCompletion':
        if (fragments === undefined || frame.TableId !== fragments.id) break;
        fragments.isWhole =
          frame.RowCount === undefined || frame.RowCount === fragments.rows.length;
    }
  }
  if (table === undefined) errors.push('it holds no table');
  const amiss = table === undefined ? undefined : rowsAmiss(table);
  if (amiss !== undefined) errors.push(amiss);
  if (fragments?.isWhole === false) errors.push('fragments of it are missing');
  const end = frames.at(-1);
  const hasEnd = end?.FrameType === 'DataSetCompletion';
  if (!hasEnd) errors.push('it ends in the middle');
  else if (end.HasErrors === true && errors.length === 0) errors.push('it does not say why');
  const rows = table === undefined ? [] : rowsOf(table);
  if (errors.length === 0) return { rows };
  const isTooLarge = errors.some((each) =>
    /RESULT_SET_TOO_LARGE|80DA0003|exceeded the allowed limits/i.test(each),
  );
  return { rows, missing: { kind: isTooLarge ? 'too-large' : 'other', why: oneLine(errors[0]!) } };
}

function tableOf({ Columns = [] }: Frame, rows: readonly unknown[]): AnswerTable {
  const columns = Columns.map(({ ColumnName, ColumnType }) => ({
    name: ColumnName,
    type: ColumnType,
  }));
  return { columns, rows };
}

function oneApiErrors(value: object): readonly string[] {
  const list = 'OneApiErrors' in value ? value.OneApiErrors : [value];
  if (!Array.isArray(list)) return [];
  return list.flatMap(
    (each: { error?: { code?: unknown; '@message'?: unknown; message?: unknown } }) => {
      const { error } = each ?? {};
      const said = [error?.['@message'] ?? error?.message, error?.code].filter(
        (part) => typeof part === 'string',
      );
      return said.length === 0 ? [] : [said.join(' ')];
    },
  );
}

function failureOf(error: unknown, now: number): RequestFailure {
  // A throttled request comes wrapped.
  const { inner, ...outer } = error as { readonly inner?: unknown; readonly message?: string };
  const { response, code, message } = (inner ?? error) as {
    readonly code?: string;
    readonly message?: string;
    readonly response?: {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, unknown>>;
      readonly data?: {
        readonly error?: { readonly '@message'?: string; readonly message?: string };
      };
    };
  };
  const header = response?.headers?.['retry-after'];
  const wait = retryAfter(typeof header === 'string' ? header : undefined, now);
  const said = response?.data?.error;
  return {
    ...(response?.status === undefined ? {} : { status: response.status }),
    ...(wait === undefined ? {} : { retryAfterMilliseconds: wait }),
    isTimeout: code === 'ECONNABORTED' || code === 'ETIMEDOUT',
    message: said?.['@message'] ?? said?.message ?? message ?? outer.message ?? '',
  };
}
