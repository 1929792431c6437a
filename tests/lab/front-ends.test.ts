import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pinnedPerimeter, planLab } from '../../src/lab/plan/index.ts';
import { probe } from '../../src/lab/probe/index.ts';
import { liveLab } from '../../src/lab/probe/live-lab.ts';
import { labDown, labFolder, labUp } from '../../src/lab/run/index.ts';
import { CLIENT, FRONT_ENDS, frontEndPerimeter } from '../support/front-ends.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { projectRoot } from '../support/source-tree.ts';
import { freshName } from './lab-command.ts';

const ready = labReady();
const own = [process.execPath, join(projectRoot, 'bin', 'sallyport.js')];

describe.skipIf(!ready.ok)(
  `front ends without floating IP, with real packets${notRun(ready)}`,
  () => {
    const labs = mkdtempSync('/tmp/sp-fronts-');
    afterAll(() => rmSync(labs, { recursive: true, force: true }));

    it('AZN-37, AKS-71: groups judge what Azure shows them, and the answer comes from the front end', {
      timeout: 120_000,
    }, async () => {
      const { snapshot } = frontEndPerimeter().perimeter;
      const { perimeter, network, assumed } = pinnedPerimeter(snapshot);
      const lab = freshName('f');
      const plan = planLab(perimeter, network, snapshot.datasets, { lab, assumed });
      const { folder } = await labUp(plan, { labs, origin: [], own });
      try {
        const live = liveLab({ folder, plan, entrance: [], own, timeoutMilliseconds: 1_500 });
        const questions = Object.values(FRONT_ENDS).map(
          (to) => ({ from: CLIENT, to, protocol: 'tcp', because: 'service' }) as const,
        );
        const report = await probe(network, live, questions, { now: () => performance.now() });
        expect(report.notTried).toEqual([]);
        const seen = report.results.map(({ question, observation, agreement }) => [
          question.to,
          observation.outcome.kind,
          agreement.kind,
        ]);
        expect(seen).toEqual([
          [FRONT_ENDS.machine, 'answered', 'agree'],
          [FRONT_ENDS.closedMachine, 'timeout', 'agree'],
          [FRONT_ENDS.service, 'answered', 'agree'],
          [FRONT_ENDS.closedService, 'timeout', 'agree'],
        ]);
      } finally {
        await labDown(labFolder(labs, lab));
      }
    });
  },
);
