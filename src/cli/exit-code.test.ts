import { describe, expect, it } from 'vitest';
import { InvariantError, OperationalError } from '../diagnostics/index.ts';
import { explainFailure, InputError } from './exit-code.ts';

describe('what a failure prints, and the code it ends with', () => {
  it('the person: 2, with a hint', () => {
    expect(explainFailure(new InputError('there is no `x`', 'name a folder'))).toEqual({
      code: 2,
      lines: ['error: there is no `x`', '  hint: name a folder'],
    });
    expect(explainFailure(new OperationalError('file/not-found', 'there is no `x`')).code).toBe(2);
  });

  it('the world: 3', () => {
    const error = new OperationalError('file/unreadable', '`x` may not be read');
    expect(explainFailure(error)).toEqual({
      code: 3,
      lines: ['error[file/unreadable] `x` may not be read'],
    });
  });

  it('us: 70, one line and where to report it, no stack', () => {
    for (const error of [
      new InvariantError('rules are sorted'),
      new TypeError('x\nis undefined'),
    ]) {
      const { code, lines } = explainFailure(error);
      expect(code).toBe(70);
      expect(lines).toHaveLength(2);
      expect(lines.join('')).not.toContain('\n');
      expect(lines[0]).toMatch(/^bug: .* inside sallyport.*(?:rules are sorted|x)$/);
      expect(lines[1]).toContain('Please report it');
    }
    expect(explainFailure('a string').lines[0]).toContain('a string');
  });
});
