import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest } from '../../src/logs/ingest/index.ts';
import { blobInputs } from '../../src/logs/remote/index.ts';
import { type LogStore, openStore, storeContents } from '../../src/logs/store/index.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/** Logs in a storage account: Azurite is the server, with the account and key that everybody knows. */

const KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const FIREWALL = 'resourceId=/SUBSCRIPTIONS/A/AZUREFIREWALLS/FW';
const azurite = join(
  createRequire(import.meta.url).resolve('azurite/package.json'),
  '../dist/src/blob/main.js',
);
let server: ChildProcess;
let account: string;
let endpoint: string;
let folder: TemporaryFolder;
let store: LogStore;
let network: ContainerClient;

beforeAll(async () => {
  const options = [
    '--blobPort',
    '0',
    '--inMemoryPersistence',
    '--skipApiVersionCheck',
    '--disableTelemetry',
  ];
  server = spawn(process.execPath, [azurite, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  endpoint = await new Promise<string>((done, fail) => {
    let said = '';
    server.stdout!.on('data', (chunk) => {
      said += chunk;
      const [url] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(said) ?? [];
      if (url !== undefined) done(`${url}/devstoreaccount1`);
    });
    server.on('exit', () => fail(new Error(said)));
  });
  account = connection(KEY);
  folder = temporaryFolder();
  store = await openStore(join(folder.path, 'logs.duckdb'), { mode: 'write' });
  const service = BlobServiceClient.fromConnectionString(account);
  network = service.getContainerClient('insights-logs-azfwnetworkrule');
  await network.create();
  const other = service.getContainerClient('pictures');
  await other.create();
  await other.getBlockBlobClient('a.json').uploadData(Buffer.from(line(59)));
}, 60_000);
afterAll(() => {
  store?.close();
  folder?.remove();
  server?.kill('SIGKILL');
});

function connection(key: string): string {
  return `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${key};BlobEndpoint=${endpoint};`;
}

function hour(of: number): string {
  return `${FIREWALL}/y=2026/m=03/d=04/h=${String(of).padStart(2, '0')}/m=00/PT1H.json`;
}

function line(second: number): string {
  const time = new Date(Date.UTC(2026, 2, 4, 10, 0, second)).toISOString();
  const properties = {
    Protocol: 'TCP',
    SourceIp: '10.42.1.7',
    SourcePort: 4,
    DestinationIp: '192.0.2.1',
    Action: 'Deny',
  };
  return `${JSON.stringify({ category: 'AZFWNetworkRule', time, resourceId: '/SUBSCRIPTIONS/A', properties })}\n`;
}

async function read(options = {}) {
  const { value, diagnostics } = await blobInputs({ connectionString: account }, options);
  expect(diagnostics).toEqual([]);
  return { inputs: value, report: await ingest(store, value) };
}

describe('logs in a storage account', () => {
  it('are found in the containers of diagnostic settings, and an append blob is followed as it grows', async () => {
    const blob = network.getAppendBlobClient(hour(10));
    await blob.create();
    await blob.appendBlock(line(1) + line(2), Buffer.byteLength(line(1) + line(2)));
    const first = await read();
    expect(first.inputs.map(({ name }) => name)).toEqual([
      `devstoreaccount1/insights-logs-azfwnetworkrule/${hour(10)}`,
    ]);
    expect(first.report).toMatchObject({ files: 1, records: 2 });
    expect((await read()).report).toMatchObject({ filesUnchanged: 1, bytes: 0 });
    await blob.appendBlock(line(3), Buffer.byteLength(line(3)));
    expect((await read()).report).toMatchObject({
      records: 1,
      duplicates: 0,
      bytes: line(3).length,
    });
  });

  it('may be compressed, and large', async () => {
    const records = Array.from({ length: 20_000 }, (_, at) => line(100 + at)).join('');
    await network.getBlockBlobClient(hour(11)).uploadData(gzipSync(records));
    await network.getBlockBlobClient(hour(12)).uploadData(Buffer.from(records));
    expect((await read()).report).toMatchObject({ records: 20_000, duplicates: 20_000 });
  }, 30_000);

  it('can be asked for by time: hours that touch it, and what names no hour', async () => {
    await network.getBlockBlobClient('loose.json').uploadData(Buffer.from(line(50)));
    const at = (h: number, m: number) => Date.UTC(2026, 2, 4, h, m);
    const { value } = await blobInputs(
      { connectionString: account },
      { from: at(11, 30), to: at(12, 0) },
    );
    expect(value.map(({ name }) => name.split('insights-logs-azfwnetworkrule/')[1])).toEqual([
      'loose.json',
      hour(11),
    ]);
  });

  it('a blob that is gone when it is read costs itself alone', async () => {
    const { value } = await blobInputs({ connectionString: account });
    await network.getBlockBlobClient('loose.json').delete();
    const report = await ingest(store, value);
    expect(report).toMatchObject({ filesFailed: 1, filesUnchanged: 3 });
    expect(report.diagnostics).toMatchObject([{ code: 'logs/not-read', severity: 'error' }]);
    expect(report.diagnostics[0]!.message).toContain('BlobNotFound');
    expect((await storeContents(store)).byKind.network).toBe(20_003);
  });
});

describe('an account that cannot be read', () => {
  const wrong = `x${KEY.slice(1)}`;
  const said = async (account: Parameters<typeof blobInputs>[0]) => {
    try {
      await blobInputs(account);
    } catch (error) {
      return error as { code: string; message: string; hint: string };
    }
    return undefined;
  };

  it('says so, and not by which key', async () => {
    const error = await said({ connectionString: connection(wrong) });
    expect(error).toMatchObject({
      code: 'logs/account',
      message: 'the storage account `devstoreaccount1` cannot be read (AuthorizationFailure)',
      hint: 'the role `Storage Blob Data Reader` is needed',
    });
    expect(JSON.stringify(error) + String((error as unknown as Error).stack)).not.toContain(
      wrong.slice(0, 20),
    );
  });

  it('a signature in the address is not shown either', async () => {
    const signature = 'sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D';
    const error = await said({ url: `${endpoint}?sv=2024-05-04&ss=b&${signature}` });
    expect(error?.code).toBe('logs/account');
    expect(`${error?.message} ${error?.hint} ${JSON.stringify(error)}`).not.toContain('c2VjcmV0');
  });

  it('a connection string that is none is not repeated', async () => {
    const error = await said({ connectionString: 'AccountKey=geheim' });
    expect(error).toMatchObject({ code: 'logs/account' });
    expect(`${error?.message} ${JSON.stringify(error)}`).not.toContain('geheim');
  });
});
