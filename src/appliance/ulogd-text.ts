/** What ulogd writes down, and where. Paths are absolute. */
export interface UlogdSite {
  /** Group of NFLOG. */
  readonly group: number;
  /** A JSON line for each packet that a rule logs. */
  readonly events: string;
  /** What ulogd itself says. */
  readonly log: string;
  /** Folder of its plugins: Debian and Ubuntu keep one for each architecture. */
  readonly plugins: string;
  /** Buffers of its socket, as its manual spells them. */
  readonly socket: readonly string[];
}

const PLUGINS = [
  'inppkt_NFLOG',
  'raw2packet_BASE',
  'filter_IFINDEX',
  'filter_IP2STR',
  'output_JSON',
];

/** Verdicts as JSON lines (lab-design 4.5). Each line is written at once: a connection is not rare enough to wait for a block. */
export function ulogdText({ group, events, log, plugins, socket }: UlogdSite): string {
  return [
    '[global]',
    `logfile="${log}"`,
    'loglevel=5',
    ...PLUGINS.map((name) => `plugin="${plugins}/ulogd_${name}.so"`),
    'stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,json1:JSON',
    '[log1]',
    `group=${group}`,
    'bind=1',
    'numeric_label=0',
    ...socket,
    '[json1]',
    'sync=1',
    `file="${events}"`,
    '',
  ].join('\n');
}
