// Loaded before the command line by tests that bound its memory: the last line of stderr is its peak, in kilobytes.
import { readFileSync, writeSync } from 'node:fs';

process.on('exit', () => writeSync(2, `\npeak memory ${peak()}\n`));

/** Linux counts what the parent held when it forked into `maxRSS`; the high-water mark is this program's own. */
function peak() {
  try {
    const own = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (own !== undefined) return Number(own);
  } catch {
    // No such file: another system.
  }
  return process.resourceUsage().maxRSS;
}
