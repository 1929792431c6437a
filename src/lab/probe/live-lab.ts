import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationalError } from '../../diagnostics/index.ts';
import { LOOK_UP_MILLISECONDS, type ProbeClientConfiguration } from '../agents/probe-client.ts';
import { inNamespace, type LabFolder, runProgram } from '../run/index.ts';
import { arrivalRules, arrivalsIn, FORGET_ARRIVALS, READ_ARRIVALS } from './arrival.ts';
import type { Attempt, Observation } from './attempt.ts';
import { explainPackets } from './explain.ts';
import type { ProbeLab } from './probe.ts';
import type { ProbePlan } from './probe-plan.ts';
import { type Undoing, undoing } from './undoing.ts';

export interface LiveLabOptions {
  readonly folder: LabFolder;
  readonly plan: ProbePlan;
  /** Stands before every command that runs inside. */
  readonly entrance: readonly string[];
  /** How this very program is started. */
  readonly own: readonly string[];
  /** For one connection, name look-up apart. */
  readonly timeoutMilliseconds: number;
  /** Where somebody may give it up; otherwise what is put up for a look is taken down after it. */
  readonly undoing?: Undoing;
}

/** More at once make a busy machine late, and late looks like lost. */
const AT_ONCE = 16;

/** A lab that is up, for `probe`. Each namespace is entered once for all its connections. */
export function liveLab({ folder, plan, entrance, own, ...options }: LiveLabOptions): ProbeLab {
  const standing = options.undoing ?? undoing();
  const inside = (host: string, command: readonly string[]): readonly string[] => [
    ...entrance,
    ...inNamespace(plan.lab, host, command),
  ];
  const attempt = async (
    host: string,
    attempts: readonly Attempt[],
    patience: number,
  ): Promise<readonly Observation[]> => {
    const timeoutMilliseconds = options.timeoutMilliseconds * patience;
    const scratch = join(folder.path, 'probe');
    const output = join(scratch, `${host}.out.json`);
    const input = join(scratch, `${host}.json`);
    const configuration: ProbeClientConfiguration = {
      attempts,
      resolvers: plan.hosts.find(({ name }) => name === host)?.resolvers ?? [],
      authority: folder.authority,
      timeoutMilliseconds,
      atOnce: AT_ONCE,
      output,
    };
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    await writeFile(input, JSON.stringify(configuration), { mode: 0o600 });
    const rounds = Math.ceil(attempts.length / AT_ONCE) + 1;
    const milliseconds = 20_000 + rounds * (timeoutMilliseconds + LOOK_UP_MILLISECONDS + 500);
    const command = inside(host, [
      'env',
      'SALLYPORT_LAB_AGENT=1',
      ...own,
      'lab',
      'agent',
      'probe-client',
      input,
    ]);
    const { code, err } = await runProgram(command, { milliseconds });
    if (code !== 0) {
      throw new OperationalError(
        'lab/probe',
        `connections from \`${host}\` could not be made: ${err.trim()}`,
      );
    }
    const seen = JSON.parse(await readFile(output, 'utf8')) as readonly Observation[];
    await Promise.all([rm(input, { force: true }), rm(output, { force: true })]);
    return seen;
  };
  const spawnIn = (host: string, words: readonly string[], input?: string): ChildProcess => {
    const [program = '', ...args] = inside(host, words);
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    return child;
  };
  return {
    plan,
    attempt,
    arrives: async (host, one, arrival) => {
      const { hosts } = arrival;
      const each = (command: readonly string[], input?: string) =>
        Promise.all(
          hosts.map((name) =>
            runProgram(inside(name, command), input === undefined ? {} : { input }),
          ),
        );
      const look = async (): Promise<boolean> => {
        await each(['nft', '-f', '-'], arrivalRules(arrival));
        await attempt(host, [one], 1);
        return (await each(READ_ARRIVALS)).some(({ out }) => arrivalsIn(out) > 0);
      };
      return standing.undoneAfter(look, () => each(FORGET_ARRIVALS));
    },
    explain: (host, one) =>
      explainPackets(
        plan.hosts.filter(({ kind }) => kind !== 'internet').map(({ name }) => name),
        spawnIn,
        () => attempt(host, [one], 1),
        standing,
      ),
  };
}
