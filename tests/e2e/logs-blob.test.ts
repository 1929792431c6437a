import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  BlobServiceClient,
  type ContainerClient,
  generateAccountSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../../src/certificates/index.ts';
import { ingest } from '../../src/logs/ingest/index.ts';
import { blobInputs } from '../../src/logs/remote/index.ts';
import { type LogStore, openStore, storeContents } from '../../src/logs/store/index.ts';
import { type LogServices, SECRET, startLogServices } from '../support/log-services.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { sallyportBeside } from './run-beside.ts';

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

async function startAzurite(...more: readonly string[]) {
  const options = ['--blobPort', '0', '--inMemoryPersistence', '--skipApiVersionCheck'];
  const child = spawn(
    process.execPath,
    [azurite, ...options, '--disableTelemetry', '--silent', ...more],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const url = await new Promise<string>((done, fail) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const [found] = /https?:\/\/127\.0\.0\.1:[1-9]\d*/.exec(said) ?? [];
      if (found !== undefined) done(found);
    });
    child.on('exit', () => fail(new Error(said)));
  });
  return { child, endpoint: `${url}/devstoreaccount1` };
}

beforeAll(async () => {
  const started = await startAzurite();
  server = started.child;
  endpoint = started.endpoint;
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

function connection(key: string, at = endpoint): string {
  return `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${key};BlobEndpoint=${at};`;
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

describe('sallyport logs ingest of an account', () => {
  const logs = (...args: readonly string[]) =>
    sallyportBeside(['logs', ...args], {
      cwd: folder.path,
      env: { LOGS_ACCOUNT: account, WRONG_ACCOUNT: connection(`x${KEY.slice(1)}`) },
    });

  it('--storage-from reads what the variable leads to, once, and shows nothing of it', async () => {
    const words = ['ingest', '--storage-from', 'LOGS_ACCOUNT', '--store', 'cli.duckdb'];
    const first = await logs(...words);
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.out).toMatch(/^20,003 new records from \d files/);
    const again = await logs(...words, '--format', 'json');
    expect(JSON.parse(again.out)).toMatchObject({ records: 0, filesUnchanged: 3, bytes: 0 });
    const { out } = await logs('top', 'addresses', '--store', 'cli.duckdb', '--format', 'csv');
    expect(out).toContain('192.0.2.1,20003,20003,1');
    expect(first.out + first.err + again.out + again.err).not.toContain(KEY.slice(0, 20));
  }, 60_000);

  it('a key that is refused ends with 3, and is not shown', async () => {
    const ran = await logs('ingest', '--storage-from', 'WRONG_ACCOUNT', '--store', 'no.duckdb');
    expect([ran.code, ran.out]).toEqual([3, '']);
    expect(ran.err).toContain('cannot be read (AuthorizationFailure)');
    expect(ran.err).not.toContain(KEY.slice(1, 20));
  }, 60_000);
});

describe('an account by its address, with the sign-in of an application', () => {
  let services: LogServices;
  let secured: { readonly child: ChildProcess; readonly endpoint: string };
  beforeAll(async () => {
    services = await startLogServices();
    const { ca, certificate, key } = makeCertificates(new Date());
    const files = {
      cert: folder.write('cert.pem', certificate),
      key: folder.write('key.pem', key),
    };
    folder.write('ca.pem', `${ca}${services.ca}`);
    secured = await startAzurite(...['--cert', files.cert, '--key', files.key, '--oauth', 'basic']);
    // The client hands on what its type does not name.
    const service = BlobServiceClient.fromConnectionString(connection(KEY, secured.endpoint), {
      tlsOptions: { ca },
    } as never);
    const container = service.getContainerClient('insights-logs-azfwnetworkrule');
    await container.create();
    await container.getBlockBlobClient(hour(9)).uploadData(Buffer.from(line(1) + line(2)));
  }, 60_000);
  afterAll(async () => {
    secured?.child.kill('SIGKILL');
    await services?.close();
  });
  const logs = (secret: string, ...args: readonly string[]) =>
    sallyportBeside(['logs', ...args], {
      cwd: folder.path,
      env: {
        HOME: folder.path,
        NODE_EXTRA_CA_CERTS: join(folder.path, 'ca.pem'),
        AZURE_AUTHORITY_HOST: services.url,
        AZURE_ACCESS_TOKEN: '',
        AZURE_TENANT_ID: 'tenant',
        AZURE_CLIENT_ID: 'the-application',
        AZURE_CLIENT_SECRET: secret,
      },
    });

  it('is asked with a token for storage', async () => {
    const ran = await logs(SECRET, 'denied', secured.endpoint, '--format', 'json');
    expect([ran.err, ran.code]).toEqual(['', 0]);
    expect(JSON.parse(ran.out).tables.unknown).toMatchObject([{ target: '192.0.2.1', records: 2 }]);
    expect(services.signIns.splice(0)).toEqual([
      'the-application https://storage.azure.com/.default',
    ]);
    expect(ran.out + ran.err).not.toContain(SECRET);
  }, 60_000);

  it('without one it says so, in the words of the authority', async () => {
    const ran = await logs('d3Jvbmc', 'denied', secured.endpoint);
    expect([ran.code, ran.out]).toEqual([3, '']);
    expect(ran.err).toContain('error[live/sign-in] no sign-in');
    expect(ran.err).toContain('AADSTS7000215');
    expect(ran.err).not.toContain('d3Jvbmc');
    expect(services.signIns.splice(0)).toHaveLength(1);
  }, 60_000);

  it('a signature in the address is used and never shown', async () => {
    const credential = new StorageSharedKeyCredential('devstoreaccount1', KEY);
    const signature = generateAccountSASQueryParameters(
      {
        expiresOn: new Date(Date.now() + 3_600_000),
        permissions: AccountSASPermissions.parse('rl'),
        resourceTypes: AccountSASResourceTypes.parse('sco').toString(),
        services: AccountSASServices.parse('b').toString(),
      },
      credential,
    ).toString();
    const url = `${secured.endpoint}?${signature}`;
    const ran = await logs(SECRET, 'top', 'ports', url, '--format', 'json');
    expect([ran.err, ran.code]).toEqual(['', 0]);
    expect(JSON.parse(ran.out).scope[0]).toBe(secured.endpoint);
    const wrong = await logs(SECRET, 'top', 'ports', url.replace(/sig=[^&]{6}/, 'sig=AAAAAA'));
    expect(wrong.code).toBe(3);
    for (const { out, err } of [ran, wrong]) expect(out + err).not.toMatch(/sig=|se=20/);
    expect(services.signIns).toEqual([]);
  }, 60_000);
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
