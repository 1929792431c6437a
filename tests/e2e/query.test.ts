import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const STORE = ['examples/store', '--as-of', '2026-11-21'];
const ask = (...args: string[]) => sallyport(['query', ...args, ...STORE]);
const EGRESS = ['--from', 'deploy:order-service', '--to', 'internet'];

describe('sallyport query', () => {
  it('answers in words: what is allowed comes first, with the rule that allows it', () => {
    const { code, out, err } = ask(...EGRESS, '--ports', '443');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^ deploy:order-service → internet:443\n \d+ allowed · /);
    expect(out).toContain('application rules: aksfwarweb/website');
    expect(out.indexOf('\n allowed ')).toBeLessThan(out.indexOf('\n denied '));
  });

  it('what it says to see can be seen', () => {
    const { out } = ask(...EGRESS, '--ports', '443', '--verdict', 'allowed');
    const [, command = ''] = /see +sallyport (trace .*)/.exec(out) ?? [];
    const { code, out: trace } = sallyport(command.split(' '));
    expect({ code, trace }).toMatchObject({ code: 0 });
    expect(trace).toMatch(/^ allowed /);
  });

  it('--fail-on decides the exit code, and not what is shown', () => {
    const asked = [...EGRESS, '--ports', '443', '--verdict', 'denied'];
    expect(ask(...asked, '--fail-on', 'allowed').code).toBe(1);
    expect(ask(...asked, '--fail-on', 'broken').code).toBe(0);
    expect(ask(...asked, '--fail-on', 'broken,open').code).toBe(1);
  });

  it('JSON to a file', () => {
    const file = join(folder.path, 'answer.json');
    const { code, out } = ask(...EGRESS, '--ports', '443', '-f', 'json', '-o', file);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    const json = JSON.parse(readFileSync(file, 'utf8'));
    expect(json).toMatchObject({ schemaVersion: 1, isComplete: true });
    expect(json.cells.length).toBeGreaterThan(0);
  });

  it('without its firewall nothing leaves, and no trace is offered', () => {
    const { code, out } = ask(...EGRESS, '--ports', '443', '--without', 'firewall');
    expect(code).toBe(0);
    expect(out).toContain('firewall aks-egress-fw has failed');
    expect(out).not.toMatch(/\d allowed|sallyport trace/);
  });

  it.each([
    [['--from', 'nonsense!', '--to', 'internet'], 'is not a set of ends'],
    [['--from', 'pods', '--to', 'internet', '--ports', '99999'], 'is no list of ports'],
    [['--from', 'pods', '--to', 'internet:80', '--ports', '443'], 'has ports of its own'],
    [
      ['--from', 'pods', '--to', 'internet', '--without', 'aks-egress-fx'],
      'did you mean aks-egress-fw?',
    ],
    [['--from', 'pods', '--to', 'internet', '--verdict', 'maybe'], 'Allowed choices are'],
    [['--from', 'pods', '--to', 'internet', '--limit', '0'], 'whole number above 0'],
    [['--from', 'pods', '--to', 'internet', '--budget-seconds', 'soon'], 'number of seconds'],
    [['--from', 'pods'], "required option '--to <ends>'"],
  ])('bad input is told and ends with 2: %j', (args, message) => {
    const { code, out, err } = ask(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.replace(/\s+/g, ' ')).toContain(message);
  });

  it('the help teaches by example, and the shell completes it', () => {
    const { code, out } = sallyport(['query', '--help']);
    expect(code).toBe(0);
    expect(out).toContain('sallyport query --from ns:pets --to internet .');
    const { out: script } = sallyport(['completion', 'fish']);
    expect(script).toContain('__sallyport_named query');
    expect(script).toContain("-xa 'allowed open broken denied'");
  });
});
