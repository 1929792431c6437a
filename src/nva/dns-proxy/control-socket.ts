import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { OperationalError } from '../../diagnostics/index.ts';

/** What can be asked of a running DNS proxy over its Unix socket: one JSON line each way. */
export type ControlRequest =
  /** Replace the rules by the file in one transaction that carries the addresses of names over; then take the new names. */
  | { readonly do: 'reload'; readonly rules: string; readonly configuration: unknown }
  | { readonly do: 'status' };

export interface ControlReply {
  readonly isDone: boolean;
  readonly why?: string;
  readonly status?: unknown;
}

const REQUEST_BYTES_MAX = 4 * 1024 * 1024;

/** @throws OperationalError `nva/listen` */
export async function openControlSocket(
  path: string,
  answer: (request: ControlRequest) => Promise<ControlReply>,
): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(30_000, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > REQUEST_BYTES_MAX) socket.destroy();
      const end = text.indexOf('\n');
      if (end < 0) return;
      socket.removeAllListeners('data');
      void replyTo(text.slice(0, end), answer).then((reply) => {
        if (!socket.destroyed) socket.end(`${JSON.stringify(reply)}\n`);
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new OperationalError('nva/listen', `cannot open \`${path}\``, { cause })),
    );
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return server;
}

async function replyTo(
  line: string,
  answer: (request: ControlRequest) => Promise<ControlReply>,
): Promise<ControlReply> {
  try {
    return await answer(JSON.parse(line) as ControlRequest);
  } catch (cause) {
    return { isDone: false, why: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** Asks a running proxy. @throws OperationalError `nva/not-running` when nobody answers there */
export function askControlSocket(path: string, request: ControlRequest): Promise<ControlReply> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(
        new OperationalError('nva/not-running', `no DNS proxy answers at \`${path}\``, { cause }),
      );
    const socket = connect(path);
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(30_000, () => socket.destroy(new Error('timeout')));
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', fail);
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text) as ControlReply);
      } catch (cause) {
        fail(cause);
      }
    });
  });
}
