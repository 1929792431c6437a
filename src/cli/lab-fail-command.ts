import { askLab } from '../lab/run/index.ts';
import { type LabChoice, runningLab } from './chosen-lab.ts';
import { type ExitCode, InputError } from './exit-code.ts';

export async function failCommand(
  what: string,
  { loss, ...options }: LabChoice & { readonly loss: number },
): Promise<ExitCode> {
  const lab = await runningLab(options);
  const failure = { what, lossPercent: loss, cuts: [] };
  const reply = await askLab(lab.folder.control, { ask: 'fail', failure });
  if (reply?.kind !== 'done') {
    throw new InputError(reply?.kind === 'refused' ? reply.why : 'the lab does not answer');
  }
  const share =
    loss === 100 ? 'every packet to and from it is' : `${loss}% of the packets to and from it are`;
  process.stderr.write(`${what}: ${share} lost; sallyport lab restore ends it\n`);
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
