import { existsSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import type { DaemonReport } from './daemon.ts';
import type { Failure } from './failures.ts';
import type { RunPlan } from './run-plan.ts';

/** What a running lab is asked over its socket, one JSON line each way. */
export type LabRequest =
  | { readonly ask: 'status' }
  | { readonly ask: 'stop' }
  | { readonly ask: 'fail'; readonly failure: Failure }
  | { readonly ask: 'restore'; readonly what?: string }
  | { readonly ask: 'reload'; readonly plan: RunPlan }
  | { readonly ask: 'signal'; readonly process: string; readonly signal: NodeJS.Signals };

export type LabReply =
  | { readonly kind: 'status'; readonly status: LabStatus }
  /** @property failure what is broken now, where that was asked */
  | { readonly kind: 'done'; readonly failure?: Failure }
  | { readonly kind: 'reloaded'; readonly lines: readonly string[] }
  | { readonly kind: 'refused'; readonly why: string };

export interface LabStatus {
  readonly daemons: readonly DaemonReport[];
  readonly failures: readonly Failure[];
  readonly seconds: number;
}

const WAIT_MILLISECONDS = 10_000;
/** Rules and files of a whole perimeter, or a program for each of its cables. */
const LONG_MILLISECONDS = 60_000;
const BYTES_MOST = 200_000_000;

/** Undefined when nobody answers there. */
export function askLab(control: string, request: LabRequest): Promise<LabReply | undefined> {
  if (!existsSync(control)) return Promise.resolve(undefined);
  return new Promise((done) => {
    const stream = connect(control);
    let text = '';
    const isLong = ['reload', 'fail', 'restore'].includes(request.ask);
    const wait = isLong ? LONG_MILLISECONDS : WAIT_MILLISECONDS;
    stream.setTimeout(wait, () => stream.destroy());
    stream.on('error', () => done(undefined));
    stream.on('data', (chunk) => {
      text += chunk.toString('utf8');
    });
    stream.on('close', () => {
      try {
        done(JSON.parse(text) as LabReply);
      } catch {
        done(undefined);
      }
    });
    stream.end(`${JSON.stringify(request)}\n`);
  });
}

export function serveControl(
  control: string,
  answer: (request: LabRequest) => Promise<LabReply>,
): Promise<Server> {
  rmSync(control, { force: true });
  const server = createServer({ allowHalfOpen: true }, (stream) => {
    const chunks: Buffer[] = [];
    let length = 0;
    stream.setTimeout(LONG_MILLISECONDS, () => stream.destroy());
    stream.on('error', () => stream.destroy());
    stream.on('data', (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > BYTES_MOST) stream.destroy();
    });
    stream.on('end', () => {
      void replyTo(Buffer.concat(chunks).toString('utf8'), answer).then((reply) =>
        stream.end(`${JSON.stringify(reply)}\n`),
      );
    });
  });
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(control, () => done(server));
  });
}

async function replyTo(
  text: string,
  answer: (request: LabRequest) => Promise<LabReply>,
): Promise<LabReply> {
  try {
    return await answer(JSON.parse(text) as LabRequest);
  } catch (error) {
    return { kind: 'refused', why: error instanceof Error ? error.message : String(error) };
  }
}
