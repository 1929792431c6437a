#!/usr/bin/env node
// In a checkout the bundle is made, or made again, before it runs; the published package ships it. A program of the lab is started
// by a command that has just done so.
import { existsSync } from 'node:fs';

const checkout = new URL('../src/cli/main.ts', import.meta.url);
if (existsSync(checkout) && process.env.SALLYPORT_LAB_AGENT === undefined) {
  if (!existsSync(new URL('../node_modules/.package-lock.json', import.meta.url))) {
    await import('../scripts/setup.mjs');
  } else {
    const { buildCommandLine, commandLineIsStale } = await import('../scripts/build.mjs');
    if (commandLineIsStale()) await buildCommandLine();
  }
}
const { main } = await import('../dist/cli/main.js');
await main(process.argv);
