import { readFileSync } from 'node:fs';
import { OperationalError } from '../../diagnostics/index.ts';
import { type DnsProxyProgram, readDnsProxyProgram } from './configuration.ts';
import { askControlSocket } from './control-socket.ts';
import { FqdnSets } from './fqdn-sets.ts';
import { readKernelSets } from './kernel-sets.ts';
import { loadRules } from './load-rules.ts';

/**
 * `CONFIGURATION reload RULES NEXT-CONFIGURATION`: the rules of a file, in one transaction that carries the addresses of names
 * over. Done by the running proxy; where none runs, with what the kernel holds.
 * @throws OperationalError `nva/reload` when nothing was changed
 */
export async function reloadCommand(
  configuration: unknown,
  args: readonly string[],
): Promise<void> {
  const [rules, next] = args;
  if (rules === undefined || next === undefined) {
    throw new OperationalError('nva/configuration', 'reload RULES NEXT-CONFIGURATION');
  }
  await reloadAppliance(configuration, rules, JSON.parse(readFileSync(next, 'utf8')));
}

/** The same, for callers with the configurations at hand. @throws OperationalError `nva/reload` */
export async function reloadAppliance(
  configuration: unknown,
  rules: string,
  next: unknown,
): Promise<void> {
  const program = readDnsProxyProgram(configuration);
  const nextProgram = readDnsProxyProgram(next);
  const reply = await askRunning(program, rules, next);
  if (reply?.isDone === true) return;
  if (reply !== undefined) throw notReloaded(reply.why ?? 'the DNS proxy does not say why');
  const sets = new FqdnSets({ write: (_table, _changes, done) => done('not run') }, program, 0);
  const names = new Set(program.sets.map(({ set }) => set));
  for (const element of await readKernelSets(program.nft, program.table, names)) {
    sets.adopt(element.set, element.address, element.secondsLeft);
  }
  const text = [readFileSync(rules, 'utf8'), ...sets.seedCommands(nextProgram), ''].join('\n');
  const why = await loadRules(program.nft, text);
  if (why !== undefined) throw notReloaded(why);
}

async function askRunning(program: DnsProxyProgram, rules: string, next: unknown) {
  if (program.controlSocket === undefined) return undefined;
  try {
    return await askControlSocket(program.controlSocket, {
      do: 'reload',
      rules,
      configuration: next,
    });
  } catch (error) {
    if (error instanceof OperationalError && error.code === 'nva/not-running') return undefined;
    throw error;
  }
}

const notReloaded = (why: string) =>
  new OperationalError('nva/reload', `the rules were not changed: ${why}`);

/**
 * `CONFIGURATION same-but-names OTHER`: do they differ in nothing but names? Then a reload needs no restart.
 * @throws OperationalError `nva/other-configuration` when they do not
 */
export async function sameButNamesCommand(
  configuration: unknown,
  [other]: readonly string[],
): Promise<void> {
  const rest = (value: unknown) => JSON.stringify({ ...readDnsProxyProgram(value), sets: [] });
  const text = other === undefined ? '' : readFileSync(other, 'utf8');
  if (rest(configuration) === rest(JSON.parse(text))) return;
  throw new OperationalError('nva/other-configuration', 'the DNS proxy must be started again');
}

/** `CONFIGURATION status`: what the running proxy says of itself. @throws OperationalError `nva/not-running` */
export async function statusCommand(configuration: unknown): Promise<void> {
  const { controlSocket } = readDnsProxyProgram(configuration);
  if (controlSocket === undefined) {
    throw new OperationalError('nva/not-running', 'the configuration names no control socket');
  }
  const { status } = await askControlSocket(controlSocket, { do: 'status' });
  process.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
}
