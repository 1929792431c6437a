import type { RuleName } from './traffic-plan.ts';

/** What was planted, and how many records of it; all of them lie in the window. Times in microseconds. */
export interface GroundTruth {
  readonly window: { readonly from: number; readonly to: number };
  /** Is in the plan's rules and in no record. */
  readonly unusedRules: readonly RuleName[];
  /** A pod that tries ports of a network, all denied. */
  readonly scanner: Planted & {
    readonly address: string;
    readonly network: string;
    readonly destinations: number;
    readonly ports: number;
  };
  /** A destination AKS needs and the firewall denies. */
  readonly deniedDependency: Planted & {
    readonly fqdn: string;
    readonly port: number;
    readonly sources: readonly string[];
  };
  /** A pod that sends out through names of a domain: long labels in DNS, steady connections, fat flows. */
  readonly exfiltration: Planted & {
    readonly address: string;
    readonly domain: string;
    readonly destination: string;
    readonly dnsQueries: number;
    readonly connections: number;
    readonly fatFlows: number;
    readonly everySeconds: number;
  };
  /** Connections to one destination, more from minute to minute. */
  readonly snatRamp: Planted & {
    readonly destination: string;
    readonly port: number;
    /** Of the last minute; each has a source port of its own. */
    readonly peakPerMinute: number;
  };
  readonly threatHits: Planted & { readonly fqdn: string; readonly address: string };
  /** One rule, called otherwise from a moment on. */
  readonly rename: { readonly before: RuleName; readonly after: RuleName; readonly at: number };
  /** Records that are written a second time, as deliveries do. */
  readonly duplicates: number;
  /** All that is written, duplicates included. */
  readonly records: number;
}

export interface Planted {
  readonly records: number;
  readonly from: number;
  readonly to: number;
}
