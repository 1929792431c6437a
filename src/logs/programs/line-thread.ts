import { parentPort, workerData } from 'node:worker_threads';
import { lineThread, type ThreadTask } from '../ingest/line-thread.ts';

/** Bundled to one file, `dist/logs/line-thread.mjs`: what a thread of the ingest runs. */
const decode = lineThread((workerData as { readonly oldest: number }).oldest);
parentPort!.on('message', (task: ThreadTask) => {
  parentPort!.postMessage(decode(task));
});
