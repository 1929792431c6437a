import { itemsOf, type Member, member, type ObjectValue, type Value } from '../../values/index.ts';

/** Bodies with a member more, less or another. Paths are of plain names. */
export function withMember(body: ObjectValue, name: string, value: Value): ObjectValue {
  const entry: Member = { name, value, at: value.at };
  return { ...body, members: new Map([[name.toLowerCase(), entry], ...body.members]) };
}

/** Without the member at a path of plain names. */
export function withoutMember(body: ObjectValue, path: readonly string[]): ObjectValue {
  const [name = '', ...rest] = path;
  const key = name.toLowerCase();
  const entry = body.members.get(key);
  if (entry === undefined) return body;
  const members = new Map(body.members);
  if (rest.length === 0) members.delete(key);
  else if (entry.value.kind === 'object') {
    members.set(key, { ...entry, value: withoutMember(entry.value, rest) });
  }
  return { ...body, members };
}

/** The items of a list when all of them are objects with a name. */
export function namedItems(list: Value): readonly (readonly [string, ObjectValue])[] | undefined {
  if (list.kind !== 'array') return undefined;
  const items = itemsOf(list).flatMap((item) => {
    const name = member(item, 'name');
    return item.kind === 'object' && name?.kind === 'string' ? [[name.value, item] as const] : [];
  });
  return items.length === list.items.length ? items : undefined;
}

/** With what stands at a path changed; every item of a list at its end. */
export function withChanged(
  body: ObjectValue,
  [name = '', ...rest]: readonly string[],
  change: (value: Value) => Value,
): ObjectValue {
  const key = name.toLowerCase();
  const entry = body.members.get(key);
  if (entry === undefined) return body;
  const { value } = entry;
  let changed = value;
  if (rest.length > 0) {
    if (value.kind === 'object') changed = withChanged(value, rest, change);
  } else if (value.kind === 'array') changed = { ...value, items: value.items.map(change) };
  else changed = change(value);
  return { ...body, members: new Map(body.members).set(key, { ...entry, value: changed }) };
}

/** With a literal at a path where nothing stands; on the way through every item of lists. */
export function withDefault(
  body: Value,
  [name = '', ...rest]: readonly string[],
  literal: Value,
): Value {
  if (body.kind === 'array') {
    return {
      ...body,
      items: body.items.map((item) => withDefault(item, [name, ...rest], literal)),
    };
  }
  if (body.kind !== 'object') return body;
  const found = member(body, name);
  if (rest.length === 0) {
    const isThere = found !== undefined && found.kind !== 'null';
    return isThere ? body : withMember(withoutMember(body, [name]), name, literal);
  }
  if (found === undefined) return body;
  return withChanged(body, [name], (value) => withDefault(value, rest, literal));
}
