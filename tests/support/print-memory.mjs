// Loaded before the command line by tests that bound its memory: the last line of stderr is its peak, in kilobytes.
import { writeSync } from 'node:fs';

process.on('exit', () => writeSync(2, `\npeak memory ${process.resourceUsage().maxRSS}\n`));
