import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DecodedPacket, decode, encode } from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Authority,
  type AuthorityReply,
  startAuthority,
} from '../../../tests/support/dns-authority.ts';
import { readDnsProxyProgram } from './configuration.ts';
import { type RunningDnsProxy, startDnsProxy } from './run.ts';
import { Upstream } from './upstream.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const record = (name: string, data = '192.0.2.1', ttl = 60) => ({ type: 'A', name, ttl, data });

async function authority(
  answer: Parameters<typeof startAuthority>[0] = (name) => [record(name)],
): Promise<Authority> {
  const started = await startAuthority(answer);
  closing.push(started.close);
  return started;
}

async function proxy(upstream: readonly object[], rest: object = {}): Promise<RunningDnsProxy> {
  const running = await startDnsProxy({
    listen: [{ address: '127.0.0.1', port: 0 }],
    upstream,
    sets: [],
    table: 'inet sallyport_fw',
    patienceMilliseconds: 150,
    ...rest,
  });
  closing.push(running.close);
  return running;
}

const message = (name: string, id = 1, extra: object = {}) =>
  Buffer.from(
    encode({
      type: 'query',
      id,
      flags: 0x0100,
      questions: [{ type: 'A', name }],
      ...extra,
    } as never),
  );

/** Bytes there, the first answer back; `undefined` after `patience` milliseconds. */
function ask(
  running: RunningDnsProxy,
  bytes: Buffer,
  patience = 6_000,
): Promise<Buffer | undefined> {
  const { address, port } = running.endpoints[0]!;
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      socket.close();
      resolve(undefined);
    }, patience);
    socket.on('message', (reply) => {
      clearTimeout(timer);
      socket.close();
      resolve(reply);
    });
    socket.send(bytes, port, address);
  });
}

const askName = async (running: RunningDnsProxy, name: string): Promise<DecodedPacket> =>
  decode((await ask(running, message(name)))!);

describe('the DNS proxy', () => {
  it('asks upstream once and answers from its cache until the life of the answer ends', async () => {
    const upstream = await authority((name) => [record(name, '192.0.2.7', 1)]);
    const running = await proxy([upstream]);
    expect(await askName(running, 'www.Example.com')).toMatchObject({
      rcode: 'NOERROR',
      flag_qr: true,
      flag_ra: true,
      questions: [{ name: 'www.Example.com' }],
      answers: [{ data: '192.0.2.7' }],
    });
    await askName(running, 'WWW.example.com');
    expect(upstream.asked.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await askName(running, 'www.example.com');
    expect(upstream.asked.length).toBe(2);
  });

  it('asks once for many clients that ask the same at a time', async () => {
    const upstream = await authority();
    const running = await proxy([upstream]);
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, id) => ask(running, message('same.example', id))),
    );
    expect(replies.map((reply) => decode(reply!).id)).toEqual(replies.map((_, id) => id));
    expect(upstream.asked.length).toBe(1);
  });

  it('turns to another upstream when one is silent or answers nonsense', async () => {
    for (const bad of [
      'silence',
      { bytes: Buffer.from('000081800001000500000000', 'hex') },
      { packet: { flags: 0x0182 } },
    ] satisfies AuthorityReply[]) {
      const [first, second] = [await authority(() => bad), await authority()];
      const running = await proxy([first, second]);
      for (const name of ['a.example', 'b.example', 'c.example', 'd.example']) {
        const reply = await askName(running, name);
        expect(reply.answers).toMatchObject([{ data: '192.0.2.1' }]);
      }
    }
  }, 30_000);

  it('answers SERVFAIL when no upstream answers, and answers again once one does', async () => {
    const upstream = await authority();
    const { port, address } = upstream;
    const running = await proxy([{ address, port }]);
    await upstream.close();
    closing.splice(closing.indexOf(upstream.close), 1);
    const started = performance.now();
    expect(await askName(running, 'down.example')).toMatchObject({ rcode: 'SERVFAIL' });
    expect(performance.now() - started).toBeLessThan(900);
    const again = await startAuthority((name) => [record(name)], address, port);
    closing.push(again.close);
    expect(await askName(running, 'up.example')).toMatchObject({ rcode: 'NOERROR' });
  }, 20_000);

  it('takes an answer by TCP when the one by UDP was cut', async () => {
    const many = (name: string) =>
      Array.from({ length: 80 }, (_, i) => record(name, `192.0.2.${i}`));
    const upstream = await authority((name, _type, transport) =>
      transport === 'udp' ? { packet: { flags: 0x0380 } } : many(name),
    );
    const running = await proxy([upstream]);
    const cut = await askName(running, 'big.example');
    expect([cut.flag_tc, cut.answers?.length]).toEqual([true, 0]);
    const whole = decode(await askByTcp(running, message('big.example')));
    expect(whole.answers?.length).toBe(80);
  });

  it('does not believe an answer by UDP that spells the name otherwise, and asks by TCP', async () => {
    const name = 'spelling-is-a-nonce-of-many-letters.example';
    const upstream = await authority((asked, _type, transport) =>
      transport === 'udp'
        ? { lowerCase: true, answers: [record(asked, '203.0.113.66')] }
        : [record(asked, '192.0.2.9')],
    );
    const running = await proxy([upstream]);
    expect((await askName(running, name)).answers).toMatchObject([{ data: '192.0.2.9' }]);
    expect(upstream.asked[0]!.questions![0]!.name).not.toBe(name);
  });

  it('ignores answers to another question and waits for the true one', async () => {
    const upstream = await authority((name) =>
      name === 'victim.example'
        ? { packet: { questions: [{ type: 'A', name: 'attacker.example' }], answers: [] } }
        : [record(name)],
    );
    const running = await proxy([upstream]);
    expect(await askName(running, 'victim.example')).toMatchObject({ rcode: 'SERVFAIL' });
    expect(await askName(running, 'other.example')).toMatchObject({ rcode: 'NOERROR' });
  }, 20_000);

  it('asks from ports that change: of some thousand questions none stays with one', async () => {
    const ports = new Map<number, number>();
    const server = createSocket('udp4');
    closing.push(() => void server.close());
    server.on('message', (bytes, from) => {
      ports.set(from.port, (ports.get(from.port) ?? 0) + 1);
      const reply = Buffer.from(bytes);
      reply.writeUInt16BE(0x8180, 2);
      server.send(reply, from.port, from.address);
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const upstream = new Upstream({ address: '127.0.0.1', port: server.address().port });
    closing.push(() => upstream.close());
    const bytes = message('port.example');
    const one = () =>
      new Promise<string>((resolve) => {
        upstream.ask(Buffer.from(bytes), bytes.length, 5_000, ({ kind }) => resolve(kind));
      });
    const kinds = new Set<string>();
    for (let round = 0; round < 300; round += 1) {
      for (const kind of await Promise.all(Array.from({ length: 40 }, one))) kinds.add(kind);
    }
    expect([...kinds]).toEqual(['answer']);
    // 12,000 questions, at most 2,000 from each port; and not a port for each question.
    expect(ports.size).toBeGreaterThanOrEqual(6);
    expect(ports.size).toBeLessThan(24);
    expect(Math.max(...ports.values())).toBeLessThanOrEqual(2_000);
  }, 20_000);

  it('passes a name that does not exist on, and remembers it no longer than its SOA says', async () => {
    const soa = {
      mname: 'ns.example',
      rname: 'a.example',
      serial: 1,
      refresh: 1,
      retry: 1,
      expire: 1,
    };
    const upstream = await authority(() => ({
      packet: {
        flags: 0x0183,
        authorities: [{ type: 'SOA', name: 'example', ttl: 1, data: { ...soa, minimum: 900 } }],
      },
    }));
    const running = await proxy([upstream]);
    expect(await askName(running, 'none.example')).toMatchObject({ rcode: 'NXDOMAIN' });
    expect(await askName(running, 'none.example')).toMatchObject({ rcode: 'NXDOMAIN' });
    expect(upstream.asked.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await askName(running, 'none.example');
    expect(upstream.asked.length).toBe(2);
  });

  it('answers malformed questions with FORMERR or not at all, and goes on', async () => {
    const upstream = await authority();
    const running = await proxy([upstream]);
    expect(await ask(running, Buffer.from([1, 2, 3]), 200)).toBeUndefined();
    const cut = message('cut.example').subarray(0, 18);
    expect(decode((await ask(running, Buffer.from(cut)))!)).toMatchObject({ rcode: 'FORMERR' });
    expect(await askName(running, 'fine.example')).toMatchObject({ rcode: 'NOERROR' });
  });

  it('has a bound for questions under way: what is beyond fails at once', async () => {
    const upstream = await authority(() => 'silence');
    const running = await proxy([upstream], { outstandingMax: 5 });
    const waiting = Array.from({ length: 5 }, (_, id) =>
      ask(running, message(`w${id}.example`, id)),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = performance.now();
    const sixth = await ask(running, message('sixth.example', 6));
    expect(decode(sixth!)).toMatchObject({ id: 6, rcode: 'SERVFAIL' });
    expect(performance.now() - started).toBeLessThan(300);
    await Promise.all(waiting);
  }, 20_000);

  it('serves several questions on one connection, and closes one that sends rubbish lengths', async () => {
    const upstream = await authority();
    const running = await proxy([upstream]);
    const replies = await askSeveralByTcp(
      running,
      [1, 2, 3].map((id) => message(`t${id}.example`, id)),
    );
    expect(replies.map((reply) => decode(reply).id).sort()).toEqual([1, 2, 3]);
  });

  it('writes one line for each question, with what Azure logs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-dns-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    const events = join(folder, 'dns.jsonl');
    const upstream = await authority();
    const running = await proxy([upstream], { events });
    await askName(running, 'Logged.example');
    await running.close();
    closing.splice(closing.indexOf(running.close), 1);
    const [event] = readFileSync(events, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(event).toMatchObject({
      cat: 'dns',
      src: '127.0.0.1',
      id: 1,
      type: 'A',
      class: 'IN',
      name: 'logged.example.',
      proto: 'udp',
      size: 32,
      do: false,
      bufsize: 512,
      rcode: 'NOERROR',
      flags: 'qr,rd,ra',
      // 12 header + 20 question + 16 name + 10 + 4 of data; dns-packet does not compress.
      rsize: 62,
    });
  });

  it.each([
    [{ upstream: [] }, '`upstream` is empty'],
    [{ sets: [{ fqdn: '*.x.example', set: 'a' }] }, '`sets[0].fqdn` is no exact domain name'],
    [
      { sets: [{ fqdn: 'x.example', set: 'a; flush ruleset' }] },
      '`sets[0].set` is no name as nftables takes it',
    ],
    [{ table: 'inet a b' }, '`table` is no table of nftables, as `inet sallyport_fw`'],
    [{ listen: [{ address: 'localhost', port: 53 }] }, '`listen[0].address` is no address'],
    [{ outstandingMax: 0 }, '`outstandingMax` is no whole number from 1 to 60000'],
  ])('refuses the configuration %o', (change, why) => {
    const base = { upstream: [{ address: '192.0.2.53', port: 53 }], sets: [], table: 'inet t' };
    expect(() => readDnsProxyProgram({ ...base, ...change })).toThrow(why);
  });
});

const askByTcp = async (running: RunningDnsProxy, bytes: Buffer) =>
  (await askSeveralByTcp(running, [bytes]))[0]!;

function askSeveralByTcp(running: RunningDnsProxy, messages: readonly Buffer[]): Promise<Buffer[]> {
  const { address, port } = running.endpoints[0]!;
  return new Promise((resolve, reject) => {
    const socket = connect(port, address);
    let received = Buffer.alloc(0);
    const replies: Buffer[] = [];
    for (const bytes of messages) {
      const head = Buffer.alloc(2);
      head.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([head, bytes]));
    }
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= received.readUInt16BE(0) + 2) {
        const end = received.readUInt16BE(0) + 2;
        replies.push(received.subarray(2, end));
        received = received.subarray(end);
      }
      if (replies.length < messages.length) return;
      socket.destroy();
      resolve(replies);
    });
  });
}
