import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DnsProxyProgram, readDnsProxyProgram } from './configuration.ts';
import type { ControlReply } from './control-socket.ts';
import type { FqdnSets } from './fqdn-sets.ts';
import type { NftShell } from './nft-shell.ts';

/**
 * One transaction that replaces the rules and carries the addresses of names over. It runs in the same nft as every other change,
 * one after the other, so that no address is written to the old table and missing from the new one.
 */
export function reloadRules(
  shell: NftShell,
  sets: FqdnSets,
  program: DnsProxyProgram,
  rules: string,
  configuration: unknown,
): Promise<ControlReply> {
  const next = readDnsProxyProgram(configuration);
  const text = readFileSync(rules, 'utf8');
  if (program.controlSocket === undefined) {
    return Promise.resolve({ isDone: false, why: 'there is no folder for the transaction' });
  }
  const folder = dirname(program.controlSocket);
  const path = join(folder, `reload-${process.pid}-${randomBytes(4).toString('hex')}.nft`);
  const content = { sets: next.sets, table: next.table };
  writeFileSync(path, `${text}\n${sets.seedCommands(content).join('\n')}\n`, { mode: 0o600 });
  return new Promise((resolve) => {
    shell.run(`include "${path}"`, (why) => {
      rmSync(path, { force: true });
      if (why !== undefined) return resolve({ isDone: false, why });
      sets.seeded(content);
      resolve({ isDone: true });
    });
  });
}
