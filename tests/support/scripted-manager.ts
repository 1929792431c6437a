import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificates } from '../../src/certificates/index.ts';

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
  readonly at: number;
}

/** What the server does with one request. `undefined`: it never answers. */
export type Scripted =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** An object is sent as JSON, a text as it is. */
      readonly body?: unknown;
      /** Ends the connection in the middle of the body. */
      readonly isBrokenOff?: true;
      readonly afterMilliseconds?: number;
    }
  | undefined;

export interface ScriptedManager {
  readonly origin: string;
  readonly ca: string;
  readonly asked: Asked[];
  /** As many requests as were ever open at once. */
  readonly mostAtOnce: () => number;
  readonly close: () => Promise<void>;
}

/** A real HTTPS server that answers as a service does on its worst day. */
export async function scriptedManager(
  answer: (asked: Asked, count: number) => Scripted | Promise<Scripted>,
): Promise<ScriptedManager> {
  const { ca, certificate, key } = makeCertificates(new Date());
  const asked: Asked[] = [];
  let open = 0;
  let most = 0;
  const server = createServer({ key, cert: certificate }, (request, response) => {
    const chunks: Buffer[] = [];
    open += 1;
    most = Math.max(most, open);
    response.on('close', () => {
      open -= 1;
    });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const one: Asked = {
        method: request.method ?? '',
        path: request.url ?? '',
        authorization: request.headers.authorization,
        body: Buffer.concat(chunks).toString('utf8'),
        at: Date.now(),
      };
      asked.push(one);
      const scripted = await answer(one, asked.length);
      if (scripted === undefined) return;
      const { status = 200, headers = {}, body, isBrokenOff, afterMilliseconds = 0 } = scripted;
      const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
      if (afterMilliseconds > 0) await new Promise((done) => setTimeout(done, afterMilliseconds));
      const length = Buffer.byteLength(text) + (isBrokenOff === true ? 100 : 0);
      response.writeHead(status, { 'content-length': String(length), ...headers });
      response.write(text);
      if (isBrokenOff === true) setTimeout(() => response.destroy(), 20);
      else response.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://localhost:${port}`,
    ca,
    asked,
    mostAtOnce: () => most,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
