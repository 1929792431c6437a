import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, type EndpointProcess, serveEndpoint } from '../support/endpoint-process.ts';
import { executable, sallyport } from './run-sallyport.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-endpoint-'));
const running: EndpointProcess[] = [];
const serve = async (name: string, ...args: string[]) => {
  const endpoint = await serveEndpoint(join(folder, name), ...args);
  running.push(endpoint);
  return endpoint;
};

afterAll(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  rmSync(folder, { recursive: true, force: true });
});

const group = ({ subscription }: EndpointProcess, name: string) =>
  `/subscriptions/${subscription}/resourceGroups/${name}`;
const address = (endpoint: EndpointProcess, name: string) =>
  `${group(endpoint, 'rg')}/providers/Microsoft.Network/publicIPAddresses/${name}`;
const BODY = JSON.stringify({
  location: 'eastus',
  sku: { name: 'Standard' },
  properties: { publicIPAllocationMethod: 'Static' },
});

describe('the endpoint as a process', () => {
  it('is for its owner alone, and Ctrl-C ends it cleanly', async () => {
    const endpoint = await serve('private');
    const directory = join(folder, 'private');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    expect(files.map((one) => one.name)).toEqual(
      expect.arrayContaining([
        'ca.pem',
        'server-key.pem',
        'state.db',
        'endpoint.json',
        'clouds.config',
        'config',
        'azureProfile.json',
        'service_principal_entries.json',
      ]),
    );
    const open = files.filter(
      (one) => (statSync(join(one.parentPath, one.name)).mode & 0o077) !== 0,
    );
    expect(open.map((one) => one.name)).toEqual([]);
    expect(endpoint.exports).toContain(`export AZURE_CONFIG_DIR='${join(directory, 'azure')}'\n`);
    expect(endpoint.exports).toContain(
      `export ARM_METADATA_HOSTNAME='localhost:${endpoint.port}'\n`,
    );
    const other = sallyport(['rehearse', 'serve', '--directory', directory]);
    expect(other.code).toBe(3);
    expect(other.err).toContain('rehearse/running');
    endpoint.child.kill('SIGINT');
    expect(await endpoint.ended).toBe(0);
    expect(existsSync(join(directory, 'state.db.pid'))).toBe(false);
  });

  it('survives SIGKILL at any moment: what was answered is there, and nothing is half there', {
    timeout: 120_000,
  }, async () => {
    const acknowledged = new Set<string>();
    let endpoint = await serve('killed');
    const { port } = endpoint;
    await ask(
      endpoint,
      'PUT',
      `${group(endpoint, 'rg')}?api-version=2024-11-01`,
      '{"location":"eastus"}',
    );
    for (let round = 0; round < 3; round += 1) {
      let isKilled = false;
      const busy = Array.from({ length: 4 }, async (_, worker) => {
        for (let number = 0; !isKilled; number += 1) {
          const name = `ip-${round}-${worker}-${number}`;
          const told = await ask(endpoint, 'PUT', address(endpoint, name), BODY).catch(
            () => undefined,
          );
          if (told?.status === 201) acknowledged.add(name);
        }
      });
      // In the middle of the work, at another moment each time.
      const enough = acknowledged.size + 20 + 7 * round;
      while (acknowledged.size < enough) await new Promise((done) => setTimeout(done, 1 + round));
      endpoint.child.kill('SIGKILL');
      await endpoint.ended;
      isKilled = true;
      await Promise.all(busy);
      endpoint = await serve('killed');
      const listed = await ask(
        endpoint,
        'GET',
        `${group(endpoint, 'rg')}/providers/Microsoft.Network/publicIPAddresses`,
      );
      const found = (
        JSON.parse(listed.text) as { value: { name: string; properties: { ipAddress: string } }[] }
      ).value;
      const names = new Set(found.map((one) => one.name));
      expect([...acknowledged].filter((name) => !names.has(name))).toEqual([]);
      expect(found.every((one) => /^20\.\d+\.\d+\.\d+$/.test(one.properties.ipAddress))).toBe(true);
      expect(new Set(found.map((one) => one.properties.ipAddress)).size).toBe(found.length);
    }
    expect(acknowledged.size).toBeGreaterThan(50);
    // The same port and the same certificate: variables that were exported before go on working.
    expect(endpoint.port).toBe(port);
  });

  it('status, export and reset reach the running endpoint, and what it left', async () => {
    const endpoint = await serve('asked');
    const directory = join(folder, 'asked');
    await ask(endpoint, 'PUT', group(endpoint, 'rg'), '{"location":"eastus"}');
    await ask(endpoint, 'PUT', address(endpoint, 'ip'), BODY);
    await ask(
      endpoint,
      'PUT',
      `${group(endpoint, 'rg')}/providers/Contoso.Things/widgets/w`,
      '{"location":"eastus"}',
    );
    const status = () =>
      JSON.parse(
        sallyport(['rehearse', 'status', '--format', 'json', '--directory', directory]).out,
      ) as Record<string, unknown>;
    const expected = {
      resources: {
        'Contoso.Things/widgets': 1,
        'Microsoft.Network/publicIPAddresses': 1,
        'Microsoft.Resources/resourceGroups': 1,
      },
      notModelled: { 'Contoso.Things/widgets': 1 },
    };
    expect(status()).toMatchObject({ ...expected, isRunning: true });
    const nobody = await ask(endpoint, 'GET', '/_sallyport/export');
    expect(nobody.status).toBe(403);
    endpoint.child.kill('SIGTERM');
    await endpoint.ended;
    expect(status()).toMatchObject({ ...expected, isRunning: false });
    const file = join(folder, 'recorded.json');
    expect(sallyport(['rehearse', 'export', '--directory', directory, '-o', file]).code).toBe(0);
    const imported = JSON.parse(sallyport(['import', file, '--format', 'json']).out) as {
      resources: { id: string }[];
    };
    expect(JSON.stringify(imported.resources)).toContain('publicIPAddresses/ip');
    expect(sallyport(['rehearse', 'reset', '--directory', directory]).code).toBe(0);
    expect(status()).toMatchObject({ isRunning: false, resources: {} });
  });

  it('a state that is no database is told, and a reset mends it', () => {
    const directory = join(folder, 'broken');
    expect(sallyport(['rehearse', '--directory', directory, '--no-check', '--', 'true']).code).toBe(
      2,
    );
    writeFileSync(
      join(directory, 'state.db'),
      'this is not a database, however long it is looked at'.repeat(100),
    );
    const broken = sallyport(['rehearse', '--directory', directory, '--', 'true']);
    expect(broken.err).toContain('rehearse/state');
    expect(broken.code).toBe(3);
    expect(sallyport(['rehearse', 'reset', '--directory', directory]).code).toBe(0);
    expect(sallyport(['rehearse', '--directory', directory, '--no-check', '--', 'true']).code).toBe(
      2,
    );
  });
});

describe('directories that are not for a rehearsal', () => {
  it.each([
    ['the configuration of the person’s own CLI', (home: string) => join(home, '.azure')],
    ['a folder in it', (home: string) => join(home, '.azure', 'rehearsal')],
    ['the folder around it', (home: string) => home],
    ['a folder that holds something else', (home: string) => join(home, 'documents')],
  ])('%s is refused', (_, choose) => {
    const home = mkdtempSync(join(folder, 'home-'));
    mkdirSync(join(home, '.azure'));
    mkdirSync(join(home, 'documents'));
    writeFileSync(join(home, 'documents', 'letter.txt'), 'dear all');
    const { code, err } = sallyport(['rehearse', '--directory', choose(home), '--', 'true'], {
      env: { HOME: home },
    });
    expect(code).toBe(3);
    expect(err).toContain('rehearse/directory');
    expect(readdirSync(join(home, '.azure'))).toEqual([]);
  });

  it('a configuration directory chosen by a variable is refused too', () => {
    const own = mkdtempSync(join(folder, 'own-'));
    const { code, err } = sallyport(['rehearse', '--directory', own, '--', 'true'], {
      env: { AZURE_CONFIG_DIR: own },
    });
    expect([code, err]).toEqual([3, expect.stringContaining('rehearse/directory')]);
  });
});

describe('scripts without az', () => {
  const rehearse = (...args: string[]) =>
    sallyport(['rehearse', '--directory', join(folder, 'scripts'), ...args]);

  it('no script, and a script that is not there', () => {
    expect(rehearse()).toMatchObject({
      code: 2,
      err: expect.stringContaining('no script was named'),
    });
    expect(rehearse('--', join(folder, 'no-such.sh'))).toMatchObject({
      code: 3,
      err: expect.stringContaining('rehearse/script'),
    });
  });

  it('a script that fails makes the rehearsal fail, and its output is seen', () => {
    const file = join(folder, 'fails.sh');
    writeFileSync(file, 'echo to out; echo to err >&2; no-such-program; exit 7\n');
    const { code, out, err } = rehearse('--', 'bash', file);
    expect(code).toBe(1);
    expect(out).toContain('to out\n');
    expect(err).toContain('to err\n');
    expect(out).toContain('failed with exit code 7');
  });

  it('Ctrl-C ends the script, then the endpoint, and gives the directory back', async () => {
    const directory = join(folder, 'interrupted');
    const file = join(folder, 'waits.sh');
    writeFileSync(file, 'echo started; sleep 60; echo never\n');
    const child = spawn(
      process.execPath,
      [executable, 'rehearse', '--directory', directory, '--no-check', '--', 'bash', file],
      // A group of its own, as a terminal gives it: the signal reaches all of it.
      { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    );
    let out = '';
    await new Promise<void>((done) => {
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString('utf8');
        if (out.includes('started')) done();
      });
    });
    process.kill(-(child.pid ?? 0), 'SIGINT');
    const code = await new Promise((done) => child.once('exit', done));
    expect(code).toBe(1);
    expect(out).not.toContain('never');
    expect(existsSync(join(directory, 'state.db.pid'))).toBe(false);
    expect(existsSync(join(directory, 'state.db.lock'))).toBe(false);
  });

  it('a script gets variables that lead here, and none of the person’s own that lead away', () => {
    const file = join(folder, 'env.sh');
    writeFileSync(file, '#!/bin/sh\nenv | grep -E "^(AZURE|ARM|REQUESTS|IDENTITY)_" | sort\n');
    chmodSync(file, 0o755);
    const { out } = sallyport(['rehearse', '--directory', join(folder, 'scripts'), '--', file], {
      env: {
        AZURE_CLIENT_SECRET: 'the real one',
        AZURE_FEDERATED_TOKEN_FILE: '/run/token',
        IDENTITY_ENDPOINT: 'http://169.254.169.254',
      },
    });
    expect(out).toContain(`AZURE_CONFIG_DIR=${join(folder, 'scripts', 'azure')}`);
    expect(out).toContain('ARM_METADATA_HOSTNAME=localhost:');
    expect(out).not.toMatch(/the real one|FEDERATED|IDENTITY_ENDPOINT/);
  });
});

describe('what does not belong on the wire', () => {
  it('every answer is JSON in the shape of ARM, and the endpoint lives on', {
    timeout: 60_000,
  }, async () => {
    const endpoint = await serve('hostile');
    const rg = group(endpoint, 'rg');
    await ask(endpoint, 'PUT', rg, '{"location":"eastus"}');
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const cases: readonly (readonly [
      string,
      string,
      (string | Buffer | undefined)?,
      Readonly<Record<string, string>>?,
    ])[] = [
      ['GET', '/'],
      ['GET', '/favicon.ico'],
      ['GET', '/subscriptions/not-a-guid/resourceGroups'],
      ['GET', `${rg}/providers/Microsoft.Network/virtualNetworks/none`],
      ['GET', `${rg}/providers/../../../etc/passwd`],
      ['GET', `${rg}/providers/%2e%2e/x`],
      ['GET', `${rg}/providers/%zz`],
      ['GET', `${rg}/providers/Microsoft.Network/virtualNetworks/${'a'.repeat(5_000)}`],
      ['GET', `${rg}/providers/Microsoft.Network/virtualNetworks/%00`],
      ['GET', `/${'providers/'.repeat(700)}`],
      ['DELETE', '/subscriptions'],
      ['TRACE', rg],
      ['PUT', address(endpoint, 'a'), ''],
      ['PUT', address(endpoint, 'a'), '{'],
      ['PUT', address(endpoint, 'a'), '[]'],
      ['PUT', address(endpoint, 'a'), '"text"'],
      ['PUT', address(endpoint, 'a'), deep],
      ['PUT', address(endpoint, 'a'), Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
      ['PUT', address(endpoint, 'a'), 'x'.repeat(9 * 1024 * 1024)],
      ['PUT', address(endpoint, 'a'), '{"location":7,"properties":[]}'],
      ['PUT', address(endpoint, 'a'), BODY, { 'content-encoding': 'gzip' }],
      [
        'PUT',
        `${rg}/providers/Microsoft.Network/virtualNetworks/v`,
        '{"location":"eastus","properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]},"subnets":"none"}}',
      ],
      [
        'PUT',
        `${rg}/providers/Microsoft.Network/virtualNetworks/v`,
        '{"location":"eastus","properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]},"subnets":[{"name":"../x"}]}}',
      ],
      ['PATCH', address(endpoint, 'none'), '{"tags":{}}'],
      ['POST', `${address(endpoint, 'none')}/explode`, '{}'],
      ['GET', rg, undefined, { host: 'management.azure.com' }],
      ['GET', rg, undefined, { origin: 'https://example.com' }],
      ['GET', rg, undefined, { authorization: '' }],
      [
        'POST',
        '/providers/Microsoft.ResourceGraph/resources',
        '{"query":"resources | evaluate x"}',
      ],
      ['GET', '/graph/v1.0/servicePrincipals/none'],
    ];
    for (const [method, path, body, headers] of cases) {
      const what = `${method} ${path.slice(0, 120)} ${String(body ?? '').slice(0, 40)}`;
      // A body over the limit may be answered before it is sent to its end.
      const told = await ask(endpoint, method, path, body, headers).catch(
        (error: NodeJS.ErrnoException) => error,
      );
      if (told instanceof Error) {
        expect(told.code, what).toMatch(/EPIPE|ECONNRESET/);
        continue;
      }
      expect(told.status, what).toBeGreaterThanOrEqual(400);
      expect(told.status, what).not.toBe(500);
      expect(told.headers['content-type'], what).toBe('application/json; charset=utf-8');
      const { error } = JSON.parse(told.text) as { error: { code: string; message: string } };
      expect([typeof error.code, typeof error.message], what).toEqual(['string', 'string']);
      expect(told.text, what).not.toMatch(/\bat .*\.(?:ts|js):\d+|node_modules/);
    }
    expect((await ask(endpoint, 'GET', rg)).status).toBe(200);
  });

  it('plain HTTP, noise and half a request get no further', async () => {
    const endpoint = running.at(-1)!;
    const plain = await new Promise<string>((done) => {
      const asked = request({ host: 'localhost', port: endpoint.port, path: '/' }, () =>
        done('answered'),
      );
      asked.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? ''));
      asked.end();
    });
    expect(plain).not.toBe('answered');
    await new Promise<void>((done) => {
      const socket = connect(endpoint.port, '127.0.0.1', () =>
        socket.write(Buffer.alloc(2_000, 0x41)),
      );
      socket.on('close', () => done());
      socket.on('error', () => done());
    });
    expect((await ask(endpoint, 'GET', group(endpoint, 'rg'))).status).toBe(200);
  });

  it('names that look like parts of JavaScript are names', async () => {
    const endpoint = running.at(-1)!;
    const id = `${group(endpoint, 'rg')}/providers/Contoso.Things/widgets/__proto__`;
    const body =
      '{"location":"eastus","tags":{"__proto__":"x","constructor":"y"},"properties":{"__proto__":{"polluted":true},"toString":1}}';
    expect((await ask(endpoint, 'PUT', id, body)).status).toBe(201);
    const patched = await ask(endpoint, 'PATCH', id, '{"properties":{"__proto__":{"more":1}}}');
    expect(patched.status).toBe(200);
    expect(patched.text).toContain('"__proto__":{"polluted":true,"more":1}');
    expect((await ask(endpoint, 'GET', group(endpoint, 'constructor'))).status).toBe(404);
  });
});
