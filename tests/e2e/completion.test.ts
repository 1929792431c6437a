import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

/** What bash offers where a person presses the tab key: its own completion, with the script that is printed for it. */

const { path: folder, remove } = temporaryFolder();
const hasBash = spawnSync('bash', ['--version']).status === 0;
afterAll(remove);
beforeAll(() => {
  writeFileSync(join(folder, 'script'), sallyport(['completion', 'bash']).out);
  mkdirSync(join(folder, 'insights logs'));
  writeFileSync(join(folder, 'inventory.json'), '');
});

/** The words for the last one of a line; the line is split as bash does it, `=` apart. */
function offered(line: string): readonly string[] {
  const words = line.split(/(=)|\s+/).filter((word) => word !== undefined);
  const list = words.map((word) => `'${word}'`).join(' ');
  const program = `. ./script; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}
    $(complete -p sallyport | sed -E 's/.*-F ([^ ]+) .*/\\1/'); printf '%s\\n' "\${COMPREPLY[@]}"`;
  const ran = spawnSync('bash', ['--norc', '-c', program], { cwd: folder, encoding: 'utf8' });
  expect([ran.status, ran.stderr]).toEqual([0, '']);
  return ran.stdout.split('\n').filter((word) => word !== '');
}
const sorted = (line: string) => [...offered(line)].sort();

describe.runIf(hasBash)('completion in bash', () => {
  it('commands, and those below logs, lab and rehearse', () => {
    expect(offered('sallyport lo')).toEqual(['logs']);
    expect(offered('sallyport lab ')).toEqual(
      expect.arrayContaining(['up', 'down', 'exec', 'probe', 'drill', 'capture', 'restore']),
    );
    expect(offered('sallyport lab ')).not.toContain('agent');
    expect(offered('sallyport logs t')).toEqual(
      expect.arrayContaining(['tail', 'threats', 'tighten', 'timeline', 'top']),
    );
    expect(offered('sallyport rehearse se')).toContain('serve');
  });

  it('options of the command that is named, wherever its other words stand', () => {
    expect(offered('sallyport logs denied --per')).toEqual(['--perimeter']);
    expect(offered('sallyport logs denied in.json --last 24h --th')).toEqual(['--threat-list']);
    expect(offered('sallyport logs ingest --keep')).toEqual(['--keep-days']);
    expect(offered('sallyport logs ingest --perim')).toEqual([]);
    expect(offered('sallyport lab fail firewall --l')).toEqual(['--loss', '--latency']);
    // `logs` below `lab` is another one.
    expect(offered('sallyport lab logs --f')).toEqual(['--follow']);
    expect(offered('sallyport logs --f')).toEqual(['--from', '--format']);
  });

  it('the words an option or an argument may be', () => {
    expect(offered('sallyport logs summary --format ')).toEqual([
      ...['text', 'json', 'csv', 'markdown', 'html'],
    ]);
    expect(offered('sallyport logs summary --format=ht')).toEqual(['html']);
    expect(offered('sallyport logs summary --format=')).toHaveLength(5);
    expect(offered('sallyport logs top n')).toEqual(['names']);
    expect(offered('sallyport logs timeline --by ')).toEqual(['action', 'rule']);
    expect(offered('sallyport logs denied --cloud u')).toEqual(['usgovernment']);
    expect(offered('sallyport lab exec internet -- curl --format ')).not.toContain('json');
    expect(offered('sallyport rehearse -- ./deploy.sh --for')).toEqual([]);
  });

  it('files with their whole names where files are meant, and only there', () => {
    expect(sorted('sallyport logs denied in')).toEqual(['insights logs', 'inventory.json']);
    expect(sorted('sallyport logs in')).toEqual(['ingest', 'insights logs', 'inventory.json']);
    expect(offered('sallyport logs denied --pods inv')).toEqual(['inventory.json']);
    expect(offered('sallyport lab in')).toEqual([]);
  });
});

describe('completion in other shells', () => {
  it('names the same commands and options', () => {
    const zsh = sallyport(['completion', 'zsh']).out;
    expect(zsh).toContain('("logs denied") if');
    expect(zsh).toContain(
      '("logs summary --format") compadd -- text json csv markdown html; return;;',
    );
    const fish = sallyport(['completion', 'fish']).out;
    expect(fish).toContain("complete -c sallyport -n '__sallyport_named logs' -a 'denied'");
    expect(fish).toContain("-n '__sallyport_named logs top' -a 'talkers'");
    expect(fish).toContain("-n '__sallyport_named lab fail' -l loss");
    expect(fish).not.toContain("'lab agent'");
  });
});
