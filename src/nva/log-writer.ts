import { constants, setPriority } from 'node:os';
import { LogWriter } from './log/log-writer.ts';
import { readLogWriterProgram } from './log/writer-program.ts';

/** The log writer as a program of the lab or of a virtual machine: runs until told to end, and then reads what is left. */
export async function run(configuration: unknown, signal: AbortSignal): Promise<void> {
  const program = readLogWriterProgram(configuration);
  const writer = new LogWriter(program);
  // What passes goes before what is written of it: lines wait in their files, and none is lost.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  process.stdout.write('log-writer ready\n');
  let told = { broken: 0, lost: 0 };
  while (!signal.aborted) {
    if (!writer.round()) await pause(program.pollMilliseconds, signal);
    if (writer.broken > told.broken || writer.lost > told.lost) {
      told = { broken: writer.broken, lost: writer.lost };
      process.stderr.write(
        `log-writer: ${told.broken} lines were no events; ${told.lost} could not be written by their program\n`,
      );
      await pause(program.pollMilliseconds, signal);
    }
  }
  for (let round = 0; round < 1_000 && writer.round(); round += 1);
  writer.close();
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
