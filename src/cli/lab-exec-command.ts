import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { OperationalError } from '../diagnostics/index.ts';
import { inHost, inNamespace, runProgram, withSystemPaths } from '../lab/run/index.ts';
import { type ChosenLab, hostOf, type LabChoice, runningLab } from './chosen-lab.ts';
import { type ExitCode, InputError } from './exit-code.ts';

export interface CaptureOptions extends LabChoice {
  readonly output?: string;
  readonly seconds: number;
  readonly packets: number;
}

/** With the host's resolvers and the lab's authority. The command's own exit code is passed on. */
export async function execCommand(
  end: string,
  words: readonly string[],
  options: LabChoice,
): Promise<ExitCode> {
  const [first = ''] = words;
  if (first.startsWith('-') && first !== '--') {
    throw new InputError(
      `what stands behind the end is the command: \`${first}\` is none`,
      'sallyport lab exec [--name LAB] END -- COMMAND',
    );
  }
  const lab = await runningLab(options);
  return run(inside(lab, hostOf(lab, end), first === '--' ? words.slice(1) : words));
}

export async function shellCommand(end: string, options: LabChoice): Promise<ExitCode> {
  const lab = await runningLab(options);
  const host = hostOf(lab, end);
  process.stderr.write(`in ${host} of lab ${lab.plan.lab}; exit leaves it\n`);
  // Every shell puts the folder in its place; `\\w` is bash's alone.
  return run(inside(lab, host, ['env', `PS1=${host}:$PWD# `, '/bin/sh']));
}

/** Bounded in time and in packets, whichever comes first. */
export async function captureCommand(
  end: string,
  filter: readonly string[],
  { output, seconds, packets, ...options }: CaptureOptions,
): Promise<ExitCode> {
  const lab = await runningLab(options);
  const host = hostOf(lab, end);
  if (!lab.state.isPrivileged) {
    // It insists on changing its groups, which nobody may in a user namespace of one user.
    const why = 'tcpdump does not work in a lab of an ordinary user';
    throw new OperationalError('lab/feature', why, {
      hint: 'make the lab as root: sudo sallyport lab up',
    });
  }
  const written = output === undefined ? ['-l'] : ['-U', '-w', output];
  if (output !== undefined) makeFile(output);
  await checkFilter(lab, host, filter);
  return run(
    inNamespace(lab.plan.lab, host, [
      'timeout',
      '--signal=INT',
      '--preserve-status',
      String(seconds),
      'tcpdump',
      '-n',
      // Run by root it would give its rights away, and with them those to the file.
      '-Z',
      'root',
      '-i',
      'any',
      '-c',
      String(packets),
      ...written,
      ...filter,
    ]),
  );
}

/** What `tcpdump` would say after its preamble, and as if a capture had failed. @throws InputError */
async function checkFilter(lab: ChosenLab, host: string, filter: readonly string[]): Promise<void> {
  if (filter.length === 0) return;
  const trial = inNamespace(lab.plan.lab, host, ['tcpdump', '-d', '-i', 'any', ...filter]);
  const { code, err } = await runProgram(trial);
  const why = /^tcpdump: (can't parse filter.*|.*error.*)$/m.exec(err)?.[1];
  if (code === 0 || why === undefined) return;
  throw new InputError(`\`${filter.join(' ')}\` is no filter: ${why}`, 'man pcap-filter');
}

/** @throws InputError when it cannot be written */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'w', 0o600));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`\`${path}\` cannot be written: ${why}`);
  }
}

function inside(lab: ChosenLab, host: string, words: readonly string[]): readonly string[] {
  return [...lab.entrance, ...inHost(lab.plan.lab, host, lab.folder.path, words)];
}

/** With this terminal. Ctrl-C is the child's. */
function run([program = '', ...args]: readonly string[]): Promise<ExitCode> {
  const env = { ...process.env, PATH: withSystemPaths(process.env) };
  return new Promise((done, fail) => {
    const ignore = () => {};
    process.on('SIGINT', ignore);
    const child: ChildProcess = spawn(program, args, { stdio: 'inherit', env });
    const relay = () => child.kill('SIGTERM');
    process.on('SIGTERM', relay);
    child.on('error', (cause) =>
      fail(new OperationalError('lab/feature', `\`${program}\` cannot be started`, { cause })),
    );
    child.on('close', (code, signal) => {
      process.removeListener('SIGINT', ignore);
      process.removeListener('SIGTERM', relay);
      // Not one of our own codes: it is the command's, told as a shell tells it.
      done((code ?? 128 + constants.signals[signal ?? 'SIGTERM']) as ExitCode);
    });
  });
}
