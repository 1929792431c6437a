// Loaded before a measured process: writes its peak memory in kilobytes to file descriptor 3 when it ends.
import { writeSync } from 'node:fs';
import { peakKilobytes } from './peak.mjs';

process.on('exit', () => writeSync(3, String(peakKilobytes())));
