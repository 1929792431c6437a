import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sallyport-init-'));
  folders.push(made);
  return made;
}

function sallyport(...args: readonly string[]) {
  const bin = join(projectRoot, 'bin', 'sallyport.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    encoding: 'utf8',
    input: '',
  });
  return { code: status, out: stdout, err: stderr };
}

describe('sallyport init', () => {
  it('writes a page that check accepts, without asking where nobody sits', () => {
    const here = folder();
    const { code, out } = sallyport('init', here, '--name', 'orders', '--location', 'eastus');
    expect(code).toBe(0);
    expect(out).toContain('perimeter.yaml written.');
    expect(out).toContain('plugin    overlay: Nobody outside calls pods');
    const page = readFileSync(join(here, 'perimeter.yaml'), 'utf8');
    expect(page).toContain('\nname: orders\n');
    expect(page).toContain('\nlocation: eastus\n');
    const check = sallyport('check', here, '--as-of', '2026-11-21', '--format', 'json');
    const { findings, checks, contents } = JSON.parse(check.out);
    expect(findings).toEqual([]);
    expect(checks.length ?? Object.keys(checks).length).toBeGreaterThan(0);
    expect(JSON.stringify(contents)).toContain('aks-orders-prod-eastus');
  });

  it('never overwrites', () => {
    const here = folder();
    writeFileSync(join(here, 'perimeter.yaml'), 'mine\n');
    const { code, err } = sallyport('init', here, '--yes');
    expect(code).toBe(2);
    expect(err).toContain('is there already');
    expect(readFileSync(join(here, 'perimeter.yaml'), 'utf8')).toBe('mine\n');
  });

  it.each([
    [['--name', 'Not A Name'], 'is no answer to: What is the workload called?'],
    [['--pods', 'many'], 'is no answer to: How many pods at most?'],
    [['--hub', '10.0.0.0/16', '--spoke', '10.0.0.0/16'], 'overlaps the hub'],
    [['--spoke', '10.1.0.0/26'], 'has no room for `snet-shop-nodes`'],
    [['--purpose', 'fun'], 'Allowed choices are production, dev'],
  ])('an answer that makes no page is refused, and nothing is written: %s', (args, message) => {
    const here = folder();
    const { code, err } = sallyport('init', here, ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(existsSync(join(here, 'perimeter.yaml'))).toBe(false);
  });

  it('a folder that is not there is said', () => {
    const { code, err } = sallyport('init', join(folder(), 'nowhere'), '--yes');
    expect(code).toBe(2);
    expect(err).toContain('is not there');
  });
});
