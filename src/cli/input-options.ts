import { type Command, InvalidArgumentError } from 'commander';

/** What commander hands over for the options below. */
export interface InputOptions {
  readonly config?: string;
  readonly parameters?: readonly string[];
  readonly param?: Readonly<Record<string, string>>;
  readonly assume?: Readonly<Record<string, string>>;
  readonly location?: string;
  readonly resourceGroup?: string;
  readonly subscription?: string;
  readonly namespace?: string;
  readonly objectsOf?: Readonly<Record<string, readonly string[]>>;
  readonly cluster?: string;
  readonly serviceTags?: string;
  readonly fqdnTags?: string;
  readonly requiredEgress?: string;
  readonly privateDnsZones?: string;
  readonly threatList?: string;
  readonly asOf?: string;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** The options every command that reads a perimeter has. Lists are made by repeating: a path is never swallowed. */
export function inputOptions(command: Command): Command {
  return command
    .optionsGroup('Input:')
    .option('--config <file>', 'settings (default: sallyport.yaml in the first path)')
    .option('--parameters <file>', 'ARM parameter file (repeatable, later ones win)', collected)
    .option('--param <name=value>', 'one ARM parameter (repeatable)', pairs)
    .option(
      '--assume <name=value>',
      'settle what only Azure knows, e.g. fw-hub.privateIp=10.0.0.4 (repeatable)',
      pairs,
    )
    .option('--location <region>', 'where resourceGroup().location is')
    .option('--resource-group <name>', 'the resource group templates are deployed to')
    .option('--subscription <id>', 'the subscription templates are deployed to')
    .option('--namespace <name>', 'the namespace of objects that name none')
    .option(
      '--objects-of <cluster=path>',
      'objects below this path run in that cluster, those elsewhere in each (repeatable)',
      pathsByCluster,
    )
    .option('--cluster <name>', 'answer for the objects of this cluster (default: each in turn)')
    .option('--as-of <date>', 'answer for this day (default: today)', isoDate)
    .optionsGroup('Data newer than what is bundled (docs/data.md):')
    .option('--service-tags <file>', 'a ServiceTags_Public_*.json as Microsoft publishes it')
    .option('--fqdn-tags <file>', 'what the FQDN tags hold, as data/fqdn-tags.json')
    .option('--required-egress <file>', 'what AKS needs, as data/aks-required-egress.json')
    .option('--private-dns-zones <file>', 'zones by service, as data/private-dns-zones.json')
    .option('--threat-list <file>', 'known-bad addresses and names, one a line')
    .optionsGroup('Display:')
    .option('-v, --verbose', 'everything, nothing shortened')
    .option('-q, --quiet', 'no progress')
    .option('--no-color', 'no colour');
}

/** The option once more: the list so far and this one. */
export function collected(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function pairs(
  value: string,
  previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const equals = value.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write name=value.');
  return { ...previous, [value.slice(0, equals)]: value.slice(equals + 1) };
}

function pathsByCluster(
  value: string,
  previous: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  const equals = value.indexOf('=');
  if (equals < 1 || equals === value.length - 1) {
    throw new InvalidArgumentError('Write CLUSTER=PATH.');
  }
  const cluster = value.slice(0, equals);
  return { ...previous, [cluster]: [...(previous[cluster] ?? []), value.slice(equals + 1)] };
}

function isoDate(value: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value) : Number.NaN;
  // 2027-02-30 is a date to some engines; it does not come back as it was written.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== value) {
    throw new InvalidArgumentError('Write a day as 2027-03-31.');
  }
  return value;
}
