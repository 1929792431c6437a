import type { Protocol } from '../../net/index.ts';

/** One real connection to try, from one namespace. */
export interface Attempt {
  readonly id: number;
  readonly protocol: Protocol;
  /** Looked up in the lab's own DNS; where that fails the address is tried, and the observation says so. */
  readonly name?: string;
  /** Absent where only the name is known: the cluster gives Services their addresses. */
  readonly address?: string;
  readonly port: number;
  /** The client's own address, where the namespace holds many (the fake internet). */
  readonly source?: string;
  readonly speaks:
    | {
        readonly kind: 'tls';
        readonly serverName?: string;
        readonly host?: string;
        readonly path: string;
      }
    | { readonly kind: 'http'; readonly host?: string; readonly path: string }
    | { readonly kind: 'datagram' }
    /** A question to a DNS server; any answer of it counts. */
    | { readonly kind: 'dns' };
}

/** What became of it. Everything but `answered` means that no answer of the other end arrived. */
export type Outcome =
  | {
      readonly kind: 'answered';
      /** Namespace of the lab that answered, and the client's address as it saw it; absent where the other end does not say. */
      readonly by?: string;
      readonly seenSource?: string;
      readonly status?: number;
    }
  /** A box on the way answered in HTTP: 403 of a WAF, 470 of the firewall. */
  | { readonly kind: 'blocked'; readonly status: number }
  /** A listener that speaks TLS was spoken to without. */
  | { readonly kind: 'wants-tls' }
  | { readonly kind: 'refused' }
  /** Connected, then closed before any answer: what an application rule does to a name it denies. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'unreachable' }
  /** The name did not resolve, and no address is known. */
  | { readonly kind: 'no-name' }
  | { readonly kind: 'timeout' };

export interface Observation {
  readonly id: number;
  readonly outcome: Outcome;
  readonly milliseconds: number;
  /** The name did not resolve from here; the address was tried instead. */
  readonly isNameless?: true;
  /** The client's own port, for the logs. */
  readonly sourcePort?: number;
  /** Where it connected to; empty for a name without an address. */
  readonly address: string;
}

export function isAnswered({ kind }: Outcome): boolean {
  return kind === 'answered';
}

const WORDS: Readonly<Record<Outcome['kind'], string>> = {
  answered: 'answered',
  blocked: 'blocked',
  'wants-tls': 'asked for TLS',
  refused: 'refused',
  closed: 'closed without an answer',
  unreachable: 'unreachable',
  'no-name': 'the name does not resolve',
  timeout: 'no answer',
};

/** For people: `answered by pod-store-front-0`, `blocked with 403`, `no answer`. */
export function outcomeText(outcome: Outcome): string {
  if (outcome.kind === 'answered' && outcome.by !== undefined) return `answered by ${outcome.by}`;
  if (outcome.kind === 'blocked') return `blocked with ${outcome.status}`;
  return WORDS[outcome.kind];
}
