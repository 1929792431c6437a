import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { pinnedPerimeter, planLab } from '../../src/lab/plan/index.ts';
import type { LabPlan } from '../../src/lab/plan/lab-plan.ts';
import { type ProbeResult, probe, probeQuestions, sampleOf } from '../../src/lab/probe/index.ts';
import { liveLab } from '../../src/lab/probe/live-lab.ts';
import { labDown, labFolder, labUp } from '../../src/lab/run/index.ts';
import type { Network } from '../../src/network/index.ts';
import { answerQuery, type QueryCell } from '../../src/questions/query/index.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { QUESTIONS_ASKED, randomPerimeter } from '../support/random-perimeter.ts';
import { projectRoot } from '../support/source-tree.ts';
import { freshName } from './lab-command.ts';

/** Random hubs and spokes, each brought up with real packets: what the proof says of a flow is what the kernel does with it. */

const ready = labReady();
const own = [process.execPath, join(projectRoot, 'bin', 'sallyport.js')];
/** Each of these once showed that proof, lab or probe was wrong; `SALLYPORT_RANDOM_LABS=10` draws ten that nobody has seen. */
const KEPT = [603, 605, 607, 609];
const drawn = process.env['SALLYPORT_RANDOM_LABS'];
const seeds =
  drawn === undefined ? KEPT : fc.sample(fc.integer({ min: 1, max: 2 ** 31 - 1 }), Number(drawn));
const FLOWS = 120;

describe.skipIf(!ready.ok)(`random perimeters with real packets${notRun(ready)}`, () => {
  const labs = mkdtempSync('/tmp/sp-random-');
  afterAll(() => rmSync(labs, { recursive: true, force: true }));

  it('the kernel does what was proven', { timeout: seeds.length * 150_000 }, async () => {
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
    const questions = sampleOf(
      probeQuestions(network, plan, { expected: asked(network, plan) }),
      FLOWS,
    );
    const live = liveLab({ folder, plan, entrance: [], own, timeoutMilliseconds: 1_500 });
    const { results } = await probe(network, live, questions, { now: () => performance.now() });
    return results.flatMap(disagreement);
  } finally {
    await labDown(labFolder(labs, lab));
  }
}

/** Beside what every probe asks: every kind of place a random perimeter has, and its machines among themselves. */
function asked(network: Network, plan: LabPlan): readonly QueryCell[] {
  const machines = plan.ends.flatMap(({ name, traceName }) =>
    name.startsWith('machine/') && traceName !== undefined ? [traceName] : [],
  );
  const pairs = [
    ...QUESTIONS_ASKED,
    ...machines.flatMap((from) =>
      [...machines, 'pods', 'nodes', 'apiserver'].map((to) => [from, to] as const),
    ),
    ...['pods', 'nodes', 'internet'].flatMap((from) =>
      [...machines, 'apiserver'].map((to) => [from, to] as const),
    ),
  ];
  return pairs.flatMap(
    ([from, to]) => answerQuery(network, { from, to, boxesMax: 1 }).answer.cells,
  );
}

function disagreement({ question, agreement, kernel }: ProbeResult): readonly string[] {
  if (agreement.kind !== 'disagree') return [];
  const lines = (kernel ?? []).map(({ host, text }) => `  ${host}: ${text}`);
  return [[`${question.from} → ${question.to}: ${agreement.why}`, ...lines].join('\n')];
}
