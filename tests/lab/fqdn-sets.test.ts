import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reloadAppliance } from '../../src/nva/dns-proxy/commands.ts';
import { FqdnSets, type SetContent } from '../../src/nva/dns-proxy/fqdn-sets.ts';
import { KernelRelay } from '../../src/nva/dns-proxy/kernel-relay.ts';
import { readKernelSets } from '../../src/nva/dns-proxy/kernel-sets.ts';
import { wireName } from '../../src/nva/dns-proxy/query.ts';
import { reloadRules } from '../../src/nva/dns-proxy/reload.ts';
import { labReady, notRun } from '../support/lab-ready.ts';

/** Sets of names in a real kernel: what is committed is there, and what cannot be is told. */

const ready = labReady();
const CONTENT: SetContent = {
  table: 'inet names',
  sets: [
    { fqdn: 'a.example', set: 'roomy' },
    { fqdn: 'b.example', set: 'roomy' },
    { fqdn: 'c.example', set: 'narrow' },
  ],
};
const rules = (...sets: readonly (readonly [string, number])[]) =>
  [
    'add table inet names',
    'delete table inet names',
    'table inet names {',
    ...sets.map(
      ([name, size]) =>
        `  set ${name} { type ipv4_addr; flags timeout; timeout 15m; size ${size}; }`,
    ),
    '}',
    '',
  ].join('\n');

describe.skipIf(!ready.ok)(`sets of names${notRun(ready)}`, () => {
  const namespace = `sp-fqdn${process.pid}`;
  let folder = '';
  let nft = '';
  let perl = '';
  const relays: KernelRelay[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-fqdn-'));
    spawnSync('ip', ['netns', 'add', namespace]);
    const inside = (program: string) => {
      const path = join(folder, program);
      const script = `#!/bin/sh\nexec ip netns exec ${namespace} ${program} "$@"\n`;
      writeFileSync(path, script, { mode: 0o755 });
      return path;
    };
    nft = inside('nft');
    perl = inside('perl');
  });
  afterEach(() => {
    for (const relay of relays.splice(0)) relay.close();
  });
  afterAll(() => {
    spawnSync('ip', ['netns', 'del', namespace]);
    rmSync(folder, { recursive: true, force: true });
  });

  const load = (text: string) =>
    expect(spawnSync(nft, ['-f', '-'], { input: text, encoding: 'utf8' }).stderr).toBe('');
  const held = async (...sets: string[]) => {
    const elements = await readKernelSets(nft, 'inet names', new Set(sets));
    return new Map(
      elements.map(({ set, address, secondsLeft }) => [`${set} ${address}`, secondsLeft]),
    );
  };

  function open(content = CONTENT): { sets: FqdnSets; relay: KernelRelay } {
    load(rules(['roomy', 1000], ['narrow', 2]));
    const relay: KernelRelay = new KernelRelay(perl, () => sets.restore());
    const sets = new FqdnSets(relay, content, 900);
    relays.push(relay);
    return { sets, relay };
  }

  /** As the resolver waits for it. */
  const commit = (sets: FqdnSets, name: string, addresses: readonly string[], seconds = 60) =>
    new Promise<boolean>((resolve) => {
      if (sets.commit(wireName(name), addresses, seconds, resolve)) resolve(true);
    });

  it('hold an address once it is committed, for 15 minutes and the grace of a connection', async () => {
    const { sets } = open();
    expect(await commit(sets, 'a.example', ['192.0.2.1'])).toBe(true);
    const left = (await held('roomy')).get('roomy 192.0.2.1')!;
    expect(left).toBeGreaterThan(900);
    expect(left).toBeLessThanOrEqual(915);
  });

  it('keep an address as long as an answer may be used: a longer life extends it', async () => {
    const { sets } = open();
    await commit(sets, 'a.example', ['192.0.2.1']);
    await commit(sets, 'b.example', ['192.0.2.1'], 3600);
    // The shorter life of the other name does not cut it.
    await commit(sets, 'a.example', ['192.0.2.1', '192.0.2.2']);
    const left = await held('roomy');
    expect(left.get('roomy 192.0.2.1')).toBeGreaterThan(3600);
    expect(left.get('roomy 192.0.2.2')).toBeLessThanOrEqual(915);
  });

  it('that are full refuse, and only the name that needs them', async () => {
    const { sets } = open();
    const [full, other] = await Promise.all([
      commit(sets, 'c.example', ['192.0.2.1', '192.0.2.2', '192.0.2.3']),
      commit(sets, 'a.example', ['192.0.2.4']),
    ]);
    expect([full, other]).toEqual([false, true]);
    expect([...(await held('roomy', 'narrow')).keys()]).toEqual(['roomy 192.0.2.4']);
  });

  it('that are gone refuse, and take addresses again once they are back', async () => {
    const { sets } = open();
    await commit(sets, 'a.example', ['192.0.2.1']);
    spawnSync(nft, ['delete', 'table', 'inet', 'names']);
    expect(await commit(sets, 'a.example', ['192.0.2.2'])).toBe(false);
    load(rules(['roomy', 1000], ['narrow', 2]));
    sets.restore();
    expect(await commit(sets, 'b.example', ['192.0.2.3'])).toBe(true);
    expect((await held('roomy')).size).toBe(3);
  });

  it('are written by hundreds at once, each before it is told', async () => {
    const { sets } = open({
      table: 'inet names',
      sets: Array.from({ length: 600 }, (_, index) => ({
        fqdn: `n${index}.example`,
        set: 'roomy',
      })),
    });
    const all = await Promise.all(
      Array.from({ length: 600 }, (_, index) =>
        commit(sets, `n${index}.example`, [`198.18.${index >> 8}.${index & 255}`]),
      ),
    );
    expect(all.every((isCommitted) => isCommitted)).toBe(true);
    expect((await held('roomy')).size).toBe(600);
  });

  it('refuse while nothing passes them to the kernel, and hold what is remembered once it is started again', async () => {
    const { sets, relay } = open();
    await commit(sets, 'a.example', ['192.0.2.1']);
    process.kill(relay.processId!, 'SIGKILL');
    expect(await commit(sets, 'a.example', ['192.0.2.9'])).toBe(false);
    for (let wait = 0; wait < 50 && !relay.isRunning; wait += 1) await pause(100);
    for (let wait = 0; wait < 50 && !(await held('roomy')).has('roomy 192.0.2.9'); wait += 1) {
      await pause(100);
    }
    expect([...(await held('roomy')).keys()].sort()).toEqual([
      'roomy 192.0.2.1',
      'roomy 192.0.2.9',
    ]);
  });

  it('are carried over a reload without a running proxy, whatever they are called afterwards', async () => {
    const { sets } = open();
    await commit(sets, 'a.example', ['192.0.2.1'], 3600);
    await commit(sets, 'c.example', ['192.0.2.3']);
    const next = join(folder, 'next.nft');
    writeFileSync(next, rules(['other', 1000]));
    const program = (content: object) => ({
      upstream: [{ address: '192.0.2.53', port: 53 }],
      nft,
      ...content,
    });
    await reloadAppliance(
      program(CONTENT),
      next,
      program({ table: 'inet names', sets: [{ fqdn: 'a.example', set: 'other' }] }),
    );
    const left = await held('other', 'roomy', 'narrow');
    expect([...left.keys()]).toEqual(['other 192.0.2.1']);
    expect(left.get('other 192.0.2.1')).toBeGreaterThan(3500);
  });

  it('lose nothing that is committed while the rules are replaced', async () => {
    const names = Array.from({ length: 400 }, (_, index) => `n${index}.example`);
    const content = (set: string): SetContent => ({
      table: 'inet names',
      sets: names.map((fqdn) => ({ fqdn, set })),
    });
    const { sets } = open(content('roomy'));
    const next = join(folder, 'under-load.nft');
    writeFileSync(next, rules(['other', 1000]));
    const configuration = { upstream: [{ address: '192.0.2.53', port: 53 }], ...content('other') };
    const address = (index: number) => `198.18.${index >> 8}.${index & 255}`;
    const told: Promise<boolean>[] = [];
    let reply: Promise<unknown> = Promise.resolve();
    for (const [index, name] of names.entries()) {
      if (index === 150) reply = reloadRules(sets, nft, next, configuration);
      told.push(commit(sets, name, [address(index)]));
      if (index % 10 === 0) await pause(1);
    }
    expect(await reply).toEqual({ isDone: true });
    const isCommitted = await Promise.all(told);
    expect(isCommitted.filter((each) => !each)).toEqual([]);
    expect((await held('other')).size).toBe(names.length);
  });

  it('of an earlier run are kept without knowing whose they were, however many names there are', async () => {
    const names = Array.from({ length: 5_000 }, (_, index) => `n${index}.example`);
    const { sets } = open({
      table: 'inet names',
      sets: names.map((fqdn) => ({ fqdn, set: 'roomy' })),
    });
    const started = process.memoryUsage().heapUsed;
    for (let index = 0; index < 20_000; index += 1) {
      sets.adopt('roomy', `198.18.${index >> 8}.${index & 255}`, 600);
    }
    // One entry for an address and not one for each name: some 2 MB, and not 10 GB.
    expect(process.memoryUsage().heapUsed - started).toBeLessThan(100e6);
    const next = { table: 'inet names', sets: [{ fqdn: 'n7.example', set: 'other' }] };
    const commands = sets.seedCommands(next);
    expect(commands.every((each) => each.startsWith('add element inet names other {'))).toBe(true);
    expect(commands.join().match(/ timeout /g)?.length).toBe(20_000);
    // A set none of whose names was known before gets none of them.
    const stranger = { table: 'inet names', sets: [{ fqdn: 'x.example', set: 'other' }] };
    expect(sets.seedCommands(stranger)).toEqual([]);
    load(rules(['roomy', 30_000]));
    sets.restore();
    expect(await commit(sets, 'n1.example', ['192.0.2.1'])).toBe(true);
    await sets.exclusively(() => Promise.resolve());
    expect((await held('roomy')).size).toBe(20_001);
  });

  it('stay as they are when the new rules are refused', async () => {
    const { sets } = open();
    await commit(sets, 'a.example', ['192.0.2.1']);
    const next = join(folder, 'broken.nft');
    writeFileSync(next, 'table inet names {');
    const program = { upstream: [{ address: '192.0.2.53', port: 53 }], nft, ...CONTENT };
    await expect(reloadAppliance(program, next, program)).rejects.toThrow(
      'the rules were not changed',
    );
    expect((await held('roomy')).size).toBe(1);
  });
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
