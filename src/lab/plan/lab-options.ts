/** What a person may choose about a lab. */
export interface LabOptions {
  /** Short, [a-z0-9]. */
  readonly lab: string;
  /** At most so many nodes of each pool; fewer where the pool has fewer. */
  readonly nodesPerPool: number;
  readonly podsPerWorkload: number;
  /** At most so many addresses of a subnet are given to the pods of one node. */
  readonly podAddressesPerNode: number;
}

export const DEFAULT_LAB: LabOptions = {
  lab: 'lab',
  nodesPerPool: 2,
  podsPerWorkload: 1,
  podAddressesPerNode: 110,
};
