import { OperationalError } from '../diagnostics/index.ts';
import type { ArmClient } from './arm-client.ts';
import { memberOf, textOf } from './json.ts';
import { API_VERSIONS } from './perimeter-query.ts';

export interface Subscription {
  readonly id: string;
  readonly name: string;
}

export interface Chosen {
  readonly subscriptions: readonly Subscription[];
  /** Wanted, and not visible to the one who signed in. */
  readonly missing: readonly string[];
}

const LISTED_MAX = 10;

/**
 * The subscriptions a person named by id or name. They are looked up first because Resource Graph answers an empty list, and no error, about one
 * that the person may not see.
 * @throws OperationalError `live/subscription` when none of them is visible, `live/refused` when it cannot be told
 */
export async function chooseSubscriptions(
  client: ArmClient,
  wanted: readonly string[],
): Promise<Chosen> {
  const { items, failed } = await client.list('/subscriptions', API_VERSIONS.subscriptions);
  if (failed !== undefined) {
    throw new OperationalError('live/refused', `subscriptions cannot be listed: ${failed.why}`);
  }
  const visible = items.flatMap((item): Subscription[] => {
    const id = textOf(memberOf(item, 'subscriptionId'));
    return id === undefined ? [] : [{ id, name: textOf(memberOf(item, 'displayName')) ?? id }];
  });
  const subscriptions = new Map<string, Subscription>();
  const missing: string[] = [];
  for (const one of wanted) {
    const found = visible.filter(({ id, name }) => same(id, one) || same(name, one));
    if (found.length > 1 && !found.some(({ id }) => same(id, one))) {
      const ids = found.map(({ id }) => id).join(', ');
      throw new OperationalError(
        'live/subscription',
        `several subscriptions are called \`${one}\``,
        {
          hint: `name one by its id: ${ids}`,
        },
      );
    }
    const chosen = found.find(({ id }) => same(id, one)) ?? found[0];
    if (chosen === undefined) missing.push(one);
    else subscriptions.set(chosen.id.toLowerCase(), chosen);
  }
  if (subscriptions.size === 0) {
    const names = visible.slice(0, LISTED_MAX).map(({ id, name }) => `${name} (${id})`);
    const more = visible.length > LISTED_MAX ? ` and ${visible.length - LISTED_MAX} more` : '';
    const list = missing.map((one) => `\`${one}\``).join(', ');
    throw new OperationalError('live/subscription', `no subscription ${list} is visible to you`, {
      hint:
        names.length === 0
          ? 'the account that signed in sees no subscription at all; it needs the role Reader'
          : `visible: ${names.join(', ')}${more}`,
    });
  }
  return { subscriptions: [...subscriptions.values()], missing };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
