import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeAll } from '../../tests/support/decode-all.ts';
import type { LogRecord } from './record.ts';
import { recordKey } from './record-key.ts';

const samples = 'tests/samples/firewall-logs';

describe('the key of a record', () => {
  it('is the same for the same event from storage and from Event Hub', async () => {
    const stored = await decodeAll(readFileSync(`${samples}/storage-PT1H.jsonl`));
    const streamed = await decodeAll(
      readFileSync(`${samples}/eventhub-structured.json`),
      readFileSync(`${samples}/eventhub-legacy.json`),
    );
    const keys = new Set(streamed.records.map(recordKey));
    expect(keys.size).toBe(streamed.records.length);
    expect(stored.records.filter((record) => !keys.has(recordKey(record)))).toEqual([]);
  });

  it('is the same for the same event from Log Analytics, which spells the resource in lower case', async () => {
    const stored = await decodeAll(readFileSync(`${samples}/storage-PT1H.jsonl`));
    const queried = await decodeAll(readFileSync(`${samples}/loganalytics-query-result.json`));
    expect(queried.records.map(recordKey)).toEqual(stored.records.slice(0, 2).map(recordKey));
  });

  it('differs by every column, by time, and by what is absent rather than empty', async () => {
    const { records } = await decodeAll(readFileSync(`${samples}/eventhub-structured.json`));
    const keys = new Set<string>();
    let variants = 0;
    for (const record of records) {
      const values = record as unknown as Record<string, unknown>;
      const same = ['kind', 'category', 'form', 'source', 'line', 'item', 'extra'];
      for (const field of Object.keys(values).filter((name) => !same.includes(name))) {
        for (const value of ['', 'x', 0, 1, undefined, true, false]) {
          if (field === 'time' && typeof value !== 'number') continue;
          if (field === 'resource' && typeof value !== 'string') continue;
          if (values[field] === value) continue;
          keys.add(recordKey({ ...record, [field]: value } as unknown as LogRecord));
          variants += 1;
        }
      }
    }
    expect(variants).toBeGreaterThan(800);
    expect(keys.size).toBe(variants);
  });

  it('has no collision among 200,000 neighbours, and every bit is set about half the time', () => {
    const record = {
      kind: 'network',
      time: 0,
      resource: '/subscriptions/s',
      protocol: 'TCP',
      sourceIp: '10.42.0.1',
      destinationIp: '10.42.0.2',
    };
    const seen = new Set<string>();
    const ones = new Array<number>(128).fill(0);
    for (let index = 0; index < 200_000; index += 1) {
      const one = { ...record, time: Math.floor(index / 100), sourcePort: index % 100 };
      const key = recordKey(one as unknown as LogRecord);
      seen.add(key);
      if (index % 20 !== 0) continue;
      for (let digit = 0; digit < 32; digit += 1) {
        const value = Number.parseInt(key[digit]!, 16);
        for (let bit = 0; bit < 4; bit += 1) ones[digit * 4 + bit]! += (value >> bit) & 1;
      }
    }
    expect(seen.size).toBe(200_000);
    // 10,000 throws of a coin: six standard deviations are 300.
    expect(Math.max(...ones.map((count) => Math.abs(count - 5000)))).toBeLessThan(300);
  });

  it('tells requests of one second without a transaction apart by where they stand', async () => {
    const line = (path: string) =>
      JSON.stringify({
        timeStamp: '2021-10-14T22:17:11+00:00',
        category: 'ApplicationGatewayAccessLog',
        properties: { clientIP: '192.0.2.9', requestUri: path, httpStatus: 200 },
      });
    const { records } = await decodeAll(Buffer.from(`${line('/')}\n${line('/')}\n`));
    expect(new Set(records.map(recordKey)).size).toBe(2);
  });
});
