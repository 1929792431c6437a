/** Who the rehearsal plays: one subscription of one tenant. */
export interface Identity {
  readonly subscriptionId: string;
  readonly subscriptionName: string;
  readonly tenantId: string;
  readonly clientId: string;
}

/** Made up, and always the same: what scripts print and what ids hold does not change from run to run. */
export function defaultIdentity(chosen: Partial<Identity> = {}): Identity {
  return {
    subscriptionId: chosen.subscriptionId ?? '5a11b0a7-0000-4000-8000-000000000001',
    subscriptionName: chosen.subscriptionName ?? 'Rehearsal',
    tenantId: chosen.tenantId ?? '5a11b0a7-0000-4000-8000-00000000000a',
    clientId: chosen.clientId ?? '5a11b0a7-0000-4000-8000-00000000000c',
  };
}
