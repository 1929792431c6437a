import type { EmittedFile } from '../emitter.ts';
import { type Yaml, yamlLines } from '../kubernetes/yaml-text.ts';
import { MACHINE } from './machine-site.ts';

/** Azure takes so much as custom data of a machine. */
export const CUSTOM_DATA_BYTES_MAX = 65_535;

/** What a Debian or Ubuntu machine needs beside the files. */
export const PACKAGES = [
  'nftables',
  'haproxy',
  'ulogd2',
  'ulogd2-json',
  'nodejs',
  'iproute2',
  'procps',
];

/** Shorter texts gain nothing. */
const COMPRESSED_FROM = 1_000;

/**
 * All files in one document that cloud-init reads at the first start; it ends by running `install.sh`. Programs are compressed, and
 * everything else only where it would not fit otherwise: what can be read should be.
 */
export function cloudInit(
  header: string,
  files: readonly EmittedFile[],
  compressed: ((text: string) => string) | undefined,
): { readonly file: EmittedFile; readonly bytes: number } {
  const written = (isAll: boolean) => {
    const text = document(header, files, (file) =>
      compressed !== undefined &&
      (file.path.endsWith('.mjs') || (isAll && file.text.length >= COMPRESSED_FROM))
        ? compressed(file.text)
        : undefined,
    );
    return {
      file: { path: 'cloud-init.yaml', text },
      bytes: new TextEncoder().encode(text).length,
    };
  };
  const readable = written(false);
  return readable.bytes <= CUSTOM_DATA_BYTES_MAX ? readable : written(true);
}

function document(
  header: string,
  files: readonly EmittedFile[],
  compressed: (file: EmittedFile) => string | undefined,
): string {
  const value: Yaml = {
    entries: [
      ['package_update', true],
      ['packages', PACKAGES],
      [
        'write_files',
        files.map((file) => {
          const packed = compressed(file);
          return {
            entries: [
              ['path', `${MACHINE.root}/${file.path}`],
              ['permissions', file.path.endsWith('.sh') ? '0755' : '0644'],
              ...(packed === undefined ? [] : [['encoding', 'gz+b64'] as const]),
              ['content', packed ?? file.text],
            ],
          };
        }),
      ],
      ['runcmd', [[`${MACHINE.root}/install.sh`]]],
    ],
  };
  return ['#cloud-config', `# ${header}`, ...yamlLines(value), ''].join('\n');
}
