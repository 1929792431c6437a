import type { PrivateDnsZoneList } from '../../facts/index.ts';

/** A public suffix of a service and what takes its place once the service has a private endpoint (AZS-23). */
export interface AliasSuffix {
  /** Labels; a placeholder `{region}` stands for one. */
  readonly suffix: readonly string[];
  /** Zones in the published order; with the placeholders of the suffix. */
  readonly zones: readonly string[];
}

export function aliasSuffixes({ entries }: PrivateDnsZoneList): readonly AliasSuffix[] {
  return entries
    .filter(
      ({ resourceType }) => !/^microsoft\.containerservice\/managedclusters$/i.test(resourceType),
    )
    .flatMap(({ publicForwarders, zones }) =>
      publicForwarders.map((text, index): AliasSuffix => {
        const own = zones.filter((zone) => zone === `privatelink.${text}`);
        const paired =
          zones.length === publicForwarders.length ? zones.slice(index, index + 1) : zones;
        return { suffix: text.split('.'), zones: own.length > 0 ? own : paired };
      }),
    )
    .sort((a, b) => b.suffix.length - a.suffix.length);
}

/** The names a public name may be an alias of: those of the longest suffix that it ends in. Empty: of none. */
export function aliasesOf(suffixes: readonly AliasSuffix[], name: string): readonly string[] {
  const labels = name.split('.');
  for (const { suffix, zones } of suffixes) {
    const own = labels.slice(0, labels.length - suffix.length);
    const words = own.length === 0 ? undefined : bind(suffix, labels.slice(own.length));
    if (words !== undefined) return zones.map((zone) => `${own.join('.')}.${filled(zone, words)}`);
  }
  return [];
}

/** The public suffix whose names lead into a zone of that name, as far as the zone tells its placeholders. */
export function suffixesInto(suffixes: readonly AliasSuffix[], zone: string): readonly string[] {
  return suffixes.flatMap(({ suffix, zones }) =>
    zones.flatMap((template) => {
      const words = bind(template.split('.'), zone.split('.'));
      return words === undefined ? [] : [filled(suffix.join('.'), words)];
    }),
  );
}

/** What the placeholders of a template stand for in these labels; `undefined` when it does not fit. */
function bind(
  template: readonly string[],
  labels: readonly string[],
): ReadonlyMap<string, string> | undefined {
  if (template.length !== labels.length) return undefined;
  const words = new Map<string, string>();
  for (const [index, part] of template.entries()) {
    const label = labels[index]!;
    const found = /^\{(\w+)\}(.*)$/.exec(part);
    if (found === null) {
      if (part !== label) return undefined;
      continue;
    }
    const [, key = '', rest = ''] = found;
    const word = label.endsWith(rest) ? label.slice(0, label.length - rest.length) : '';
    if (word === '' || (words.get(key) ?? word) !== word) return undefined;
    words.set(key, word);
  }
  return words;
}

function filled(template: string, words: ReadonlyMap<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (text, key: string) => words.get(key) ?? text);
}
