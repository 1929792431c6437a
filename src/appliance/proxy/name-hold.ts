/** Seconds that an answer of DNS is used again before it is asked for anew; as `hold valid` of the resolvers says. */
export const HOLD_SECONDS = 10;

const TABLE = 'names';

/** Names at a time; when it is full the oldest goes, and is asked for again. */
const NAMES_MAX = 10_000;

/**
 * Where addresses of names are held. `do-resolve` shares an answer only while somebody waits for it, so that without this every
 * connection is a question to the server of DNS, and waits for its answer.
 */
export const NAME_TABLE_LINES: readonly string[] = [
  `backend ${TABLE}`,
  `  stick-table type string len 253 size ${NAMES_MAX} expire ${HOLD_SECONDS}s store gpt(2)`,
];

/**
 * Lines that leave in `<scope>.ip` the address of the name in `<scope>.fqdn`, or leave it unset: as held, or resolved and then held.
 * Beside the address stands the second it came, since a long connection keeps the entry it made beyond its time. That is compared
 * through a variable: conditions on `date` itself make the proxy wait for more of the client's bytes.
 */
export function resolveLines(directive: string, scope: 'sess' | 'txn'): readonly string[] {
  const [name, ip, age] = [`var(${scope}.fqdn)`, `${scope}.ip`, `${scope}.age`];
  const isHeld = `{ var(${age}) -m int 0:${HOLD_SECONDS - 1} }`;
  return [
    `set-var(${scope}.since) ${name},table_gpt(1,${TABLE})`,
    `set-var(${age}) date,sub(${scope}.since)`,
    `set-var(${ip}) ${name},table_gpt(0,${TABLE}),ipmask(32) if ${isHeld}`,
    `do-resolve(${ip},firewall,ipv4) ${name} if !{ var(${ip}) -m found }`,
    `track-sc0 ${name} table ${TABLE} if { var(${ip}) -m found } !${isHeld}`,
    `sc-set-gpt(0,0) var(${ip}) if { sc0_tracked }`,
    `sc-set-gpt(1,0) date if { sc0_tracked }`,
  ].map((line) => `${directive} ${line}`);
}
