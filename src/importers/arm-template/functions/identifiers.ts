import type { Value } from '../../../values/index.ts';
import {
  ANY_NUMBER,
  type Call,
  type FunctionTable,
  failure,
  kindOf,
  textResult,
  tolerant,
} from '../call.ts';
import { UNKNOWN_SUBSCRIPTION } from '../options.ts';
import { nameCountOf, resourceNameAt, scopeId } from '../resource-id.ts';
import { tokenOf } from '../unknowns.ts';

/**
 * `resourceId` and its family. Always text: an unknown name goes in as its token, so that two mentions of one
 * resource are one id, and a route table still finds its subnet when only the name is missing.
 */
export const IDENTIFIER_FUNCTIONS: FunctionTable = {
  resourceid: tolerant(2, ANY_NUMBER, (list, call) =>
    identify(list, call, 2, (leading) => {
      const { scope } = call.context.frame;
      if (leading.length === 0) return scopeId(scope);
      const ownSubscription =
        'subscriptionId' in scope ? scope.subscriptionId : UNKNOWN_SUBSCRIPTION;
      const [subscription, group] = leading.length === 2 ? leading : [ownSubscription, leading[0]];
      // One leading argument is a group, unless the deployment lies above groups: then a subscription.
      if (leading.length === 1 && scope.kind !== 'resource-group')
        return `/subscriptions/${leading[0]}`;
      return `/subscriptions/${subscription}/resourceGroups/${group}`;
    }),
  ),
  subscriptionresourceid: tolerant(2, ANY_NUMBER, (list, call) =>
    identify(list, call, 1, ([subscription]) => {
      const { scope } = call.context.frame;
      const own = 'subscriptionId' in scope ? scope.subscriptionId : UNKNOWN_SUBSCRIPTION;
      return `/subscriptions/${subscription ?? own}`;
    }),
  ),
  tenantresourceid: tolerant(2, ANY_NUMBER, (list, call) => identify(list, call, 0, () => '')),
  managementgroupresourceid: tolerant(2, ANY_NUMBER, (list, call) =>
    identify(list, call, 1, ([group]) => {
      const { scope } = call.context.frame;
      if (group === undefined) return scopeId(scope);
      return `/providers/Microsoft.Management/managementGroups/${group}`;
    }),
  ),
  extensionresourceid: tolerant(3, ANY_NUMBER, ([base, ...rest], call) => {
    const scope = segmentOf(base!);
    if (scope === undefined) return failure(call, `${kindOf(base!)} is no resource id`);
    return identify(rest, call, 0, () => scope.replace(/\/$/, ''));
  }),
};

/** Leading arguments up to the type, the type, then the names. */
function identify(
  list: readonly Value[],
  call: Call,
  leadingMax: number,
  scopeOf: (leading: readonly string[]) => string,
): Value {
  const texts: string[] = [];
  for (const value of list) {
    const text = segmentOf(value);
    if (text === undefined) return failure(call, `${kindOf(value)} is no part of an id`);
    texts.push(text);
  }
  const typeAt = texts.findIndex(
    (text) => /^[^/«»]+\.[^/«»]+\/[^«»]+$/.test(text) || isTypeLike(text),
  );
  if (typeAt < 0 || typeAt > leadingMax) return failure(call, 'no argument is a resource type');
  const type = texts[typeAt]!;
  // A name may be written with its parents: `vnet/subnet`.
  const names = texts.slice(typeAt + 1).flatMap((text) => text.split('/'));
  const wanted = nameCountOf(type);
  if (names.includes('')) return failure(call, 'a name is empty');
  if (names.length !== wanted) {
    return failure(call, `the type \`${type}\` has ${wanted} names, not ${names.length}`);
  }
  return textResult(call, resourceNameAt(scopeOf(texts.slice(0, typeAt)), type, names).id);
}

/** `Namespace/type` without a dot: partner namespaces. Ids and tokens are not types. */
function isTypeLike(text: string): boolean {
  return text.includes('/') && !text.startsWith('/') && !text.includes('«');
}

function segmentOf(value: Value): string | undefined {
  if (value.kind === 'string') return value.value;
  if (value.kind === 'number') return String(value.value);
  return value.kind === 'unknown' ? tokenOf(value) : undefined;
}
