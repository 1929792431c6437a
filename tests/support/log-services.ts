import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificates } from '../../src/certificates/index.ts';

/** How the next requests are answered; afterwards they are answered from the rows. */
export type Turn =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  | 'hang'
  | 'reset'
  | 'cut off';

export interface LogServices {
  readonly url: string;
  readonly ca: string;
  /** KQL of every question that came in. */
  readonly asked: string[];
  readonly tokens: Set<string>;
  rows: readonly (readonly unknown[])[];
  columns: readonly { readonly name: string; readonly type: string }[];
  /** Rows beyond are not given, with the error that the services then write. */
  rowsMax: number;
  turns: Turn[];
  close(): Promise<void>;
}

/**
 * The query APIs of Log Analytics (`/v1/workspaces/…/query`) and of Azure Data Explorer (`/v2/rest/query`) on the loopback address. Both
 * answer with the same rows, in their own words; of KQL only the page that is asked for is understood.
 */
export async function startLogServices(): Promise<LogServices> {
  const certificates = makeCertificates(new Date());
  const services = {
    url: '',
    ca: certificates.ca,
    asked: [] as string[],
    tokens: new Set<string>(),
    rows: [] as readonly (readonly unknown[])[],
    columns: [] as LogServices['columns'],
    rowsMax: 500_000,
    turns: [] as Turn[],
  };
  const server = createServer(
    { key: certificates.key, cert: certificates.certificate },
    async (request, response) => {
      const body = await bodyOf(request);
      const path = request.url ?? '';
      if (path.startsWith('/v1/rest/auth/metadata')) {
        send(response, 404, {});
        return;
      }
      services.tokens.add(request.headers.authorization ?? '');
      const isCluster = path === '/v2/rest/query';
      const kql = String(isCluster ? body['csl'] : body['query']);
      services.asked.push(kql);
      const turn = services.turns.shift();
      if (turn === 'hang') return;
      if (turn === 'reset') {
        request.socket.destroy();
        return;
      }
      if (turn !== undefined && turn !== 'cut off') {
        send(response, turn.status, turn.body ?? {}, turn.headers);
        return;
      }
      const [, from, to] = /_Row > (\d+) and _Row <= (\d+)/.exec(kql)?.map(Number) ?? [];
      const asked = from === undefined ? services.rows : services.rows.slice(from, to);
      const rows = asked.slice(0, services.rowsMax);
      const isCut = rows.length < asked.length;
      const answer = isCluster
        ? clusterAnswer(services.columns, rows, isCut)
        : workspaceAnswer(services.columns, rows, isCut);
      send(
        response,
        200,
        turn === 'cut off' && Array.isArray(answer) ? answer.slice(0, -1) : answer,
      );
    },
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  services.url = `https://localhost:${(server.address() as AddressInfo).port}`;
  return Object.assign(services, {
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  });
}

const TOO_LARGE =
  'Query execution has exceeded the allowed limits (80DA0003): The results of this query exceed the set limit of 500000 records.';

function workspaceAnswer(
  columns: LogServices['columns'],
  rows: readonly unknown[],
  isCut: boolean,
) {
  const tables = [{ name: 'PrimaryResult', columns, rows }];
  if (!isCut) return { tables };
  const innererror = {
    code: '-2133196797',
    message: TOO_LARGE,
    severity: 2,
    severityName: 'Error',
  };
  const details = [{ code: 'QueryResultTooLarge', message: 'partial', innererror }];
  return {
    tables,
    error: {
      code: 'PartialError',
      message: 'There were some errors when processing your query.',
      details,
    },
  };
}

function clusterAnswer(columns: LogServices['columns'], rows: readonly unknown[], isCut: boolean) {
  const OneApiErrors = [
    {
      error: {
        code: 'LimitsExceeded',
        message: 'Request is invalid',
        '@type': 'Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException',
        '@message': `${TOO_LARGE} (E_QUERY_RESULT_SET_TOO_LARGE)`,
        '@permanent': false,
      },
    },
  ];
  return [
    { FrameType: 'DataSetHeader', IsProgressive: false, Version: 'v2.0' },
    {
      FrameType: 'DataTable',
      TableId: 1,
      TableKind: 'PrimaryResult',
      TableName: 'PrimaryResult',
      Columns: columns.map(({ name, type }) => ({ ColumnName: name, ColumnType: type })),
      Rows: isCut ? [...rows, { OneApiErrors }] : rows,
    },
    {
      FrameType: 'DataSetCompletion',
      HasErrors: isCut,
      Cancelled: false,
      ...(isCut ? { OneApiErrors } : {}),
    },
  ];
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
