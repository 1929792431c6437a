import type { NetworkEmitter } from '../diagram/network-emitter.ts';
import { documentsOf } from './index.ts';

export const DOCUMENTS: NetworkEmitter = {
  target: 'docs',
  describe: 'for the team: architecture.md and runbook.md',
  emit: async (network, { tool, paths, today }) => ({
    files: documentsOf(network, { tool, paths, ...(today === undefined ? {} : { today }) }),
    losses: [],
  }),
};
