import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OperationalError } from '../../diagnostics/index.ts';
import type { AzureLogRecord } from '../../nva/index.ts';
import { FollowedFile } from '../../nva/log/followed-file.ts';
import { RecordFiles } from '../../nva/log/record-files.ts';
import {
  type AccessLogRecord,
  accessRecord,
  type FirewallLogRecord,
  type GatewayLogContext,
  parseAuditLine,
  wafRecords,
} from '../waf-log/index.ts';

/** What the agent is told; absolute paths. */
export interface WafLogConfiguration {
  /** `log-context.json` of the gateway; its logs lie beside it. */
  readonly context: string;
  /** Folder of the storage account. */
  readonly output: string;
  /** Remembers how far the logs were read. */
  readonly state: string;
}

const POLL_MILLISECONDS = 200;

type GatewayRecord = FirewallLogRecord | AccessLogRecord;

/** Turns the logs of an application gateway's nginx into Azure's, as they are written. Ends when asked to, and reads what is left first. */
export async function run(configuration: unknown, signal: AbortSignal): Promise<void> {
  const { context, output, state } = configuration as WafLogConfiguration;
  const gateway = JSON.parse(readFileSync(context, 'utf8')) as GatewayLogContext;
  // It becomes part of a path.
  if (gateway.resourceId.split('/').some((segment) => /^\.{1,2}$/.test(segment))) {
    throw new OperationalError('nva/configuration', '`resourceId` is no resource id');
  }
  const files = new RecordFiles(output, state);
  const sources = sourcesOf(gateway, dirname(context), files);
  process.stdout.write('waf-log ready\n');
  while (!signal.aborted) {
    if (!round(sources, files)) await pause(signal);
  }
  for (let rest = 0; rest < 1000 && round(sources, files); rest += 1);
  for (const { file } of sources) file.close();
}

interface Source {
  readonly file: FollowedFile;
  readonly records: (line: string) => readonly GatewayRecord[];
}

function sourcesOf(
  gateway: GatewayLogContext,
  folder: string,
  { positions }: RecordFiles,
): readonly Source[] {
  const follow = (name: string): FollowedFile => {
    const path = join(folder, name);
    return new FollowedFile(path, positions[path]);
  };
  return [
    {
      file: follow(gateway.accessLog),
      records: (line) => {
        const record = accessRecord(line, gateway);
        return record === undefined ? [] : [record];
      },
    },
    ...gateway.audits.map((audit) => ({
      file: follow(audit.auditLog),
      records: (line: string) => {
        const entry = parseAuditLine(line);
        return entry === undefined ? [] : wafRecords(entry, { gateway, audit });
      },
    })),
  ];
}

/** One look at every log; true when there was something. */
function round(sources: readonly Source[], files: RecordFiles): boolean {
  const positions = () =>
    Object.fromEntries(sources.map(({ file }) => [file.path, file.position] as const));
  const before = positions();
  const records = sources.flatMap(({ file, records: of }) => file.read().flatMap(of));
  if (records.length === 0) return false;
  files.write(records.map(stored), positions(), before);
  for (const { file } of sources) file.free();
  return true;
}

/** Where the record goes is told by its time; gateways write that as `timeStamp`, and so is the line. */
function stored(record: GatewayRecord): AzureLogRecord {
  const { category, resourceId, operationName, timeStamp } = record;
  const place = { category, resourceId, operationName, time: timeStamp, properties: {} };
  return Object.assign(place, { toJSON: () => record });
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, POLL_MILLISECONDS);
    signal.addEventListener('abort', done);
  });
}
