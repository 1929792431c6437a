import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { OperationalError } from '../diagnostics/index.ts';
import { dataFolder } from './bundled-data.ts';

/** Built from `src/nva/programs`, each one file. */
const NAMES = ['dns-proxy.mjs', 'log-writer.mjs'];

/**
 * The programs that go with an appliance, by file name.
 * @throws OperationalError `data/missing` when the package was not built
 */
export function appliancePrograms(): ReadonlyMap<string, string> {
  const folder = join(dirname(dataFolder()), 'dist', 'nva');
  return new Map(
    NAMES.map((name) => {
      const path = join(folder, name);
      try {
        return [name, readFileSync(path, 'utf8')] as const;
      } catch (cause) {
        throw new OperationalError('data/missing', `cannot read \`${path}\``, {
          cause,
          hint: 'build the package again: npm run build',
        });
      }
    }),
  );
}

/** gzip in base64, as cloud-init reads it. The same bytes on every system: the header's system is `unknown`. */
export function compressed(text: string): string {
  const bytes = gzipSync(text, { level: 9 });
  bytes[9] = 255;
  return bytes.toString('base64');
}
