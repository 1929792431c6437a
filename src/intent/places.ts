import { type Place, placeless, through } from '../diagnostics/index.ts';
import { itemsOf, member, type Value } from '../values/index.ts';

/** A way into the page: `['hub', 'firewall', 'tier']`, `['egress', 0, 'to']`. */
export type PagePath = readonly (string | number)[];

/** Where a part of the page is written; for what is left out, the nearest written part and the default that stands there. */
export type Places = (path: PagePath) => Place;

/** Places of a page that was read from text. */
export function placesIn(page: Value): Places {
  return (path) => {
    let here = page;
    for (const step of path) {
      const next = typeof step === 'number' ? itemsOf(here)[step] : member(here, step);
      if (next === undefined) return { ...here.at, via: through([], `default ${keyOf(path)}`) };
      here = next;
    }
    return here.at;
  };
}

/** Places of a page that was built by code: no line to point at, but the part has a name. */
export function placesOfBuilt(): Places {
  return (path) =>
    placeless(path.length === 0 ? 'the perimeter' : `the perimeter: ${path.join('.')}`);
}

/** The key of the default: `hub.firewall.tier`; positions in lists do not matter. */
export function keyOf(path: PagePath): string {
  return path.filter((step) => typeof step === 'string').join('.');
}
