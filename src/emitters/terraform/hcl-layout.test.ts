import { describe, expect, it } from 'vitest';
import { block, blockLines, linedArgument, objectLines } from './hcl-layout.ts';

describe('lines of a Terraform file', () => {
  it('may be more than a call takes arguments: a policy of thousands of rules', () => {
    const value = Array.from({ length: 200_000 }, (_, index) => `${index}`);
    const nested = blockLines('outer', [block('inner', [linedArgument('rules', value)])]);
    expect(nested).toHaveLength(200_004);
    expect(nested.slice(0, 4)).toEqual(['outer {', '  inner {', '    rules = 0', '    1']);
    const members = objectLines([['rules', value]]);
    expect(members).toHaveLength(200_002);
    expect(members.slice(-2)).toEqual(['  199999', '}']);
  });
});
