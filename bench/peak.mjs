// Peak memory of this process in kilobytes. Not `maxRSS`: Linux lets it begin with what the parent held at the fork, so that a small process
// started by a large one looks large.
import { readFileSync } from 'node:fs';

export function peakKilobytes() {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS; // not Linux
  }
}
