import { formatIpv4 } from '../../net/index.ts';

/**
 * Addresses of the lab's own cables, from the link-local range that no VNet may use (azure-networking 1.1). A fabric's index says which
 * four of each block are its own.
 */
const BLOCKS = { edge: 64, internet: 80, platform: 96, service: 112 } as const;

export interface Cable {
  /** Of the host nearer to the fabric. */
  readonly near: string;
  /** Of the one further away: the edge, the internet, the platform. */
  readonly far: string;
  readonly length: 30;
}

/** @param index of the fabric (or of the service, on the internet), below 1,024 */
export function cable(block: keyof typeof BLOCKS, index: number): Cable {
  const third = BLOCKS[block];
  const base = 169 * 2 ** 24 + 254 * 2 ** 16 + third * 2 ** 8 + 4 * (index % 1024);
  return { near: formatIpv4(base + 1), far: formatIpv4(base + 2), length: 30 };
}
