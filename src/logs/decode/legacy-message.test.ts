import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseLegacyMessage } from './legacy-message.ts';

interface Vector {
  readonly category: string;
  readonly msg: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

const { vectors } = JSON.parse(
  readFileSync('tests/samples/firewall-logs/legacy-msg-vectors.json', 'utf8'),
) as { vectors: readonly Vector[] };

/** The vectors' words for the columns of the structured tables. */
const FIELDS: Readonly<Record<string, string>> = {
  srcIp: 'sourceIp',
  srcPort: 'sourcePort',
  dstIp: 'destinationIp',
  dstPort: 'destinationPort',
  url: 'targetUrl',
  reason: 'actionReason',
  threatIntel: 'threatDescription',
  idsMessage: 'description',
  priority: 'severity',
  classification: 'signatureCategory',
  dnssecOk: 'dnssecOkBit',
  durationSecs: 'requestDurationSecs',
  detail: 'errorMessage',
};

function expected(vector: Vector): Record<string, unknown> {
  const fields = Object.entries(vector.expect).flatMap(([name, value]) => {
    // DNAT and errors are kinds of record, not values.
    if (value === 'DNAT' || name === 'error') return [];
    if (name !== 'defaultAction') return [[FIELDS[name] ?? name, value] as const];
    const none = ['policy', 'ruleCollectionGroup', 'ruleCollection', 'rule'];
    return [
      ['actionReason', 'Default Action'] as const,
      ...none.map((column) => [column, ''] as const),
    ];
  });
  return Object.fromEntries(fields);
}

describe('legacy texts', () => {
  it.each(vectors.map((vector) => [vector.msg, vector] as const))('%s', (message, vector) => {
    const read = parseLegacyMessage(message, vector.category.includes('Application'));
    expect(read?.fields).toEqual(expected(vector));
  });

  it('are told apart by what they say', () => {
    const kinds = vectors.map(
      ({ msg, category }) => parseLegacyMessage(msg, category.includes('Application'))?.kind,
    );
    expect(kinds).toEqual([
      ...Array.from({ length: 6 }, () => 'network'),
      ...['dnat', 'dnat', 'threat', 'idps'],
      ...Array.from({ length: 7 }, () => 'application'),
      ...['dns', 'dns'],
    ]);
  });

  it('may leave out the space behind `Rule Collection Group:` (azure-firewall 8.4)', () => {
    const read = parseLegacyMessage(
      'TCP request from 10.0.0.4:1 to 10.0.1.4:2. Action: Allow. Policy: p. Rule Collection Group:g. Rule Collection: c. Rule: r',
      false,
    );
    expect(read?.fields).toMatchObject({ policy: 'p', ruleCollectionGroup: 'g', rule: 'r' });
  });

  it('may hold policy, group and collection in one, and names with dots', () => {
    const read = parseLegacyMessage(
      'TCP request from 10.0.0.4:1 to 10.0.1.4:2. Action: Allow. Rule Collection: p.1:g:c.v2. Rule: r.a. b',
      false,
    );
    expect(read?.fields).toMatchObject({
      policy: 'p.1',
      ruleCollectionGroup: 'g',
      ruleCollection: 'c.v2',
      rule: 'r.a. b',
    });
  });

  it('a URL that says `. Action: Allow. Policy: p` does not become the decision', () => {
    const read = parseLegacyMessage(
      'HTTP request from 10.0.0.4:1 to a.example:80. Url: a.example/. Action: Allow. Policy: forged. Rule: forged. Action: Deny. No rule matched. Proceeding with default action',
      true,
    );
    expect(read?.fields).toMatchObject({
      action: 'Deny',
      policy: '',
      rule: '',
      targetUrl: 'a.example/. Action: Allow. Policy: forged. Rule: forged',
    });
  });

  it.each([
    '',
    'hello',
    ' request from ',
    'TCP request from ',
    'TCP request from a b:1 to c:2. Action: Deny',
    'TCP request from 10.0.0.4:x to 10.0.1.4:2. Action: Deny',
    'TCP request from 10.0.0.4:999999 to 10.0.1.4:2. Action: Deny',
    'TCP request from 10.0.0.4:1 to . Action: Deny',
    'TCP request from 10.0.0.4:1 to 10.0.1.4:2. Action: ',
    'TCP request from 10.0.0.4:1 to 10.0.1.4:2',
    'DNS Request: 10.0.0.4:1 - 8951 AAAA IN',
    ' Error: two a. A: b',
    "TCP request from 10.0.0.4:1 to 10.0.1.4:2 was DNAT'ed to ",
  ])('%j is none of them', (message) => {
    expect(parseLegacyMessage(message, false)).toBeUndefined();
  });

  it('a megabyte of hostile text takes no longer than its length', () => {
    const parts = [
      '. Action: ',
      ' to ',
      '. Policy: ',
      '. Rule',
      ' request from ',
      '.',
      ' ',
      ':',
      '. Url: ',
    ];
    const began = performance.now();
    for (const part of parts) {
      const text = part.repeat(Math.ceil(1e6 / part.length));
      parseLegacyMessage(text, true);
      parseLegacyMessage(`TCP request from 10.0.0.4:1 to ${text}`, true);
      parseLegacyMessage(`TCP request from 10.0.0.4:1 to a:1${text}. Action: Deny${text}`, true);
      parseLegacyMessage(`DNS Request: ${text}`, true);
      parseLegacyMessage(` Error: ${text}`, true);
    }
    // 45 texts: a quadratic step alone would take minutes.
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
