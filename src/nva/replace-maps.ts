import { connect } from 'node:net';
import type { MapUpdate } from '../appliance/proxy/proxy-update.ts';

/**
 * Replaces maps of a running HAProxy over its admin socket, all at once: first every new version is filled, then all are committed.
 * No connection notices. Throws an `Error` with what HAProxy said; it then holds the old ones still.
 */
export async function replaceMaps(socket: string, updates: readonly MapUpdate[]): Promise<void> {
  const commits: string[] = [];
  for (const { prepare, blocks, commit } of updates) {
    const said = await ask(socket, prepare);
    const version = /New version created: (\d+)/.exec(said)?.[1];
    if (version === undefined) throw new Error(said);
    for (const block of blocks) await tell(socket, block.replace('{version}', version));
    commits.push(commit.replace('{version}', version));
  }
  if (commits.length > 0) await tell(socket, commits.join('; '));
}

async function tell(socket: string, command: string): Promise<void> {
  const said = await ask(socket, command);
  if (said.trim() !== '') throw new Error(said);
}

/** An empty line ends what stands below a command; one more would be a command of its own. */
function ask(socket: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = connect(socket);
    let text = '';
    stream.setEncoding('utf8');
    stream.setTimeout(5_000, () => stream.destroy(new Error('it does not answer')));
    stream.on('error', reject);
    stream.on('data', (chunk: string) => {
      if (text.length < 10_000) text += chunk;
    });
    stream.on('close', () => resolve(text));
    stream.end(`${command.trimEnd()}\n${command.includes('<<\n') ? '\n' : ''}`);
  });
}
