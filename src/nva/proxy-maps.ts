import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mapEntries } from '../appliance/proxy/map-text.ts';
import { proxyUpdate } from '../appliance/proxy/proxy-update.ts';
import { OperationalError } from '../diagnostics/index.ts';
import { replaceMaps } from './replace-maps.ts';

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
  try {
    await replaceMaps(join(run, 'haproxy.sock'), updates);
  } catch (error) {
    throw notTaken(error instanceof Error ? error.message : String(error));
  }
}

function readMaps(folder: string): Maps {
  const names = readdirSync(folder).filter((name) => name.endsWith('.map'));
  return new Map(
    names.sort().map((name) => {
      const entries = mapEntries(readFileSync(join(folder, name), 'utf8'));
      return [name, entries] as const;
    }),
  );
}

function notTaken(said: string): OperationalError {
  const first = said.trim().split('\n')[0]?.slice(0, 300) ?? '';
  return new OperationalError('nva/reload', `the proxy does not take its maps: ${first}`);
}
