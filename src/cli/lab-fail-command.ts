import { askLab, type Failure } from '../lab/run/index.ts';
import { type LabChoice, runningLab } from './chosen-lab.ts';
import { type ExitCode, InputError } from './exit-code.ts';

/** What is done to something, in percent and milliseconds. */
export interface Harm {
  readonly loss?: number;
  readonly latency?: number;
}

/** Without either it fails wholly. Where, the lab finds itself. */
export function failureOf(what: string, { loss, latency }: Harm): Failure {
  const lossPercent = loss ?? (latency === undefined ? 100 : 0);
  const delay = latency === undefined ? {} : { latencyMilliseconds: latency };
  return { what, lossPercent, ...delay, cuts: [] };
}

export async function failCommand(what: string, options: LabChoice & Harm): Promise<ExitCode> {
  const lab = await runningLab(options);
  const failure = failureOf(what, options);
  const reply = await askLab(lab.folder.control, { ask: 'fail', failure });
  if (reply?.kind !== 'done') {
    throw new InputError(reply?.kind === 'refused' ? reply.why : 'the lab does not answer');
  }
  const done = reply.failure ?? failure;
  process.stderr.write(`${what}: ${harmText(done)}; sallyport lab restore ends it\n`);
  return 0;
}

export async function restoreCommand(
  what: string | undefined,
  options: LabChoice,
): Promise<ExitCode> {
  const lab = await runningLab(options);
  const reply = await askLab(lab.folder.control, {
    ask: 'restore',
    ...(what === undefined ? {} : { what }),
  });
  if (reply?.kind !== 'done') {
    throw new InputError(reply?.kind === 'refused' ? reply.why : 'the lab does not answer');
  }
  process.stderr.write(`${what ?? 'everything'} works again\n`);
  return 0;
}

/** What is broken, for `fail` and for `status`. */
export function harmText(failure: Failure): string {
  const { lossPercent, latencyMilliseconds, latencyBy, cuts } = failure;
  // A cable is one of its ends, with its interface.
  const isCable = cuts.some((cut) => cut.interface !== undefined);
  const what = isCable ? 'what passes it comes' : 'what it sends comes';
  const each = isCable ? ' in each direction' : '';
  const late =
    latencyMilliseconds === undefined
      ? []
      : [`${what} ${latencyMilliseconds} ms later${each}${byWhom(latencyBy)}`];
  const lost =
    lossPercent === 0
      ? []
      : [
          lossPercent === 100
            ? 'every packet to and from it is lost'
            : `${lossPercent}% of the packets to and from it are lost`,
        ];
  return [...lost, ...late].join(', ');
}

function byWhom(by: Failure['latencyBy']): string {
  switch (by) {
    case undefined:
      return '';
    case 'netem':
      return " (the kernel's netem)";
    case 'queue':
      return ' (held back by a program: this kernel has no netem)';
  }
}
