import { existsSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { OperationalError } from '../diagnostics/index.ts';
import { type Arm, createArm } from './arm.ts';
import type { Behaviour } from './behaviour.ts';
import { defaultIdentity } from './identity.ts';
import type { Json } from './json.ts';
import { isAlive, readOwner, takeDirectory } from './owner-lock.ts';
import { directoryAt, isOurs, type PrivateDirectory } from './private-directory.ts';
import { recordedJson, statusJson } from './recorded.ts';
import { openStateFile } from './state-file.ts';

const PATIENCE_MILLISECONDS = 5_000;

/**
 * Status or recorded resources: from the endpoint that runs, else from what the last one left.
 * @returns `undefined` when there never was one
 */
export async function askEndpoint(
  path: string,
  what: 'status' | 'export',
  behaviours: readonly Behaviour[],
): Promise<{ readonly isRunning: boolean; readonly json: Json } | undefined> {
  const directory = directoryAt(path);
  if (!isOurs(directory.path)) return undefined;
  const running = await fromRunning(directory, 'GET', what);
  if (running !== undefined) return { isRunning: true, json: running };
  if (!existsSync(directory.state)) return undefined;
  const json = withState(directory, behaviours, (arm) =>
    what === 'status' ? statusJson(arm) : recordedJson(arm),
  );
  return { isRunning: false, json };
}

/** Forgets everything that was recorded; a running endpoint goes on, empty. @returns whether there was something */
export async function resetEndpoint(path: string): Promise<boolean> {
  const directory = directoryAt(path);
  if (!isOurs(directory.path)) return false;
  if ((await fromRunning(directory, 'POST', 'reset')) !== undefined) return true;
  resetDirectory(path);
  return true;
}

/** The same where nothing runs: also of a state that cannot be opened any more. */
export function resetDirectory(path: string): void {
  const directory = directoryAt(path);
  const release = takeDirectory(directory);
  for (const suffix of ['', '-wal', '-journal', '-shm', '.lock']) {
    rmSync(`${directory.state}${suffix}`, { recursive: true, force: true });
  }
  release();
}

function withState<T>(
  directory: PrivateDirectory,
  behaviours: readonly Behaviour[],
  ask: (arm: Arm) => T,
): T {
  const release = takeDirectory(directory);
  try {
    const file = openStateFile(directory.state);
    try {
      const now = () => new Date().toISOString();
      return ask(createArm({ ...defaultIdentity(), behaviours, file, now, origin: () => '' }));
    } finally {
      file.close();
    }
  } finally {
    release();
  }
}

/** `undefined` when nobody answers there who knows the word. */
async function fromRunning(
  directory: PrivateDirectory,
  method: string,
  what: string,
): Promise<Json | undefined> {
  const owner = readOwner(directory);
  if (owner === undefined || !isAlive(owner.pid) || !existsSync(directory.ca)) return undefined;
  const ca = readFileSync(directory.ca);
  return new Promise((done, fail) => {
    const asked = request(
      {
        host: 'localhost',
        port: owner.port,
        method,
        path: `/_sallyport/${what}`,
        ca,
        agent: false,
        timeout: PATIENCE_MILLISECONDS,
        headers: { Authorization: `Bearer ${owner.word}` },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (answer.statusCode === 204) done(null);
          else if (answer.statusCode === 200) done(JSON.parse(text) as Json);
          else done(undefined);
        });
        answer.on('error', () => done(undefined));
      },
    );
    asked.on('timeout', () => {
      asked.destroy();
      fail(
        new OperationalError(
          'rehearse/running',
          `the endpoint at port ${owner.port} does not answer`,
          {
            hint: `stop process ${owner.pid}`,
          },
        ),
      );
    });
    asked.on('error', () => done(undefined));
    asked.end();
  });
}
