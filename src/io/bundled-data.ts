import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, OperationalError, type Parsed, wholeFile } from '../diagnostics/index.ts';
import {
  type Datasets,
  NO_THREAT_LIST,
  type ParsedDataset,
  parseFqdnTags,
  parsePrivateDnsZones,
  parseRequiredEgress,
  parseServiceTags,
  parseThreatList,
} from '../facts/index.ts';

/** Files of the person's own that replace a bundled list, by path. */
export interface DatasetFiles {
  /** A whole `ServiceTags_Public_*.json` as Microsoft publishes it every week. */
  readonly serviceTags?: string;
  readonly fqdnTags?: string;
  readonly requiredEgress?: string;
  readonly privateDnsZones?: string;
  /** One address, range or name a line. */
  readonly threatList?: string;
}

/**
 * The lists that come with the package. Each is read when first asked for and kept: what is compiled from a list is
 * remembered by the list's identity.
 * @throws OperationalError `data/missing` when the package is incomplete
 */
export function bundledDatasets(): Datasets {
  return lazily({
    serviceTags: () =>
      bundled('service-tags.sample.json', (text, file) => parseServiceTags(text, file, false)),
    fqdnTags: () => bundled('fqdn-tags.json', parseFqdnTags),
    requiredEgress: () => bundled('aks-required-egress.json', parseRequiredEgress),
    privateDnsZones: () => bundled('private-dns-zones.json', parsePrivateDnsZones),
    threatList: () => NO_THREAT_LIST,
  });
}

/**
 * The bundled lists, some of them replaced. A file that is not what it should be is a diagnostic, and the bundled
 * list stays: a list that could not be read must not look like an empty one.
 * @throws OperationalError `file/not-found`, or `data/unreadable` when a file cannot be opened
 */
export async function loadDatasets(files: DatasetFiles): Promise<Parsed<Datasets>> {
  const diagnostics: Diagnostic[] = [];
  const base = bundledDatasets();

  async function replaced<T>(
    path: string | undefined,
    parse: (text: string, origin: string) => ParsedDataset<T>,
  ): Promise<T | undefined> {
    if (path === undefined) return undefined;
    const origin = basename(path);
    const { value, problems } = parse(await readText(path), origin);
    for (const problem of problems) {
      diagnostics.push({
        code: 'dataset/not-understood',
        severity: value === undefined ? 'error' : 'warning',
        message: `\`${origin}\`: ${problem}`,
        at: wholeFile(path),
        ...(value === undefined ? { hint: 'the bundled list is used instead' } : {}),
      });
    }
    return value;
  }

  const serviceTags = await replaced(files.serviceTags, (text, origin) =>
    parseServiceTags(text, origin, true),
  );
  const fqdnTags = await replaced(files.fqdnTags, parseFqdnTags);
  const requiredEgress = await replaced(files.requiredEgress, parseRequiredEgress);
  const privateDnsZones = await replaced(files.privateDnsZones, parsePrivateDnsZones);
  const threatList = await replaced(files.threatList, parseThreatList);
  const value = lazily({
    serviceTags: () => serviceTags ?? base.serviceTags,
    fqdnTags: () => fqdnTags ?? base.fqdnTags,
    requiredEgress: () => requiredEgress ?? base.requiredEgress,
    privateDnsZones: () => privateDnsZones ?? base.privateDnsZones,
    threatList: () => threatList ?? base.threatList,
  });
  return { value, diagnostics };
}

/** The published resource types (data/resource-types), as text: only who writes or checks resources reads them. */
export function bundledResourceTypes(): string {
  return readBundled(join('resource-types', 'resource-types.json'));
}

type Readers = { readonly [Name in keyof Datasets]: () => Datasets[Name] };

/** `Datasets` whose members are made on first use. */
function lazily(read: Readers): Datasets {
  return {
    get serviceTags() {
      return read.serviceTags();
    },
    get fqdnTags() {
      return read.fqdnTags();
    },
    get requiredEgress() {
      return read.requiredEgress();
    },
    get privateDnsZones() {
      return read.privateDnsZones();
    },
    get threatList() {
      return read.threatList();
    },
  };
}

const kept = new Map<string, unknown>();

function bundled<T>(name: string, parse: (text: string, origin: string) => ParsedDataset<T>): T {
  const known = kept.get(name);
  if (known !== undefined) return known as T;
  const { value, problems } = parse(readBundled(name), `bundled ${name}`);
  if (value === undefined)
    throw new OperationalError('data/damaged', `\`${name}\`: ${problems[0]}`);
  kept.set(name, value);
  return value;
}

function readBundled(name: string): string {
  const path = join(dataFolder(), name);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new OperationalError('data/missing', `cannot read \`${path}\``, { cause });
  }
}

let folder: string | undefined;

/** Sources, the library and the bundled command line sit at different depths of the package: look upwards. */
export function dataFolder(): string {
  if (folder !== undefined) return folder;
  let here = dirname(fileURLToPath(import.meta.url));
  for (let depth = 0; depth < 6; depth += 1) {
    const candidate = join(here, 'data');
    if (existsSync(join(candidate, 'service-tags.sample.json'))) {
      folder = candidate;
      return candidate;
    }
    here = dirname(here);
  }
  throw new OperationalError('data/missing', 'the folder `data` of this package is missing', {
    hint: 'install the package again',
  });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') {
      throw new OperationalError('file/not-found', `there is no \`${path}\``, { cause });
    }
    throw new OperationalError('data/unreadable', `cannot read \`${path}\``, { cause });
  }
}
