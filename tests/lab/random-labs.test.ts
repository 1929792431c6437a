import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { pinnedPerimeter, planLab } from '../../src/lab/plan/index.ts';
import { type ProbeResult, probe, probeQuestions, sampleOf } from '../../src/lab/probe/index.ts';
import { liveLab } from '../../src/lab/probe/live-lab.ts';
import { labDown, labFolder, labUp } from '../../src/lab/run/index.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { randomPerimeter } from '../support/random-perimeter.ts';
import { projectRoot } from '../support/source-tree.ts';
import { freshName } from './lab-command.ts';

/** Random hubs and spokes, each brought up with real packets: what the proof says of a flow is what the kernel does with it. */

const ready = labReady();
const own = [process.execPath, join(projectRoot, 'bin', 'sallyport.js')];
const PERIMETERS = Number(process.env['SALLYPORT_RANDOM_LABS'] ?? 3);
const FLOWS = 60;

describe.skipIf(!ready.ok)(`random perimeters with real packets${notRun(ready)}`, () => {
  const labs = mkdtempSync('/tmp/sp-random-');
  afterAll(() => rmSync(labs, { recursive: true, force: true }));

  it('the kernel does what was proven', { timeout: PERIMETERS * 100_000 }, async () => {
    const seeds = fc.sample(fc.integer({ min: 1, max: 2 ** 31 - 1 }), PERIMETERS);
    const found: string[] = [];
    for (const seed of seeds) {
      found.push(...(await disagreements(seed, labs)).map((text) => `seed ${seed}: ${text}`));
    }
    expect(found).toEqual([]);
  });
});

async function disagreements(seed: number, labs: string): Promise<readonly string[]> {
  const { snapshot } = randomPerimeter(seed).network.perimeter;
  const { perimeter, network, assumed } = pinnedPerimeter(snapshot);
  const lab = freshName('r');
  const plan = planLab(perimeter, network, snapshot.datasets, { lab, assumed });
  const { folder } = await labUp(plan, { labs, origin: [], own });
  try {
    const questions = sampleOf(probeQuestions(network, plan, {}), FLOWS);
    const live = liveLab({ folder, plan, entrance: [], own, timeoutMilliseconds: 1_500 });
    const { results } = await probe(network, live, questions, { now: () => performance.now() });
    return results.flatMap(disagreement);
  } finally {
    await labDown(labFolder(labs, lab));
  }
}

function disagreement({ question, agreement, kernel }: ProbeResult): readonly string[] {
  if (agreement.kind !== 'disagree') return [];
  const lines = (kernel ?? []).map(({ host, text }) => `  ${host}: ${text}`);
  return [[`${question.from} → ${question.to}: ${agreement.why}`, ...lines].join('\n')];
}
