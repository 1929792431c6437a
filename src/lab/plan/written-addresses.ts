import type { Snapshot } from '../../model/index.ts';
import { parseIp, parsePrefix, rangeOfPrefix } from '../../net/index.ts';
import type { Value } from '../../values/index.ts';

/** Every IPv4 address that is written anywhere in the input; of small public ranges every address. O(values). */
export function writtenAddresses(snapshot: Snapshot): Set<number> {
  const found = new Set<number>();
  const note = (text: string) => {
    for (const match of text.matchAll(/\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:\/\d{1,2})?/g)) {
      const [word] = match;
      const ip = parseIp(word);
      if (ip?.family === 4) found.add(ip.value);
      const prefix = word.includes('/') ? parsePrefix(word) : undefined;
      if (prefix?.family !== 4 || prefix.length < 26) continue;
      // Written as a subnet, its addresses are there to be given; written as /32 or a small public range, they are somebody's.
      const range = rangeOfPrefix(prefix);
      const isSomebodys = prefix.length === 32 || (prefix.base >>> 24 !== 10 && prefix.length > 28);
      if (range.family === 4 && isSomebodys) {
        for (let value = range.low as number; value <= range.high; value += 1) found.add(value);
      }
    }
  };
  const stack: Value[] = [];
  for (const { body } of snapshot.resources.values()) stack.push(body);
  for (const { body } of snapshot.objects.values()) stack.push(body);
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (value.kind === 'string') note(value.value);
    else if (value.kind === 'array') for (const item of value.items) stack.push(item);
    else if (value.kind === 'object') {
      for (const entry of value.members.values()) stack.push(entry.value);
    }
  }
  return found;
}
