import { describe, expect, it } from 'vitest';
import { type Blame, blameOf, partName, partOf } from './blame.ts';
import type { Json } from './json.ts';

describe('who wrote what', () => {
  const rule = (name: string, port: number): Json => ({ name, port });
  const first: Json = { rules: [rule('a', 1)], mode: 'Alert' };
  const by = (blame: Blame, ...names: string[]) => names.reduce(partOf, blame).by;

  it('what is written back unchanged keeps its author; what is added has the new one', () => {
    const second: Json = { rules: [rule('a', 1), rule('b', 2)], mode: 'Alert' };
    const blame = blameOf(first, blameOf(undefined, undefined, first, 1), second, 2);
    expect(by(blame, 'mode')).toBe(1);
    expect(by(blame, 'rules', 'name a')).toBe(1);
    expect(by(blame, 'rules', 'name b')).toBe(2);
    const third: Json = { rules: [rule('b', 3), rule('a', 1)], mode: 'Deny' };
    const last = blameOf(second, blame, third, 3);
    expect([
      by(last, 'mode'),
      by(last, 'rules', 'name a'),
      by(last, 'rules', 'name b', 'name'),
      by(last, 'rules', 'name b', 'port'),
    ]).toEqual([3, 1, 2, 3]);
  });

  it('a list of texts is written as one; members may come in another order', () => {
    const before: Json = { list: ['x', 'y'], a: 1, b: { c: [1] } };
    const after: Json = { b: { c: [1] }, a: 1, list: ['x', 'z', 'w'] };
    const blame = blameOf(before, { by: 7 }, after, 9);
    expect([by(blame, 'list'), by(blame, 'list', 'at 0')]).toEqual([9, 9]);
    expect(by(blame, 'b', 'c')).toBe(7);
    expect(partName({ name: 'Rule' }, 4)).toBe('name rule');
  });

  it('a name that is a part of JavaScript is a name', () => {
    const before = JSON.parse('{"__proto__":1,"constructor":2}') as Json;
    const after = JSON.parse('{"__proto__":5,"constructor":2}') as Json;
    const blame = blameOf(before, { by: 1 }, after, 2);
    expect([by(blame, '__proto__'), by(blame, 'constructor'), by(blame, 'toString')]).toEqual([
      2, 1, 1,
    ]);
  });
});
