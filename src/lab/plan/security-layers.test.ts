import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../tests/support/seeded-random.ts';
import { type AddressSet, ALL_IPV4, addressSet, parseIpRange } from '../../net/index.ts';
import { AddressSets } from './address-sets.ts';
import { layeredSecurityChain } from './security-layers.ts';
import type { ReadyRule } from './security-rules.ts';

interface Packet {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly port: number;
}

const NUMBERS = { tcp: 6, udp: 17, icmp: 1, esp: 50, ah: 51 } as const;

/** First match by hand: what the order of priorities means (AZN-30). */
function firstMatch(rules: readonly ReadyRule[], packet: Packet): string {
  for (const rule of rules) {
    const has = (set: AddressSet, value: number) =>
      set.v4.some((low, at) => at % 2 === 0 && low <= value && value <= set.v4[at + 1]!);
    const isPorted = [6, 17, 132].includes(packet.protocol);
    const number = rule.protocol === '*' ? packet.protocol : NUMBERS[rule.protocol];
    const [low = 1, high = 0] = rule.destinationPorts;
    if (number !== packet.protocol) continue;
    if (!has(rule.sources, packet.source) || !has(rule.destinations, packet.destination)) continue;
    if (isPorted && (packet.port < low || packet.port > high)) continue;
    return rule.access === 'Allow' ? 'return' : `deny ${rule.name}`;
  }
  return 'end';
}

/** Reads the maps and the chain as nft does, for texts that hold nothing else. */
function interpret(lines: readonly string[], chain: string, packet: Packet): string {
  const text = lines.join('\n');
  const isPorted = [6, 17, 132].includes(packet.protocol);
  const start = text.indexOf(`  chain ${chain}_${isPorted ? 'ports' : 'other'} {`);
  const body = text.slice(start, text.indexOf('\n  }', start)).split('\n').slice(1);
  for (const line of body) {
    const map = / vmap @(\S+)$/.exec(line)?.[1];
    if (map === undefined) throw new Error(`not a look-up: ${line}`);
    const from = text.indexOf(`  map ${map} {`);
    const elements = /elements = \{ ([^}]*) \}/.exec(text.slice(from))?.[1] ?? '';
    for (const element of elements.split(',')) {
      const [key = '', verdict = ''] = element.split(' : ');
      const values = [packet.source, packet.destination, packet.protocol, packet.port];
      const parts = key.trim().split(' . ');
      const isIt = parts.every((part, at) => {
        const range = part.includes('.') ? parseIpRange(part) : undefined;
        const [low = '', high = low] = part.split('-');
        const bounds = range?.family === 4 ? [range.low, range.high] : [Number(low), Number(high)];
        return bounds[0]! <= values[at]! && values[at]! <= bounds[1]!;
      });
      if (!isIt) continue;
      if (verdict.trim() === 'return') return 'return';
      const goto = verdict.trim().replace('goto ', '');
      const rule = new RegExp(`chain ${goto} \\{\\n.*rule=(\\S+) `).exec(text)?.[1];
      return `deny ${rule}`;
    }
  }
  return 'end';
}

function randomRules(random: () => number, count: number): ReadyRule[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const set = () =>
    random() < 0.2
      ? ALL_IPV4
      : addressSet([
          parseIpRange(
            `10.0.${Math.floor(random() * 4)}.${Math.floor(random() * 4) * 64}/${pick([24, 26, 28, 32])}`,
          )!,
        ]);
  return Array.from({ length: count }, (_, index): ReadyRule => {
    const low = Math.floor(random() * 20);
    return {
      name: `r${index}`,
      access: pick(['Allow', 'Deny']),
      protocol: pick(['tcp', 'udp', '*', '*', 'icmp']),
      sources: set(),
      destinations: set(),
      sourcePorts: [0, 65535],
      destinationPorts: random() < 0.3 ? [0, 65535] : [low, low + Math.floor(random() * 5)],
      namesPlatform: false,
    };
  });
}

describe('a large security group', () => {
  it('AZN-30: decides every packet as its first matching rule does', () => {
    const random = seededRandom(4711);
    const at = () => 0x0a000000 + Math.floor(random() * 4) * 256 + Math.floor(random() * 256);
    for (let round = 0; round < 8; round += 1) {
      const rules = randomRules(random, 60);
      const lines = layeredSecurityChain('c', 'group', rules, new AddressSets('s'));
      for (let count = 0; count < 200; count += 1) {
        const packet = {
          source: at(),
          destination: at(),
          protocol: [6, 17, 1, 47][Math.floor(random() * 4)]!,
          port: Math.floor(random() * 24),
        };
        expect(interpret(lines, 'c', packet)).toBe(firstMatch(rules, packet));
      }
    }
  });

  const hasNft = spawnSync('nft', ['--version']).status === 0 && process.getuid?.() === 0;
  it.skipIf(!hasNft)(
    `nft takes one of 1,000 rules${hasNft ? '' : ' (not run: no nft as root)'}`,
    () => {
      const rules = randomRules(seededRandom(1), 999);
      const last: ReadyRule = { ...rules[0]!, name: 'with-source-port', sourcePorts: [53, 53] };
      const sets = new AddressSets('s');
      const lines = layeredSecurityChain('c', 'group', [...rules, last], sets);
      const text = ['table inet t {', ...sets.declarations, ...lines, '}', ''].join('\n');
      const said = spawnSync('nft', ['-c', '-f', '-'], { input: text, encoding: 'utf8' });
      expect(said.stderr).toBe('');
      expect(said.status).toBe(0);
      expect(text.match(/vmap/g)?.length).toBeLessThan(130);
    },
  );
});
