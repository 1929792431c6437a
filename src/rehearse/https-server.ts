import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { OperationalError } from '../diagnostics/index.ts';
import { armError } from './arm-error.ts';
import { type ArmAnswer, type ArmRequest, answerOf } from './arm-request.ts';

export interface HttpsOptions {
  readonly key: string;
  readonly certificate: string;
  /** Wanted; another when it is taken, or 0. */
  readonly port: number;
  readonly handle: (request: ArmRequest) => ArmAnswer;
  /** Whether what `handle` returned may be sent at once. */
  readonly isSettled: () => boolean;
  /** Afterwards everything that was returned may be sent. @throws when it may not: `failed` is sent then */
  readonly settle: () => void;
  readonly failed: ArmAnswer;
}

export interface HttpsServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** ARM takes templates of 4 MB; parameters and the rest of the body come on top. */
const BODY_MAX = 8 * 1024 * 1024;

/**
 * HTTP around a function, on the loopback address only. Whatever comes in, what goes out is JSON in the shape of ARM.
 * @throws OperationalError `rehearse/port` when no port can be had
 */
export async function startHttps(options: HttpsOptions): Promise<HttpsServer> {
  const postbox = createPostbox(options);
  const server = createServer(
    {
      key: options.key,
      cert: options.certificate,
      maxHeaderSize: 32 * 1024,
      requestTimeout: 60_000,
      headersTimeout: 20_000,
      // Python keeps connections for later and minds when they are gone.
      keepAliveTimeout: 120_000,
    },
    (request, response) => receive(request, response, options, postbox),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const [status, code] = WIRE_ERRORS[error.code ?? ''] ?? [400, 'BadRequest'];
    const body = JSON.stringify({ error: { code, message: 'The request cannot be read.' } });
    socket.end(
      `HTTP/1.1 ${status} ${code}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
  // Somebody who does not trust the certificate: theirs to notice.
  server.on('tlsClientError', (_, socket) => socket.destroy());
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeIdleConnections();
        // An answer takes milliseconds; who still holds a connection after that is gone.
        setTimeout(() => server.closeAllConnections(), 200).unref();
      }),
  };
}

type Postbox = (answer: ArmAnswer, send: (answer: ArmAnswer) => void) => void;

/** Holds answers back until what they promise is kept: once for all that came in the same turn. */
function createPostbox({ isSettled, settle, failed }: HttpsOptions): Postbox {
  let held: { readonly answer: ArmAnswer; readonly send: (answer: ArmAnswer) => void }[] = [];
  const deliver = () => {
    const letters = held;
    held = [];
    let isKept = true;
    try {
      settle();
    } catch {
      isKept = false;
    }
    for (const { answer, send } of letters) send(isKept ? answer : failed);
  };
  return (answer, send) => {
    if (held.length === 0 && isSettled()) {
      send(answer);
      return;
    }
    held.push({ answer, send });
    if (held.length === 1) setImmediate(deliver);
  };
}

const WIRE_ERRORS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'RequestHeaderFieldsTooLarge'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'RequestTimeout'],
};

async function listen(server: Server, wanted: number): Promise<void> {
  const attempt = (port: number) =>
    new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(port, '127.0.0.1', () => {
        server.removeListener('error', fail);
        done();
      });
    });
  try {
    await attempt(wanted);
  } catch (error) {
    if (wanted === 0) throw cannotListen(error);
    try {
      await attempt(0);
    } catch (again) {
      throw cannotListen(again);
    }
  }
}

function cannotListen(cause: unknown): OperationalError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new OperationalError(
    'rehearse/port',
    `no port of the loopback address can be had: ${why}`,
    { cause },
  );
}

function receive(
  request: IncomingMessage,
  response: ServerResponse,
  { handle }: HttpsOptions,
  post: Postbox,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let isOver = false;
  const respond = (answer: ArmAnswer) => {
    if (isOver) return;
    isOver = true;
    send(request, response, answer);
  };
  const refusal = refuseCaller(request);
  if (refusal !== undefined) {
    respond(refusal);
    request.resume();
    return;
  }
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= BODY_MAX) chunks.push(chunk);
    else if (!response.headersSent) {
      chunks.length = 0;
      response.setHeader('Connection', 'close');
      respond(
        answerOf(
          armError(
            413,
            'RequestContentTooLarge',
            `The request content is larger than ${BODY_MAX / 1024 / 1024} MB.`,
          ),
        ),
      );
    }
  });
  request.on('error', () => response.destroy());
  request.on('end', () => {
    if (isOver) return;
    const text = decoded(chunks);
    if (text === undefined) {
      respond(
        answerOf(armError(400, 'InvalidRequestContent', 'The request content is not UTF-8 text.')),
      );
      return;
    }
    isOver = true;
    post(handle(requestOf(request, text)), (answer) => send(request, response, answer));
  });
}

/**
 * A page in a browser must not get here by a name that leads to this machine, nor from another site: nothing else names a foreign
 * host, and no client of Azure sends an origin.
 */
function refuseCaller({ headers }: IncomingMessage): ArmAnswer | undefined {
  const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  if (!['localhost', '127.0.0.1', '[::1]'].includes(host)) {
    return answerOf(
      armError(421, 'MisdirectedRequest', 'This endpoint answers to localhost only.'),
    );
  }
  if (headers.origin !== undefined) {
    return answerOf(
      armError(403, 'OriginNotAllowed', 'This endpoint does not answer to web pages.'),
    );
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    return answerOf(
      armError(415, 'UnsupportedMediaType', 'The request content must not be compressed.'),
    );
  }
  return undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decoded(chunks: readonly Buffer[]): string | undefined {
  if (chunks.length === 0) return '';
  try {
    return utf8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  } catch {
    return undefined;
  }
}

function requestOf({ method, url = '/', headers }: IncomingMessage, text: string): ArmRequest {
  const at = url.indexOf('?');
  return {
    method: (method ?? 'GET').toUpperCase(),
    path: at < 0 ? url : url.slice(0, at),
    query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)),
    headers: headers as Readonly<Record<string, string | undefined>>,
    text,
  };
}

function send(request: IncomingMessage, response: ServerResponse, answer: ArmAnswer): void {
  const id = randomUUID();
  const asked = request.headers['x-ms-correlation-request-id'];
  const headers: Record<string, string> = {
    'Cache-Control': 'no-cache',
    'x-ms-request-id': id,
    'x-ms-correlation-request-id':
      typeof asked === 'string' && /^[\w-]{1,64}$/.test(asked) ? asked : id,
    ...answer.headers,
  };
  if (answer.body === undefined || request.method === 'HEAD') {
    if (answer.status !== 204 && answer.status !== 304) headers['Content-Length'] = '0';
    response.writeHead(answer.status, headers);
    response.end();
    return;
  }
  const body = Buffer.from(JSON.stringify(answer.body), 'utf8');
  headers['Content-Type'] = 'application/json; charset=utf-8';
  headers['Content-Length'] = String(body.length);
  response.writeHead(answer.status, headers);
  response.end(body);
}
