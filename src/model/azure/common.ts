import type { Place } from '../../diagnostics/index.ts';
import type { Ip, IpRange } from '../../net/index.ts';
import type { Uncertain, Unknown } from '../../values/index.ts';

/** What every typed view of a resource carries. */
export interface Named {
  /** Lower-cased resource id (for elements inside a resource: id or `<parent>/<name>`). */
  readonly key: string;
  readonly name: string;
  readonly at: Place;
}

/** A named resource with its ARM location, normalised: lower case, no blanks (azure-networking 11.1.6). */
export interface Located extends Named {
  readonly id: string;
  readonly location?: string;
  readonly zones: readonly string[];
  /** Set when a zone is written and not known: `zones` is then only a part. */
  readonly unknownZones?: Unknown;
  readonly tags: Readonly<Record<string, string>>;
  /** Set when a condition is unknown: the resource exists in some worlds. */
  readonly exists?: Unknown;
  readonly isReference?: boolean;
}

/** One entry of an address list, as a firewall, NSG or route writes it. */
export type AddressTerm =
  | { readonly kind: 'any'; readonly text: string; readonly at: Place }
  | { readonly kind: 'range'; readonly range: IpRange; readonly text: string; readonly at: Place }
  | {
      readonly kind: 'service-tag';
      readonly tag: string;
      readonly text: string;
      readonly at: Place;
    }
  | {
      readonly kind: 'unknown';
      readonly unknown: Unknown;
      readonly text: string;
      readonly at: Place;
    };

/** A reference `{ id }` to another resource; unknown when the id could not be evaluated. */
export type Reference = Uncertain<ResolvedReference>;
export interface ResolvedReference {
  readonly kind: 'reference';
  /** Lower-cased id. It may dangle: look it up. */
  readonly key: string;
  readonly id: string;
  readonly at: Place;
}

/** A known address, or an unknown whose `symbol` may still unify with another. */
export type AddressValue = Uncertain<Ip & { readonly kind?: undefined }>;

/** A setting whose value may be unknown. `undefined` means absent in the input. */
export type Setting<T> = Uncertain<T> | undefined;
