import type { Appliance } from '../../appliance/index.ts';
import type { Gap } from '../../diagnostics/index.ts';

/**
 * A perimeter as network namespaces: everything `lab up` does, decided before anything is done. Plain data, sorted, the same bytes
 * for the same input. Addresses are texts here: what follows is handed to `ip`, `nft` and daemons as it stands.
 *
 * One **fabric** per set of peered VNets routes between all interfaces and holds the NSGs; it translates nothing. An **edge** per
 * fabric stands between it and the internet and does the platform's own source translation (load balancer outbound rules, NAT
 * gateway, default outbound). Load balancers translate nothing on the way: as with Azure's floating IP, the packet arrives at the
 * node (or machine) still addressed to the front end, which owns it there.
 */
export interface LabPlan {
  /** Short, [a-z0-9]; every namespace is called `sp-<lab>-<host>`. */
  readonly lab: string;
  readonly hosts: readonly LabHost[];
  readonly links: readonly LabLink[];
  /** In the order they start; they end in reverse. */
  readonly processes: readonly LabProcess[];
  /** Files below the lab's own folder, written before anything starts. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Certificates of the lab's own authority, made before anything starts. Paths below the lab's folder. */
  readonly certificates?: readonly {
    readonly certificate: string;
    readonly key: string;
    /** Names and addresses it is for; wildcards as certificates write them. */
    readonly names: readonly string[];
  }[];
  /** Names that the fake internet answers in particular; every other name gets an address of its own by `nameAddress`. */
  readonly names: readonly LabName[];
  /** Names of the perimeter's own ends, which its own DNS answers. */
  readonly ownNames?: readonly string[];
  /** Ends a person or a probe may name. */
  readonly ends: readonly LabEnd[];
  readonly appliances: readonly { readonly host: string; readonly appliance: Appliance }[];
  /** Values only Azure knows, and what the lab takes for them; as `--assume` takes them. */
  readonly assumed: readonly { readonly name: string; readonly value: string }[];
  /** In the perimeter and not in the lab, each with the reason. */
  readonly gaps: readonly Gap[];
  /** Where the lab is simpler than Azure, for the first screen. */
  readonly simplifications: readonly string[];
}

export type HostKind =
  | 'fabric'
  | 'edge'
  | 'internet'
  | 'platform'
  | 'appliance'
  | 'node'
  | 'pod'
  | 'machine'
  | 'private-endpoint'
  | 'application-gateway'
  | 'api-server'
  | 'on-premises';

/** One network namespace. */
export interface LabHost {
  /** [a-z0-9-], at most 20 characters, unique. */
  readonly name: string;
  readonly kind: HostKind;
  /** The person's own name: `pod pets/order-service`. */
  readonly label: string;
  /** Set before links come up: `net.ipv4.ip_forward` → `1`. */
  readonly sysctls: readonly (readonly [name: string, value: string])[];
  /** Lines for `ip -batch` inside the namespace, after its links exist: addresses, link up, routes, rules. */
  readonly ip: readonly string[];
  /** nftables ruleset, loaded before links come up. Empty: none. */
  readonly nftables: string;
  /** Answers every TCP and UDP port at its addresses, with HTTP, TLS and an echo; see `agents/responder`. */
  readonly answers: boolean;
  /** `/etc/resolv.conf` of commands run here: addresses of resolvers. Empty: none. */
  readonly resolvers: readonly string[];
  /** Availability zone, where the host has one: `lab fail zone:1`. */
  readonly zone?: string;
}

/** A veth pair between two hosts. Interface names are at most 15 characters. */
export interface LabLink {
  readonly ends: readonly [LabLinkEnd, LabLinkEnd];
}
export interface LabLinkEnd {
  readonly host: string;
  readonly interface: string;
}

/** A daemon of the lab. */
export interface LabProcess {
  readonly name: string;
  readonly host: string;
  /** Absolute program, or `agent:<role>` for one of ours (src/lab/agents). `{folder}` stands for the lab's folder. */
  readonly command: readonly string[];
  /** True when a test connection tells: bounded waiting for a line on standard output, a socket or a listening port. */
  readonly ready:
    | { readonly kind: 'line'; readonly text: string }
    | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
    | { readonly kind: 'file'; readonly path: string };
  /** Ended and started again by the supervisor when it dies; until then what depends on it fails closed. */
  readonly restarts: boolean;
}

export interface LabName {
  readonly name: string;
  readonly address: string;
  /** Seen by clients of these networks only (a private DNS zone); absent: by everybody. CIDR texts. */
  readonly onlyFor?: readonly string[];
}

/** Somebody who can open a connection, or be its destination. */
export interface LabEnd {
  /** As `lab exec` takes it: `pod/pets/order-service`, `node/nodepool1-0`, `machine/jump`, `internet`, `on-premises`. */
  readonly name: string;
  readonly host: string;
  readonly addresses: readonly string[];
  /** As `trace --from` and `--to` spell the same end; absent where trace has no word for it. */
  readonly traceName?: string;
  /** Set when the lab does less for it than Azure would (a policy it cannot compile): the reason. Such an end is not asked about. */
  readonly notProbed?: string;
}
