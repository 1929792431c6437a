import { lengthFor } from '../carve.ts';
import { DEFAULTS } from '../defaults.ts';

/** What `sallyport init` asks. */
export interface Answers {
  readonly name: string;
  readonly location: string;
  readonly environment: string;
  readonly hubSpace: string;
  readonly spokeSpace: string;
  /** The most pods there will be. */
  readonly pods: number;
  /** Other networks call pods by their own addresses, or must see them. */
  readonly hasReachablePods: boolean;
  readonly purpose: Purpose;
  /** The namespace of the workload. */
  readonly namespace: string;
}

export const PURPOSES = ['production', 'dev', 'ephemeral', 'internal-only', 'central-hub'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What follows from the answers, each with the sentence that says why. */
export interface Decisions {
  readonly plugin: Decision<'overlay' | 'podSubnet'>;
  readonly maxNodes: Decision<number>;
  readonly podRange: Decision<string> | undefined;
  readonly outbound: Decision<'userDefinedRouting' | 'none'>;
  readonly tier: Decision<'Standard' | 'Basic'>;
  readonly publicIps: Decision<number>;
  readonly addOns: Decision<readonly string[]>;
  /** When a perimeter of this kind is the wrong thing, and what to know besides. */
  readonly advice: readonly string[];
}

export interface Decision<T> {
  readonly value: T;
  readonly why: string;
}

const MAX_PODS = DEFAULTS['clusters.pools.maxPods'].value;
const NODES = DEFAULTS['clusters.pools.nodes'].value;

/** The decision guide of the reference (aks 2, 11.4), answered from what was said. */
export function decide(answers: Answers): Decisions {
  const { pods, hasReachablePods, purpose } = answers;
  const isSmall = purpose === 'dev' || purpose === 'ephemeral';
  const maxNodes = Math.max(NODES, Math.ceil(pods / MAX_PODS));
  // One node of the pool more is there during upgrades.
  const nodes = maxNodes + 1;
  const flat = nodes * 16 * Math.ceil((MAX_PODS + 8) / 16);
  const rangeLength = Math.min(16, 24 - Math.ceil(Math.log2(nodes)));
  return {
    plugin: hasReachablePods
      ? {
          value: 'podSubnet',
          why: `Pods are called from other networks by their own addresses: they need a subnet, here a /${lengthFor(flat)} for ${flat} addresses.`,
        }
      : {
          value: 'overlay',
          why: `Nobody outside calls pods by their own addresses: an overlay takes ${nodes} addresses of the network where a pod subnet would take ${flat}.`,
        },
    maxNodes: {
      value: maxNodes,
      why: `${pods} pods at ${MAX_PODS} a node, and never fewer than one node in each zone.`,
    },
    podRange: hasReachablePods
      ? undefined
      : {
          value: `10.244.0.0/${rangeLength}`,
          why: `A /24 for each of ${nodes} nodes, with room to grow.`,
        },
    outbound:
      purpose === 'internal-only'
        ? { value: 'none', why: 'For internal use alone: there is no way to the internet at all.' }
        : { value: 'userDefinedRouting', why: DEFAULTS['clusters.network.outbound'].why },
    tier: isSmall
      ? {
          value: 'Basic',
          why: 'Enough for development; it cannot answer DNS, and only alerts on known bad addresses.',
        }
      : { value: 'Standard', why: DEFAULTS['hub.firewall.tier'].why },
    publicIps: isSmall
      ? {
          value: 1,
          why: 'Few connections at a time: one address has 2,496 ports for each destination and instance.',
        }
      : {
          value: DEFAULTS['hub.firewall.publicIps'].value,
          why: DEFAULTS['hub.firewall.publicIps'].why,
        },
    addOns:
      purpose === 'internal-only'
        ? {
            value: [],
            why: 'Azure Policy and other add-ons call the internet; there is no way to it.',
          }
        : DEFAULTS['clusters.addOns'],
    advice: adviceFor(purpose),
  };
}

function adviceFor(purpose: Purpose): readonly string[] {
  switch (purpose) {
    case 'production':
      return [];
    case 'dev':
      return [
        'A small development cluster without sensitive data does without a firewall of its own: the defaults of AKS and network policies may be enough.',
      ];
    case 'ephemeral':
      return [
        'A cluster that lives for a pipeline run needs no lasting perimeter: take a managed cluster with its defaults, and rely on its short life.',
      ];
    case 'internal-only':
      return [
        'Nothing leaves, so nodes pull images and packages from a registry of your own: put one behind a private endpoint (privateEndpoints, for: registry).',
      ];
    case 'central-hub':
      return [
        'Where a central team runs hub and firewall, a firewall for each cluster is paid twice: give this page to that team, with the hub section as theirs, and deploy the spoke alone.',
      ];
  }
}
