import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mapText, type ProxyConfiguration } from '../../src/appliance/index.ts';
import type { ApplianceWire } from './appliance-wire.ts';

/** HAProxy with a configuration of the appliance, in the appliance's namespace. */
export interface RunningProxy {
  /** What it logged so far, one object for each connection or request. */
  readonly logs: readonly Readonly<Record<string, unknown>>[];
  /** One command for the admin socket, and its answer. */
  readonly command: (text: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export function writeProxy(folder: string, { text, maps }: ProxyConfiguration): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'haproxy.cfg'), text);
  for (const [name, entries] of maps) writeFileSync(join(folder, name), mapText(entries));
}

export async function runProxy(
  wire: ApplianceWire,
  folder: string,
  configuration: ProxyConfiguration,
): Promise<RunningProxy> {
  writeProxy(folder, configuration);
  const child = wire.start('appliance', ['haproxy', '-db', '-f', join(folder, 'haproxy.cfg')]);
  const logs: Record<string, unknown>[] = [];
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) logs.push(JSON.parse(line));
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const command = (text: string) => ask(join(folder, 'haproxy.sock'), text);
  for (let attempt = 0; ; attempt += 1) {
    const isThere = await command('show version\n').then(
      () => true,
      () => false,
    );
    if (isThere) break;
    if (attempt === 100 || child.exitCode !== null) throw new Error(`haproxy: ${complaint}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return {
    logs,
    command,
    stop: async () => {
      child.kill('SIGTERM');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 500))]);
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function ask(path: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = createConnection(path, () => socket.write(text));
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('end', () => resolve(answer));
  });
}
