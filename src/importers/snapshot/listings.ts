import type { Diagnostic } from '../../diagnostics/index.ts';
import type { AzureResource } from '../../model/index.ts';
import type { Unknown } from '../../values/index.ts';
import { type ChildList, childLists } from './explode-children.ts';
import type { Copy } from './merge-copies.ts';
import { comparePlaces, placeText } from './order.ts';

interface Listing extends ChildList {
  readonly isLive: boolean;
}

/**
 * Every place where the children of a resource are listed, to tell which of them are there. Two lists of one parent
 * that differ leave it open; what is deployed lists all there is, whatever a template would add.
 */
export class Listings {
  private readonly byPrefix = new Map<string, Listing[]>();

  add(parent: AzureResource, isLive: boolean): void {
    if (parent.isReference === true) return;
    for (const list of childLists(parent)) {
      const listings = this.byPrefix.get(list.prefix) ?? [];
      listings.push({ ...list, isLive });
      this.byPrefix.set(list.prefix, listings);
    }
  }

  /**
   * A child as the lists of its parent leave it: as it is, there in some worlds only, or `undefined` when it is
   * declared and not deployed. Resources that are no child, or whose parent lists none, stay as they are.
   */
  settle(
    child: AzureResource,
    copies: readonly Copy<AzureResource>[],
    diagnostics: Diagnostic[],
  ): AzureResource | undefined {
    const listings = this.byPrefix.get(child.key.slice(0, child.key.lastIndexOf('/') + 1));
    if (listings === undefined) return child;
    const isLive = copies.some((copy) => copy.isLive);
    const deployed = listings.filter((list) => list.isLive).sort(byPlace);
    if (!isLive && deployed[0] !== undefined && deployed.every((list) => isMissing(child, list))) {
      diagnostics.push(notDeployed(child, deployed[0]));
      return undefined;
    }
    // A resource of its own needs no list to be there.
    if (copies.some((copy) => !copy.isInline)) return child;
    const listing = listings.filter((list) => list.isLive === isLive).sort(byPlace);
    const without = listing.find((list) => isMissing(child, list));
    if (without === undefined || child.exists !== undefined) return child;
    diagnostics.push(listedOnce(child, without));
    return { ...child, exists: inWhichList(child, without) };
  }
}

function isMissing(child: AzureResource, list: ChildList): boolean {
  return !list.isOpen && !list.names.has(child.name.toLowerCase());
}

function byPlace(a: Listing, b: Listing): number {
  return comparePlaces(a.at, b.at);
}

function notDeployed(child: AzureResource, list: ChildList): Diagnostic {
  return {
    code: 'snapshot/export-kept',
    severity: 'note',
    message: `\`${shortId(child.id)}\` is declared at ${placeText(child.at)} and not deployed as of ${placeText(list.at)}; it is not used`,
    at: child.at,
    hint: 'read only one of the two to ask about it alone',
  };
}

function listedOnce(child: AzureResource, list: ChildList): Diagnostic {
  return {
    code: 'snapshot/defined-twice',
    severity: 'warning',
    message: `\`${shortId(child.id)}\` is written at ${placeText(child.at)} and missing in the list at ${placeText(list.at)}; whether it is there is unknown`,
    at: child.at,
    hint: 'read one of the two files only',
  };
}

function inWhichList(child: AzureResource, list: ChildList): Unknown {
  return {
    kind: 'unknown',
    reason: 'malformed',
    text: '',
    missing: `which of ${placeText(child.at)} and ${placeText(list.at)} counts`,
    at: child.at,
  };
}

/** `virtualNetworks/hub/subnets/aks`: enough to find it, short enough to read. */
export function shortId(id: string): string {
  return id.replace(/^.*\/providers\/[^/]+\//i, '');
}
