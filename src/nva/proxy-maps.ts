import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { proxyUpdate } from '../appliance/proxy/proxy-update.ts';
import { OperationalError } from '../diagnostics/index.ts';

/**
 * `CONFIGURATION proxy-maps RUN-FOLDER OLD-MAPS NEW-MAPS`: the maps of the running proxy, all at once and without a reload. No
 * connection notices.
 * @throws OperationalError `nva/reload` when it holds the old ones still
 */
export async function proxyMapsCommand(
  _configuration: unknown,
  args: readonly string[],
): Promise<void> {
  const [run, old, next] = args;
  if (run === undefined || old === undefined || next === undefined) {
    throw new OperationalError('nva/configuration', 'proxy-maps RUN-FOLDER OLD-MAPS NEW-MAPS');
  }
  await replaceProxyMaps(run, readMaps(old), readMaps(next));
}

type Maps = ReadonlyMap<string, readonly (readonly [key: string, value: string])[]>;

async function replaceProxyMaps(run: string, before: Maps, after: Maps): Promise<void> {
  const updates = proxyUpdate({ text: '', maps: before }, { text: '', maps: after }, run);
  if (updates === undefined) throw notTaken('a map came or went');
  const socket = join(run, 'haproxy.sock');
  const commits: string[] = [];
  for (const { prepare, blocks, commit } of updates) {
    const said = await askProxy(socket, prepare);
    const version = /New version created: (\d+)/.exec(said)?.[1];
    if (version === undefined) throw notTaken(said);
    for (const block of blocks) await told(socket, block.replace('{version}', version));
    commits.push(commit.replace('{version}', version));
  }
  if (commits.length > 0) await told(socket, commits.join('; '));
}

async function told(socket: string, command: string): Promise<void> {
  const said = await askProxy(socket, command);
  if (said.trim() !== '') throw notTaken(said);
}

/** One command over HAProxy's admin socket. An empty line ends what stands below a command. */
function askProxy(socket: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = connect(socket);
    let text = '';
    stream.setEncoding('utf8');
    stream.setTimeout(5_000, () => stream.destroy(new Error('it does not answer')));
    stream.on('error', (error) => reject(notTaken(error.message)));
    stream.on('data', (chunk: string) => {
      if (text.length < 10_000) text += chunk;
    });
    stream.on('close', () => resolve(text));
    stream.end(`${command.trimEnd()}\n${command.includes('<<\n') ? '\n' : ''}`);
  });
}

function readMaps(folder: string): Maps {
  const names = readdirSync(folder).filter((name) => name.endsWith('.map'));
  return new Map(
    names.sort().map((name) => {
      const lines = readFileSync(join(folder, name), 'utf8').split('\n');
      const entries = lines
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => {
          const at = line.indexOf(' ');
          return [line.slice(0, at), line.slice(at + 1)] as const;
        });
      return [name, entries] as const;
    }),
  );
}

function notTaken(said: string): OperationalError {
  const first = said.trim().split('\n')[0]?.slice(0, 300) ?? '';
  return new OperationalError('nva/reload', `the proxy does not take its maps: ${first}`);
}
