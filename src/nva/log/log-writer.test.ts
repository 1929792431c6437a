import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AzureLogRecord } from './azfw-records.ts';
import { LogWriter } from './log-writer.ts';
import { readEvent } from './read-event.ts';
import { readLoggedRules, readLogWriterProgram } from './writer-program.ts';

/** Written by ulogd 2.0.8 for `meta mark set 0x01000003 log prefix "cat=net;act=Allow" group 5`, shortened to what is read. */
const ALLOWED =
  '{"timestamp": "2026-11-21T17:35:56.796061", "oob.prefix": "cat=net;act=Allow", "oob.time.sec": 1795282556, "oob.time.usec": 796061, "oob.mark": 16777219, "ip.protocol": 6, "src_port": 59620, "dest_port": 99, "tcp.seq": 1177789958, "tcp.ack": 0, "tcp.rst": 0, "tcp.syn": 1, "tcp.fin": 0, "src_ip": "10.9.0.2", "dest_ip": "10.9.0.1"}';
/** The same for `meta mark set 0x02000000 log prefix "cat=default;act=Deny"`. */
const DENIED =
  '{"timestamp": "2026-11-21T17:35:56.796263", "oob.prefix": "cat=default;act=Deny", "oob.time.sec": 1795282556, "oob.time.usec": 796263, "oob.mark": 33554432, "ip.protocol": 17, "src_port": 37413, "dest_port": 98, "src_ip": "10.9.0.2", "dest_ip": "10.9.0.1"}';

const RULES = [
  ['default', ''],
  ['network', 'one'],
  ['network', 'two'],
  ['network', 'three'],
].map(([kind, rule], number) => ({
  number,
  kind,
  action: 'Allow',
  policy: number === 0 ? '' : 'p',
  group: number === 0 ? '' : 'g',
  collection: number === 0 ? '' : 'c',
  rule,
}));

let folder = '';
const writers: LogWriter[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-log-'));
  writeFileSync(at('rules.json'), JSON.stringify(RULES));
  // Long before the events: they are told by these rules.
  utimesSync(at('rules.json'), 1_700_000_000, 1_700_000_000);
});
afterEach(() => {
  for (const writer of writers.splice(0)) writer.close();
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);

function writer(rest: object = {}): LogWriter {
  const made = new LogWriter(
    readLogWriterProgram({
      sources: [{ kind: 'ulogd', path: at('ulogd.json') }],
      output: at('azure'),
      state: at('state.json'),
      resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/azureFirewalls/fw',
      rules: at('rules.json'),
      ...rest,
    }),
  );
  writers.push(made);
  return made;
}

function drain(made: LogWriter): void {
  for (let round = 0; round < 100 && made.round(); round += 1);
}

function records(): AzureLogRecord[] {
  mkdirSync(at('azure'), { recursive: true });
  return readdirSync(at('azure'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'PT1H.json')
    .flatMap((entry) =>
      readFileSync(join(entry.parentPath, entry.name), 'utf8')
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
    );
}

/** A line for another connection. */
const connection = (port: number) =>
  ALLOWED.replace('59620', `${port}`).replace('1177789958', `${port}`);
const ports = () => records().map(({ properties }) => properties['SourcePort']);

describe('a line of ulogd', () => {
  it('is a verdict with the number of its rule, from the mark', () => {
    expect(readEvent('ulogd', ALLOWED)).toEqual({
      kind: 'verdict',
      microseconds: 1_795_282_556_796_061,
      verdict: 'allow',
      rule: 3,
      protocol: 'TCP',
      source: '10.9.0.2',
      sourcePort: 59620,
      destination: '10.9.0.1',
      destinationPort: 99,
      sequence: 1177789958,
      tcpFlags: 'SYN',
    });
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '{"oob.prefix": 1}',
    ALLOWED.slice(0, 200),
    ALLOWED.replace('59620', '"x"'),
  ])('that is none is no event: %s', (line) => {
    expect(readEvent('ulogd', line)).toBeUndefined();
  });
});

describe('the log writer', () => {
  it('writes a record under its hour with the names of the rule', () => {
    writeFileSync(at('ulogd.json'), `${ALLOWED}\n${DENIED}\n`);
    drain(writer());
    expect(records()).toMatchObject([
      {
        category: 'AZFWNetworkRule',
        time: '2026-11-21T17:35:56.7960610Z',
        properties: {
          Protocol: 'TCP',
          Action: 'Allow',
          Policy: 'p',
          Rule: 'three',
          ActionReason: '',
        },
      },
      { properties: { Protocol: 'UDP', Action: 'Deny', Rule: '', ActionReason: 'Default Action' } },
    ]);
  });

  it('waits for the rest of a line that is half written', () => {
    const made = writer();
    writeFileSync(at('ulogd.json'), ALLOWED.slice(0, 100));
    drain(made);
    expect(records()).toEqual([]);
    appendFileSync(at('ulogd.json'), `${ALLOWED.slice(100)}\n`);
    drain(made);
    expect(records().length).toBe(1);
  });

  it('goes on after a restart where it was, whatever was written meanwhile', () => {
    writeFileSync(at('ulogd.json'), `${connection(1)}\n`);
    drain(writer());
    appendFileSync(at('ulogd.json'), `${connection(2)}\n`);
    drain(writer());
    expect(ports()).toEqual([1, 2]);
  });

  it('cuts off what it wrote and did not remember before a crash, and writes it once more', () => {
    writeFileSync(at('ulogd.json'), `${connection(1)}\n`);
    drain(writer());
    const remembered = readFileSync(at('state.json'));
    appendFileSync(at('ulogd.json'), `${connection(2)}\n`);
    drain(writer());
    // The crash: the record is in its file, and the memory is that of before.
    writeFileSync(at('state.json'), remembered);
    drain(writer());
    expect(ports()).toEqual([1, 2]);
  });

  it('reads what is left of a file that was moved away, then the new one', () => {
    writeFileSync(at('ulogd.json'), `${connection(1)}\n`);
    drain(writer());
    appendFileSync(at('ulogd.json'), `${connection(2)}\n`);
    renameSync(at('ulogd.json'), at('ulogd.json.1'));
    writeFileSync(at('ulogd.json'), `${connection(3)}\n`);
    drain(writer());
    expect(ports()).toEqual([1, 2, 3]);
  });

  it('tells a repeated first packet from a new connection by its sequence number', () => {
    const again = (seconds: number, sequence: number) =>
      ALLOWED.replace('1795282556', `${1795282556 + seconds}`).replace('1177789958', `${sequence}`);
    writeFileSync(
      at('ulogd.json'),
      [again(0, 7), again(1, 7), again(3, 7), again(5, 8)].join('\n').concat('\n'),
    );
    drain(writer());
    expect(records().length).toBe(2);
  });

  it('names the rules as they were when the event happened', () => {
    const made = writer();
    made.round();
    const renamed = RULES.map((rule) => (rule.number === 3 ? { ...rule, rule: 'renamed' } : rule));
    writeFileSync(at('rules.json'), JSON.stringify(renamed));
    utimesSync(at('rules.json'), 1_795_282_560, 1_795_282_560);
    const later = connection(2).replace('1795282556', '1795282570');
    writeFileSync(at('ulogd.json'), `${connection(1)}\n${later}\n`);
    drain(made);
    expect(records().map(({ properties }) => properties['Rule'])).toEqual(['three', 'renamed']);
  });

  it('waits while there are no rules: no record says that none matched when nobody knows', () => {
    rmSync(at('rules.json'));
    writeFileSync(at('ulogd.json'), `${ALLOWED}\n`);
    const made = writer();
    drain(made);
    expect(records()).toEqual([]);
    writeFileSync(at('rules.json'), JSON.stringify(RULES));
    drain(made);
    expect(records().length).toBe(1);
  });

  it('counts lines that are no events and goes on; a line without end costs no memory', () => {
    const made = writer();
    writeFileSync(at('ulogd.json'), `rubbish\n${'x'.repeat(3_000_000)}`);
    for (let round = 0; round < 10; round += 1) made.round();
    appendFileSync(at('ulogd.json'), `\n${ALLOWED}\n`);
    for (let round = 0; round < 10; round += 1) made.round();
    expect([made.broken, records().length]).toEqual([1, 1]);
  });

  it.each([
    [{ resourceId: '/subscriptions/../../etc' }, '`resourceId` is no id of an Azure resource'],
    [{ sources: [{ kind: 'syslog', path: '/x' }] }, '`sources[0].kind` is none we can read'],
    [{ output: '' }, '`output` is no text'],
    [{ pollMilliseconds: 0 }, '`pollMilliseconds` is no number from 5 to 60000'],
  ])('refuses the configuration %o', (change, why) => {
    expect(() => writer(change)).toThrow(why);
  });

  it('refuses rules that are none', () => {
    expect(() => readLoggedRules('{}', 'rules.json')).toThrow('`rules.json` is no list of rules');
    expect(() => readLoggedRules('[{"kind":"network"}]', 'r')).toThrow('`r[0].policy` is no text');
    expect(() => readLoggedRules('[', 'r')).toThrow('`r` is not JSON');
  });
});
