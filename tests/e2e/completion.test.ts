import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type Offering,
  offeredInBash,
  offeredInFish,
  offeredInZsh,
} from '../support/offered-words.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

/** What shells offer where a person presses the tab key; each is asked the same. */

const SHELLS: Readonly<Record<string, Offering>> = {
  bash: offeredInBash,
  zsh: offeredInZsh,
  fish: offeredInFish,
};

/** A line up to the tab, and all that is offered for its last word, or `with` some of it and `without` other words. */
type Claim = readonly [
  line: string,
  offered:
    | readonly string[]
    | { readonly with?: readonly string[]; readonly without?: readonly string[] },
];

const CLAIMS: Readonly<Record<string, readonly Claim[]>> = {
  'commands, and those below logs, lab and rehearse': [
    ['lo', ['logs']],
    [
      'lab ',
      { with: ['up', 'down', 'exec', 'probe', 'drill', 'capture', 'restore'], without: ['agent'] },
    ],
    ['logs t', { with: ['tail', 'threats', 'tighten', 'timeline', 'top'] }],
    ['rehearse se', ['serve']],
  ],
  'options of the command that is named, wherever its other words stand': [
    ['logs denied --per', ['--perimeter']],
    ['logs denied in.json --last 24h --th', ['--threat-list']],
    ['logs denied --format json --th', ['--threat-list']],
    ['logs ingest --keep', ['--keep-days']],
    ['logs ingest --perim', []],
    ['lab fail firewall --l', ['--latency', '--loss']],
    // `logs` below `lab` is another one.
    ['lab logs --f', ['--follow']],
    ['logs --f', ['--format', '--from']],
  ],
  'the words an option or an argument may be': [
    ['logs summary --format ', ['csv', 'html', 'json', 'markdown', 'text']],
    ['logs summary --format=ht', ['html']],
    ['logs summary -f ht', ['html']],
    ['logs top n', ['names']],
    ['logs timeline --by ', ['action', 'rule']],
    ['logs denied --cloud u', ['usgovernment']],
    [
      'emit --to ',
      ['arm', 'az', 'bicep', 'diagram', 'docs', 'kubernetes', 'nva', 'policy', 'terraform'],
    ],
    ['completion ', ['bash', 'fish', 'zsh']],
  ],
  'nothing of its own behind --': [
    ['lab exec internet -- curl --format ', { without: ['json'] }],
    ['rehearse -- ./deploy.sh --for', []],
    ['rehearse -- s', ['script']],
  ],
  'files with their whole names where files are meant, and only there': [
    ['logs denied in', ['insights logs', 'inventory.json']],
    ['logs in', ['ingest', 'insights logs', 'inventory.json']],
    ['logs denied --pods inv', ['inventory.json']],
    ['lab up --plan inv', ['inventory.json']],
    ['lab up --plan in', { without: ['ingest'] }],
    ['lab in', []],
    ['lab down --all in', []],
    ['lab status ', []],
  ],
};

const { path: root, remove } = temporaryFolder();
afterAll(remove);

for (const [shell, offering] of Object.entries(SHELLS)) {
  const isThere = spawnSync(shell, ['--version']).status === 0;
  const notRun = isThere ? '' : ` (not run: ${shell} is not installed)`;
  const folder = join(root, shell);

  const expectOffered = (claims: readonly Claim[]): void => {
    mkdirSync(join(folder, 'insights logs'), { recursive: true });
    writeFileSync(join(folder, 'inventory.json'), '');
    writeFileSync(join(folder, 'script'), sallyport(['completion', shell]).out);
    const answers = offering(
      folder,
      claims.map(([line]) => `sallyport ${line}`),
    );
    expect(answers).toHaveLength(claims.length);
    for (const [at, [line, wanted]] of claims.entries()) {
      // Where a value stands behind `=`, some shells offer the whole word.
      const offered = answers[at]!.map((word) => word.replace(/^--\w+=/, '')).sort();
      if (Array.isArray(wanted)) expect([line, offered]).toEqual([line, [...wanted]]);
      else expectAmong(line, offered, wanted as Exclude<typeof wanted, readonly string[]>);
    }
  };

  describe.skipIf(!isThere)(`completion in ${shell}${notRun}`, () => {
    // bash is everywhere; each claim is told there, and what the others do in one.
    if (shell === 'bash') {
      for (const [claim, lines] of Object.entries(CLAIMS)) it(claim, () => expectOffered(lines));
    } else it('offers the same as in bash', () => expectOffered(Object.values(CLAIMS).flat()));

    if (shell !== 'zsh') return;
    it('works at the first tab where zsh itself finds it', () => {
      const functions = join(folder, '.zsh', 'functions');
      mkdirSync(functions, { recursive: true });
      writeFileSync(join(functions, '_sallyport'), sallyport(['completion', 'zsh']).out);
      process.env['BY_NAME'] = 'yes';
      try {
        expect(offeredInZsh(folder, ['sallyport logs to', 'sallyport lab dri'])).toEqual([
          ['top'],
          ['drill'],
        ]);
      } finally {
        delete process.env['BY_NAME'];
      }
    });
  });
}

describe('the scripts for zsh and fish', () => {
  it('name the same commands, options and choices, whether or not these shells are here', () => {
    const zsh = sallyport(['completion', 'zsh']).out;
    expect(zsh).toContain("'denied:");
    expect(zsh).toContain("'--threat-list:");
    expect(zsh).toContain('compadd -- text json csv markdown html; return;;');
    const fish = sallyport(['completion', 'fish']).out;
    expect(fish).toContain("-n '__sallyport_named logs' -a 'denied'");
    expect(fish).toContain("-n '__sallyport_named logs top' -a 'talkers'");
    expect(fish).toContain("-n '__sallyport_named lab fail' -l loss");
    expect(fish).not.toContain("'lab agent'");
  });
});

function expectAmong(
  line: string,
  offered: readonly string[],
  { with: some = [], without = [] }: { with?: readonly string[]; without?: readonly string[] },
): void {
  expect([line, ...offered]).toEqual(expect.arrayContaining([line, ...some]));
  for (const word of without) expect([line, ...offered]).not.toContain(word);
}
