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
  /** What a question to Azure Data Explorer came with. */
  readonly options: unknown[];
  readonly tokens: Set<string>;
  rows: readonly (readonly unknown[])[];
  columns: readonly { readonly name: string; readonly type: string }[];
  /** Rows beyond are not given, with the error that the services then write. */
  rowsMax: number;
  turns: Turn[];
  /** An answer for a question of its own; those without one get the rows above. */
  answerTo: ((kql: string) => Pick<LogServices, 'columns' | 'rows'> | undefined) | undefined;
  /** Scopes that an application signed in for, with the id it named. */
  readonly signIns: string[];
  close(): Promise<void>;
}

/** What the application of the tests proves itself with. */
export const SECRET = 'aHVzaC1zZWNyZXQ';

/** A token as Entra ID writes them, for one service; nobody here looks at its signature. */
export function tokenFor(audience: string, now = Date.now()): string {
  const seconds = Math.floor(now / 1000);
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const times = { iat: seconds - 60, nbf: seconds - 60, exp: seconds + 3600 };
  const claims = { aud: audience, iss: 'https://sts.windows.net/tenant/', ...times };
  return `${part({ typ: 'JWT', alg: 'none' })}.${part(claims)}.c2lnbmVk`;
}

/**
 * A cloud of its own: what it says of itself, its authority, and the query APIs of Log Analytics (`/v1/workspaces/…/query`) and of Azure Data Explorer (`/v2/rest/query`) on the loopback address. Both
 * answer with the same rows, in their own words; of KQL only the page that is asked for is understood.
 */
export async function startLogServices(): Promise<LogServices> {
  const certificates = makeCertificates(new Date());
  const services = {
    url: '',
    ca: certificates.ca,
    asked: [] as string[],
    options: [] as unknown[],
    tokens: new Set<string>(),
    rows: [] as readonly (readonly unknown[])[],
    columns: [] as LogServices['columns'],
    rowsMax: 500_000,
    turns: [] as Turn[],
    answerTo: undefined as LogServices['answerTo'],
    signIns: [] as string[],
  };
  const server = createServer(
    { key: certificates.key, cert: certificates.certificate },
    async (request, response) => {
      const text = await textOf(request);
      const path = request.url ?? '';
      if (path.startsWith('/v1/rest/auth/metadata')) {
        send(response, 404, {});
        return;
      }
      if (path.startsWith('/metadata/endpoints')) {
        const authentication = { loginEndpoint: services.url, audiences: [services.url] };
        send(response, 200, { authentication, logAnalyticsResourceId: services.url });
        return;
      }
      if (path === '/tenant/oauth2/v2.0/token') {
        const form = new URLSearchParams(text);
        const scope = form.get('scope') ?? '';
        services.signIns.push(`${form.get('client_id')} ${scope}`);
        const isKnown = form.get('client_secret') === SECRET;
        const refusal = { error: 'invalid_client', error_description: 'AADSTS7000215: no' };
        const audience = scope.replace(/\/\.default$/, '');
        const token = { access_token: tokenFor(audience), expires_in: 3600 };
        send(response, isKnown ? 200 : 401, isKnown ? token : refusal);
        return;
      }
      const body = text === '' ? {} : JSON.parse(text);
      services.tokens.add(request.headers.authorization ?? '');
      const isCluster = path === '/v2/rest/query';
      const kql = String(isCluster ? body['csl'] : body['query']);
      services.asked.push(kql);
      if (isCluster) services.options.push(optionsOf(body['properties']));
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
      const found = services.answerTo?.(kql) ?? services;
      const [, from, to] = /_Row > (\d+) and _Row <= (\d+)/.exec(kql)?.map(Number) ?? [];
      const asked = from === undefined ? found.rows : found.rows.slice(from, to);
      const rows = asked.slice(0, services.rowsMax);
      const isCut = rows.length < asked.length;
      const answer = isCluster
        ? clusterAnswer(found.columns, rows, isCut)
        : workspaceAnswer(found.columns, rows, isCut);
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

/** A request carries them as text within its text. */
function optionsOf(properties: unknown): unknown {
  const object = typeof properties === 'string' ? JSON.parse(properties) : properties;
  return (object as { readonly Options?: unknown } | undefined)?.Options;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
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
