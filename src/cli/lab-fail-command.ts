import { askLab, type Failure } from '../lab/run/index.ts';
import { type LabChoice, runningLab } from './chosen-lab.ts';
import { type ExitCode, InputError } from './exit-code.ts';

export async function failCommand(
  what: string,
  { loss, latency, ...options }: LabChoice & { readonly loss?: number; readonly latency?: number },
): Promise<ExitCode> {
  const lab = await runningLab(options);
  const lossPercent = loss ?? (latency === undefined ? 100 : 0);
  const delay = latency === undefined ? {} : { latencyMilliseconds: latency };
  const failure = { what, lossPercent, ...delay, cuts: [] };
  const reply = await askLab(lab.folder.control, { ask: 'fail', failure });
  if (reply?.kind !== 'done') {
    throw new InputError(reply?.kind === 'refused' ? reply.why : 'the lab does not answer');
  }
  process.stderr.write(`${what}: ${harmText(failure)}; sallyport lab restore ends it\n`);
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
export function harmText({
  lossPercent,
  latencyMilliseconds,
}: Pick<Failure, 'lossPercent' | 'latencyMilliseconds'>): string {
  const late =
    latencyMilliseconds === undefined
      ? []
      : [`what it sends comes ${latencyMilliseconds} ms later`];
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
