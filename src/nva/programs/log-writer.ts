import { run } from '../log-writer.ts';
import { runStandAlone } from '../stand-alone.ts';

/** Bundled to one file, `dist/nva/log-writer.mjs`, which needs Node.js 18 and nothing else. */
await runStandAlone('log-writer', {}, run);
