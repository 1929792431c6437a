import type { Clock } from '../../io/index.ts';

/** How far an ingest is. */
export interface IngestProgress {
  readonly filesDone: number;
  readonly files: number;
  /** As they lie on disk, compressed where they are. */
  readonly bytesDone: number;
  readonly bytes: number;
  readonly records: number;
  readonly seconds: number;
  readonly bytesPerSecond: number;
  /** Absent until there is something to judge by. */
  readonly secondsLeft?: number;
  /** What is being read. */
  readonly name: string;
}

export interface ProgressMeter {
  report(
    now: Pick<IngestProgress, 'filesDone' | 'bytesDone' | 'records' | 'name'>,
    isLast?: boolean,
  ): void;
}

const EVERY_MILLISECONDS = 200;

/** Calls back a few times a second. The rate is that of the last ten seconds, so that a slow disk shows. */
export function progressMeter(
  clock: Clock,
  files: number,
  bytes: number,
  tell: ((progress: IngestProgress) => void) | undefined,
): ProgressMeter {
  const began = clock.now();
  let told = Number.NEGATIVE_INFINITY;
  const samples: { readonly at: number; readonly bytes: number }[] = [{ at: began, bytes: 0 }];
  return {
    report(now, isLast = false) {
      if (tell === undefined) return;
      const at = clock.now();
      if (!isLast && at - told < EVERY_MILLISECONDS) return;
      told = at;
      samples.push({ at, bytes: now.bytesDone });
      while (samples.length > 2 && at - samples[0]!.at > 10_000) samples.shift();
      const first = samples[0]!;
      const seconds = (at - first.at) / 1000;
      const bytesPerSecond = seconds > 0 ? (now.bytesDone - first.bytes) / seconds : 0;
      const left =
        bytesPerSecond > 0 ? { secondsLeft: (bytes - now.bytesDone) / bytesPerSecond } : {};
      tell({ ...now, files, bytes, seconds: (at - began) / 1000, bytesPerSecond, ...left });
    },
  };
}
