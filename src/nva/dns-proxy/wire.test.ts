import { decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesOf, keptAnswer, readAnswer } from './answer.ts';
import { nameOf, nameText, readQuery, wireName } from './query.ts';
import { refusalOf, replyWith, upstreamQuery } from './reply.ts';

/** What is expected comes from dns-packet, which shares no code with ours, and from the RFCs by hand. */

const question = (name: string, type: 'A' | 'AAAA' = 'A', edns?: number, isDnssecOk = false) =>
  Buffer.from(
    encode({
      type: 'query',
      id: 4711,
      flags: 0x0100,
      questions: [{ type, name }],
      ...(edns === undefined
        ? {}
        : {
            additionals: [
              {
                type: 'OPT' as const,
                name: '.',
                udpPayloadSize: edns,
                extendedRcode: 0,
                ednsVersion: 0,
                flags: isDnssecOk ? 0x8000 : 0,
                flag_do: isDnssecOk,
                options: [],
              },
            ],
          }),
    } as Parameters<typeof encode>[0]),
  );

const keyOf = (message: Buffer) => (readQuery(message) as { readonly key: string }).key;

const asked = (name: string, type: 'A' | 'AAAA' = 'A') => {
  const message = question(name, type);
  const query = readQuery(message);
  if ('kind' in query) throw new Error('not read');
  return { message, query };
};

const answered = (name: string, answers: unknown[], rest: object = {}) =>
  Buffer.from(
    encode({
      type: 'response',
      id: 0,
      flags: 0x0180,
      questions: [{ type: 'A', name }],
      answers,
      ...rest,
    } as Parameters<typeof encode>[0]),
  );

describe('a question', () => {
  it('is read as dns-packet wrote it, whatever the capitals', () => {
    const query = readQuery(question('Www.Example.COM', 'AAAA', 4096, true));
    expect(nameOf(query as never)).toBe(wireName('www.example.com'));
    expect(query).toMatchObject({
      id: 4711,
      type: 28,
      class: 1,
      edns: { size: 4096, isDnssecOk: true, version: 0 },
    });
    expect(nameText(wireName('www.example.com'))).toBe('www.example.com.');
  });

  it('has its unusual octets escaped in logs, as zone files do (RFC 1035 5.1)', () => {
    expect(nameText('\x05_a-Z9\x04b.c\\\x03d \xff\x00')).toBe('_a-Z9.b\\.c\\\\.d\\032\\255.');
    expect(nameText('\0')).toBe('.');
  });

  it('is told from another by type, class and wish for signatures', () => {
    const keys = [
      question('a.example'),
      question('a.example', 'AAAA'),
      question('a.example', 'A', 1232, true),
      question('b.example'),
    ].map(keyOf);
    expect(new Set(keys).size).toBe(4);
    expect(keyOf(question('A.EXAMPLE'))).toBe(keys[0]);
  });

  it.each([
    ['cut in the header', question('a.example').subarray(0, 11), 'drop'],
    ['an answer', answered('a.example', []), 'drop'],
    ['cut in the name', question('a.example').subarray(0, 16), 1],
    ['cut in the type', question('a.example').subarray(0, -1), 1],
    ['a name of 256 bytes', hostile(63, 63, 63, 63), 1],
    ['a pointer to itself', pointerToItself(), 1],
    ['two questions', withWord(question('a.example'), 4, 2), 1],
    ['another operation', withWord(question('a.example'), 2, 0x2900), 4],
    ['an additional record that is not there', withWord(question('a.example'), 10, 3), 1],
  ] as const)('%s is dropped or refused', (_what, message, expected) => {
    const problem = readQuery(Buffer.from(message));
    expect(problem).toMatchObject(
      expected === 'drop' ? { kind: 'drop' } : { kind: 'refuse', rcode: expected },
    );
  });

  it('of any bytes never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, asQuestion) => {
        const message = Buffer.from(bytes);
        if (asQuestion && message.length >= 12)
          Buffer.from('0000010000010000', 'hex').copy(message);
        readQuery(message);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an answer', () => {
  it('gives the addresses at the end of the chain of aliases, and no others', () => {
    const { query } = asked('www.shop.example');
    const bytes = answered('www.shop.example', [
      { type: 'CNAME', name: 'www.shop.example', ttl: 300, data: 'Edge.CDN.example' },
      { type: 'A', name: 'edge.cdn.example', ttl: 60, data: '198.51.100.7' },
      { type: 'A', name: 'edge.cdn.example', ttl: 60, data: '198.51.100.8' },
      { type: 'A', name: 'other.example', ttl: 60, data: '203.0.113.66' },
    ]);
    const answer = readAnswer(bytes, query.questionEnd, query);
    expect(addressesOf(answer!)).toEqual(['198.51.100.7', '198.51.100.8']);
    expect(addressesOf(keptAnswer(answer!))).toEqual(['198.51.100.7', '198.51.100.8']);
    expect(answer?.lifeSeconds).toBe(60);
  });

  it('gives addresses whether records point to the question or spell its name', () => {
    const { query } = asked('a.example');
    const spelled = answered('a.example', [
      { type: 'A', name: 'a.example', ttl: 60, data: '192.0.2.1' },
    ]);
    const end = query.questionEnd;
    const record = (address: number) =>
      Buffer.from([0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, address]);
    const pointed = Buffer.from([0xc0, 12]);
    const other = Buffer.from([1, 98, 0xc0, 14]);
    const own = spelled.subarray(end, end + 11);
    const message = (...records: readonly Buffer[]) => {
      const head = Buffer.from(spelled.subarray(0, end));
      head.writeUInt16BE(records.length, 6);
      return Buffer.concat([head, ...records]);
    };
    const addresses = (...owners: readonly Buffer[]) => {
      const records = owners.map((owner, at) => Buffer.concat([owner, record(at + 1)]));
      return addressesOf(readAnswer(message(...records), end, query)!);
    };
    expect(addresses(pointed, pointed)).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(addresses(pointed, own, other)).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(addresses(other, pointed, own)).toEqual(['192.0.2.2', '192.0.2.3']);
  });

  it('of a circle of aliases has no address', () => {
    const { query } = asked('a.example');
    const bytes = answered('a.example', [
      { type: 'CNAME', name: 'a.example', ttl: 300, data: 'b.example' },
      { type: 'CNAME', name: 'b.example', ttl: 300, data: 'a.example' },
    ]);
    expect(addressesOf(readAnswer(bytes, query.questionEnd, query)!)).toEqual([]);
  });

  it('that is negative lives as its SOA says, at most half an hour (azure-firewall 6)', () => {
    const { query } = asked('none.example');
    const soa = (minimum: number) => ({
      authorities: [
        {
          type: 'SOA',
          name: 'example',
          ttl: 7200,
          data: {
            mname: 'ns.example',
            rname: 'admin.example',
            serial: 1,
            refresh: 1,
            retry: 1,
            expire: 1,
            minimum,
          },
        },
      ],
    });
    const life = (bytes: Buffer) =>
      readAnswer(withWord(bytes, 2, 0x8183), query.questionEnd, query)?.lifeSeconds;
    expect(life(answered('none.example', [], soa(30)))).toBe(30);
    expect(life(answered('none.example', [], soa(86_400)))).toBe(1800);
    expect(life(answered('none.example', []))).toBe(0);
  });

  it('that would live for a day lives for an hour, for the client too', () => {
    const { message, query } = asked('a.example');
    const bytes = answered('a.example', [
      { type: 'A', name: 'a.example', ttl: 86_400, data: '192.0.2.1' },
    ]);
    const answer = readAnswer(bytes, query.questionEnd, query)!;
    expect(answer.lifeSeconds).toBe(3600);
    const reply = decode(replyWith(answer, query, message, 100, true));
    expect(reply.answers).toMatchObject([{ ttl: 3500, data: '192.0.2.1' }]);
    expect(reply.id).toBe(4711);
  });

  it('cut anywhere is refused or has no address that was cut', () => {
    const { query } = asked('a.example');
    const whole = answered('a.example', [
      { type: 'A', name: 'a.example', ttl: 60, data: '192.0.2.1' },
    ]);
    for (let end = query.questionEnd; end < whole.length; end += 1) {
      const cut = Buffer.from(whole.subarray(0, end));
      expect(readAnswer(cut, query.questionEnd, query)).toBeUndefined();
    }
  });

  it('with pointers that lead forwards, in circles or to a bomb ends at once', () => {
    const { query } = asked('a.example');
    const whole = answered('a.example', [
      { type: 'CNAME', name: 'a.example', ttl: 60, data: 'b.example' },
    ]);
    const started = performance.now();
    for (let target = 0; target < 0x3fff; target += 7) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt16BE(0xc000 + target, query.questionEnd);
      readAnswer(bytes, query.questionEnd, query);
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('of any changed bytes never throws', () => {
    const { query } = asked('a.example');
    const whole = answered('a.example', [
      { type: 'CNAME', name: 'a.example', ttl: 60, data: 'b.example' },
      { type: 'A', name: 'b.example', ttl: 60, data: '192.0.2.1' },
    ]);
    const change = fc.tuple(
      fc.integer({ min: query.questionEnd - 20, max: whole.length - 1 }),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        const answer = readAnswer(bytes, query.questionEnd, query);
        if (answer !== undefined) replyWith(answer, query, question('a.example'), 5, true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a reply', () => {
  it('has an OPT record when the client sent one, and none otherwise (RFC 6891 6.1.1)', () => {
    const bytes = answered('a.example', [
      { type: 'A', name: 'a.example', ttl: 60, data: '192.0.2.1' },
    ]);
    for (const edns of [undefined, 1232]) {
      const message = question('a.example', 'A', edns);
      const query = readQuery(message);
      if ('kind' in query) throw new Error('not read');
      const answer = readAnswer(Buffer.from(bytes), query.questionEnd, query)!;
      const reply = decode(replyWith(answer, query, message, 0, true));
      expect((reply.additionals ?? []).map(({ type }) => type)).toEqual(
        edns === undefined ? [] : ['OPT'],
      );
    }
  });

  it('that does not fit is cut to the question, with TC set', () => {
    const { message, query } = asked('big.example');
    const answers = Array.from({ length: 60 }, (_, index) => ({
      type: 'A',
      name: 'big.example',
      ttl: 60,
      data: `192.0.2.${index}`,
    }));
    const answer = readAnswer(answered('big.example', answers), query.questionEnd, query)!;
    const cut = decode(replyWith(answer, query, message, 0, true));
    expect([cut.flag_tc, cut.answers?.length]).toEqual([true, 0]);
    const whole = decode(replyWith(answer, query, message, 0, false));
    expect([whole.flag_tc, whole.answers?.length]).toEqual([false, 60]);
  });

  it('from the cache is the same as the first, and younger', () => {
    const { message, query } = asked('www.shop.example');
    const bytes = answered(
      'www.shop.example',
      [
        { type: 'CNAME', name: 'www.shop.example', ttl: 300, data: 'edge.example' },
        { type: 'A', name: 'edge.example', ttl: 20, data: '198.51.100.7' },
      ],
      { authorities: [{ type: 'NS', name: 'example', ttl: 7200, data: 'ns.example' }] },
    );
    const answer = readAnswer(bytes, query.questionEnd, query)!;
    const kept = keptAnswer(answer);
    expect(replyWith(kept, query, message, 0, true)).toEqual(
      replyWith(answer, query, message, 0, true),
    );
    const reply = decode(replyWith(kept, query, message, 25, true));
    expect(reply.answers).toMatchObject([{ ttl: 275 }, { ttl: 0, data: '198.51.100.7' }]);
    // Lowered to an hour first (azure-firewall 6).
    expect(reply.authorities).toMatchObject([{ ttl: 3575 }]);
  });

  it('that refuses repeats the question and its id', () => {
    const { message, query } = asked('No.Example');
    const reply = decode(refusalOf(query, message, 2));
    expect(reply).toMatchObject({ id: 4711, type: 'response', rcode: 'SERVFAIL' });
    expect(reply.questions).toMatchObject([{ name: 'No.Example', type: 'A' }]);
  });

  it('upstream carries nothing of the client but name, type, class and two wishes', () => {
    const message = question('Www.Example', 'AAAA', 4096, true);
    const query = readQuery(message);
    if ('kind' in query) throw new Error('not read');
    const sent = decode(upstreamQuery(query, message));
    expect(sent).toMatchObject({ id: 0, type: 'query', flag_rd: true });
    expect(sent.questions).toMatchObject([{ name: 'Www.Example', type: 'AAAA', class: 'IN' }]);
    expect(sent.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, flag_do: true }]);
  });
});

function withWord(message: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(value, at);
  return copy;
}

/** A question whose labels have these lengths. */
function hostile(...lengths: number[]): Buffer {
  const labels = lengths.map((length) =>
    Buffer.concat([Buffer.from([length]), Buffer.alloc(length, 97)]),
  );
  return Buffer.concat([
    Buffer.from('123401000001000000000000', 'hex'),
    ...labels,
    Buffer.from([0, 0, 1, 0, 1]),
  ]);
}

function pointerToItself(): Buffer {
  return Buffer.from('123401000001000000000000c00c00010001', 'hex');
}
