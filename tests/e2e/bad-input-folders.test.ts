import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, ftruncateSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { HEALTHY, HEALTHY_SAYS, watched } from './bad-input-run.ts';
import { executable, sallyport } from './run-sallyport.ts';

/** Folders that are not what a folder should be: nothing in them may hang, exhaust or stop the rest. */
const folder = temporaryFolder();
beforeAll(() => {
  expect(sallyport(['--version']).code).toBe(0);
});
afterAll(() => folder.remove());

/** Runs `check`, and expects that the healthy file in the folder is answered. */
function checked(name: string) {
  folder.write(`${name}/healthy.json`, HEALTHY);
  const ran = watched(['check', name, '--verbose'], folder.path);
  expect(ran.out.replace(/\s+/g, ' ')).toContain(HEALTHY_SAYS);
  return ran;
}

describe('paths', () => {
  it('that are not there are bad input, whichever command', () => {
    for (const command of [['check'], ['import'], ['trace', '--from', 'internet', '--to', 'x']]) {
      const ran = watched([...command, 'nowhere'], folder.path);
      expect(ran.code).toBe(2);
      expect(ran.out).toBe('');
      expect(ran.err).toMatch(/^error: there is no `nowhere`\n {2}hint: /);
    }
  });

  it('to an empty folder hold nothing to read', () => {
    folder.write('empty/.keep', '');
    for (const command of ['check', 'import']) {
      const ran = watched([command, 'empty'], folder.path);
      expect(ran.code).toBe(2);
      expect(ran.err).toMatch(
        /^error: nothing to read in empty: 1 file looked at, no ARM template, Bicep, Terraform \(source, plan or state\), Azure export, Kubernetes manifest or page of intent understood/,
      );
    }
  });

  it('cannot steer the terminal that says they are missing', () => {
    const ran = watched(['check', 'no\u001b[31m\u202e\r\nwhere'], folder.path);
    expect(ran.code).toBe(2);
    expect(ran.err).not.toMatch(/[\u001b\u202e\r]/);
  });
});

describe('files too large', () => {
  const MEGABYTE = 1024 * 1024;
  it.each([70, 200, 3000])('%i MB are refused at their place, unread', (megabytes) => {
    const name = `large${megabytes}`;
    const file = openSync(folder.write(`${name}/big.json`, ''), 'w');
    if (megabytes > 1000) ftruncateSync(file, megabytes * MEGABYTE);
    else {
      const block = Buffer.alloc(10 * MEGABYTE, '{"a": [1, 2, 3]},\n');
      for (let written = 0; written < megabytes; written += 10) writeSync(file, block);
    }
    closeSync(file);
    const ran = checked(name);
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(
      new RegExp(
        `error\\[file/too-large\\] .${name}/big\\.json. has ${megabytes}\\.0 MB; files over 64\\.0 MB are not\\s+read\\n +${name}/big\\.json:1:1\\n`,
      ),
    );
    expect(ran.seconds).toBeLessThan(5);
    expect(ran.megabytes).toBeLessThan(300);
  });
});

describe.skipIf(process.platform === 'win32')('what is no ordinary file', () => {
  it('links that lead back, to themselves, or nowhere', () => {
    folder.write('links/in/healthy.json', HEALTHY.replaceAll('healthy', 'inner'));
    symlinkSync('..', join(folder.path, 'links/in/up'));
    symlinkSync('self', join(folder.path, 'links/self'));
    symlinkSync('nothing', join(folder.path, 'links/gone.json'));
    const ran = checked('links');
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/warning\[file\/directory-loop\] .*\n +links\/in\/up:1:1/);
    expect(ran.out).toMatch(/error\[file\/unreadable\] .*link to itself\n +links\/self:1:1/);
    expect(ran.out).toMatch(/error\[file\/unreadable\] .*\n +links\/gone\.json:1:1/);
  });

  it('a file whose permissions forbid it costs itself only', () => {
    folder.write('forbidden/healthy.json', HEALTHY);
    chmodSync(folder.write('forbidden/a.json', HEALTHY.replaceAll('healthy', 'other')), 0);
    chmodSync(folder.path, 0o755);
    // Root may read every file, so nobody asks.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const args = [executable, 'check', 'forbidden', '--verbose'];
    const ran = spawnSync(process.execPath, args, {
      cwd: folder.path,
      encoding: 'utf8',
      ...nobody,
    });
    expect(ran.stdout).toMatch(
      /error\[file\/unreadable\] `forbidden\/a\.json` may not be read\n +forbidden\/a\.json:1:1\n +hint: its permissions forbid it/,
    );
    expect(ran.stdout).toContain('allows mail on port 25');
    expect(ran.status).toBe(1);
  });

  it('pipes and devices are passed over: opening one may never end', () => {
    folder.write('pipes/healthy.json', HEALTHY);
    const { status } = spawnSync('mkfifo', [join(folder.path, 'pipes', 'a.json')]);
    expect(status).toBe(0);
    symlinkSync('/dev/zero', join(folder.path, 'pipes', 'zero.yaml'));
    symlinkSync('/dev/zero', join(folder.path, 'pipes', 'sallyport.yaml'));
    symlinkSync('a.json', join(folder.path, 'pipes', 'healthy.parameters.json'));
    expect(checked('pipes').code).toBe(0);
    const { out } = watched(['import', 'pipes'], folder.path);
    expect(out).toMatch(/ skipped +pipes\/a\.json +device +it is neither a file nor a folder/);
    expect(out).toMatch(/ skipped +pipes\/zero\.yaml +device /);
    const named = watched(['import', 'pipes/a.json'], folder.path);
    expect(named.code).toBe(2);
  });

  it('names with line ends, colours, quotes and letters of any script are read and shown on one line', () => {
    const names = [
      'a\nb.json',
      'a\u001b[31m|`<b>.json',
      'שלום\u202e.json',
      '漢字 😀.json',
      "it's \\ $(x).json",
    ];
    for (const [index, name] of names.entries()) {
      folder.write(`names/${name}`, HEALTHY.replaceAll('healthy', `h${index}`));
    }
    const ran = watched(['import', 'names'], folder.path);
    expect(ran.code).toBe(0);
    expect(ran.out.match(/^ read .* ARM template {2}2 resources$/gm)).toHaveLength(names.length);
    expect(ran.out).not.toMatch(/[\u001b\u202e]/);
    const { out } = watched(['check', 'names', '--format', 'sarif'], folder.path);
    const [run] = JSON.parse(out).runs;
    for (const { locations } of run.results) {
      expect(locations[0].physicalLocation.artifactLocation.uri).toMatch(/^[\w\-.~%!'()*/]+$/);
    }
  });

  it('a name that is no text is told apart from a file that may not be read', (context) => {
    const bytes = Buffer.concat([
      Buffer.from(join(folder.path, 'latin', 'gr')),
      Buffer.from([0xfc, 0xdf]),
      Buffer.from('.json'),
    ]);
    folder.write('latin/healthy.json', HEALTHY);
    try {
      closeSync(openSync(bytes, 'w'));
    } catch {
      context.skip('this file system wants names in Unicode');
    }
    expect(checked('latin').code).toBe(1);
  });
});
