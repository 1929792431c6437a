/** The members without those that are `undefined`: ARM and the views tell absent from null. */
export function present<T extends object>(
  members: T,
): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  const out: Record<string, unknown> = {};
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) out[name] = value;
  }
  return out as { [K in keyof T]?: Exclude<T[K], undefined> };
}
