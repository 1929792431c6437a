import { readFileSync, writeFileSync } from 'node:fs';
import { OperationalError } from '../../diagnostics/index.ts';
import type { LabPlan } from '../plan/lab-plan.ts';
import { askLab } from './control.ts';
import { folderFault, type LabFolder } from './lab-folder.ts';
import { takeLock } from './lab-lock.ts';
import { readState, writeState } from './lab-state.ts';
import { isSamePlan, planDifference } from './plan-difference.ts';
import { digestOf, type RunPlan, runPlan } from './run-plan.ts';

export type LabReload =
  | { readonly kind: 'same' }
  | { readonly kind: 'reloaded'; readonly lines: readonly string[] }
  /** Hosts, cables or addresses are others: it must be made anew. */
  | { readonly kind: 'network'; readonly differences: readonly string[] };

/**
 * Gives a running lab the rules of another plan; its connections go on.
 * @throws OperationalError `lab/reload` when it could not, and nothing was changed
 */
export async function labReload(plan: LabPlan, folder: LabFolder): Promise<LabReload> {
  const release = await takeLock(folder.path);
  try {
    const before = JSON.parse(readFileSync(folder.plan, 'utf8')) as RunPlan;
    const after = runPlan(plan);
    const difference = planDifference(before, after);
    if (isSamePlan(difference)) return { kind: 'same' };
    if (difference.network.length > 0) {
      return { kind: 'network', differences: difference.network };
    }
    const reply = await askLab(folder.control, { ask: 'reload', plan: after });
    if (reply?.kind !== 'reloaded') {
      const why = reply?.kind === 'refused' ? reply.why : 'the lab does not answer';
      throw new OperationalError('lab/reload', why, { hint: 'sallyport lab up makes it anew' });
    }
    writeFileSync(folder.plan, JSON.stringify(after), { mode: 0o600 });
    const state = readState(folder);
    if (state !== undefined) writeState(folder, { ...state, digest: digestOf(after) });
    return reply;
  } catch (error) {
    throw folderFault(error, folder);
  } finally {
    release();
  }
}
