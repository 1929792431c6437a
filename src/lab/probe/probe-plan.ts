import type { LabPlan } from '../plan/lab-plan.ts';

/** What of a plan says who is where. */
export type ProbePlan = Pick<LabPlan, 'lab' | 'hosts' | 'links' | 'ends' | 'names' | 'ownNames'>;
