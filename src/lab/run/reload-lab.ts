import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { mapEntries, type ProxyConfiguration, proxyUpdate } from '../../appliance/index.ts';
import { OperationalError } from '../../diagnostics/index.ts';
import { askControlSocket } from '../../nva/dns-proxy/control-socket.ts';
import { replaceMaps } from '../../nva/replace-maps.ts';
import type { Daemon } from './daemon.ts';
import { inNamespace } from './enter-host.ts';
import type { LabFolder } from './lab-folder.ts';
import { goneTables, type PlanDifference, replacingRules } from './plan-difference.ts';
import { proxyFile, readsFile } from './reads-file.ts';
import { placed, type RunPlan } from './run-plan.ts';
import { runProgram } from './run-program.ts';

/**
 * Gives a running lab the rules of another plan with the same network. All of it is checked before any of it is touched; each host
 * takes its rules in one transaction, a firewall together with the addresses of names it knows; proxies take their maps while they
 * run, or hand their listening sockets to a successor.
 * @returns what was done, a line each
 * @throws OperationalError `lab/reload` when nothing was changed
 */
export async function reloadLab(
  before: RunPlan,
  after: RunPlan,
  difference: PlanDifference,
  folder: LabFolder,
  daemons: readonly Daemon[],
): Promise<readonly string[]> {
  const stage = join(folder.path, 'next');
  try {
    for (const { path, text } of difference.files) {
      writePrivately(join(stage, path), placed(text, folder.path));
    }
    await checkRules(after, difference, folder);
    await checkProxies(after, difference, folder, stage);
    const done: string[] = [];
    for (const host of difference.rules) {
      const old = before.hosts.find(({ name }) => name === host.name)?.nftables ?? '';
      await takeRules(after, host, old, folder, stage);
      done.push(`${host.label}: new rules in one transaction`);
    }
    for (const name of difference.daemons) {
      const daemon = daemons.find(({ order }) => order.name === name);
      const process = after.processes.find((one) => one.name === name);
      if (daemon === undefined || process === undefined) continue;
      const how = await takeFiles(before, after, process, difference, folder, daemon);
      if (how !== '') done.push(`${name}: ${how}`);
    }
    for (const { path } of difference.files) {
      const staged = join(stage, path);
      if (existsSync(staged)) publish(staged, join(folder.path, path));
    }
    return done;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

type Process = RunPlan['processes'][number];

async function checkRules(
  { lab }: RunPlan,
  { rules }: PlanDifference,
  folder: LabFolder,
): Promise<void> {
  for (const host of rules) {
    const input = replacingRules(placed(host.nftables, folder.path));
    const checked = await runProgram(inNamespace(lab, host.name, ['nft', '-c', '-f', '-']), {
      input,
    });
    if (checked.code !== 0) throw refused(`the rules of ${host.label}`, checked.err);
  }
}

/** With the maps where they are staged. */
async function checkProxies(
  { processes }: RunPlan,
  { daemons, files }: PlanDifference,
  folder: LabFolder,
  stage: string,
): Promise<void> {
  for (const process of processes.filter(({ name }) => daemons.includes(name))) {
    const path = proxyFile(process);
    const text = files.find((file) => file.path === path)?.text;
    if (path === undefined || text === undefined) continue;
    const own = dirname(path);
    let staged = placed(text, folder.path);
    for (const file of files) {
      if (dirname(file.path) !== own || file.path === path) continue;
      staged = staged.replaceAll(`${folder.path}/${file.path}`, join(stage, file.path));
    }
    const check = join(stage, `${own}-check.cfg`);
    writePrivately(check, staged);
    const { code, err } = await runProgram(['haproxy', '-c', '-q', '-f', check]);
    if (code !== 0) throw refused(`the proxy of \`${process.host}\``, err);
  }
}

/** A firewall's by its DNS proxy, which knows the addresses of names; everybody else's by `nft`. */
async function takeRules(
  plan: RunPlan,
  host: RunPlan['hosts'][number],
  before: string,
  folder: LabFolder,
  stage: string,
): Promise<void> {
  const text = placed(host.nftables, folder.path);
  const configuration = plan.files.find(({ path }) => path === `${host.name}/dns-proxy.json`);
  if (host.kind === 'appliance' && configuration !== undefined) {
    const rules = join(stage, `${host.name}-rules.nft`);
    writePrivately(rules, text);
    const next = JSON.parse(placed(configuration.text, folder.path)) as {
      readonly controlSocket: string;
    };
    const { isDone, why } = await askControlSocket(next.controlSocket, {
      do: 'reload',
      rules,
      configuration: next,
    });
    if (!isDone)
      throw refused(`the rules of ${host.label}`, why ?? 'its DNS proxy does not say why');
    return;
  }
  const input = `${goneTables(placed(before, folder.path), text)}${replacingRules(text)}`;
  const { code, err } = await runProgram(inNamespace(plan.lab, host.name, ['nft', '-f', '-']), {
    input,
  });
  if (code !== 0) throw refused(`the rules of ${host.label}`, err);
}

/** @returns how it took them; empty when there was nothing for it to do */
async function takeFiles(
  before: RunPlan,
  after: RunPlan,
  process: Process,
  { files }: PlanDifference,
  folder: LabFolder,
  daemon: Daemon,
): Promise<string> {
  const own = files.filter(({ path }) => readsFile(process, path));
  for (const { path, text } of own) {
    const target = join(folder.path, path);
    writePrivately(`${target}.new`, placed(text, folder.path));
    renameSync(`${target}.new`, target);
  }
  const [program = ''] = process.command;
  if (program === 'agent:log-writer') return '';
  if (program === 'agent:dns-proxy' && onlySetsDiffer(before, after, own)) return '';
  const proxy = proxyFile(process);
  if (proxy !== undefined) return takeProxy(before, after, proxy, folder, daemon);
  if (process.command.some((word) => word.endsWith('/nginx'))) {
    daemon.signal('SIGHUP');
    return 'reads its files again; what it serves goes on';
  }
  await daemon.restart();
  return 'started anew';
}

async function takeProxy(
  before: RunPlan,
  after: RunPlan,
  path: string,
  folder: LabFolder,
  daemon: Daemon,
): Promise<string> {
  const runFolder = join(folder.path, dirname(path));
  const [old, now] = [before, after].map((plan) => proxyConfiguration(plan, path, folder));
  const updates = proxyUpdate(old!, now!, runFolder);
  const socket = join(runFolder, 'haproxy.sock');
  if (updates === undefined) {
    const handed = await daemon.handOver((pid) => ['-x', socket, '-sf', String(pid)]);
    return handed ? 'handed its sockets to a successor' : 'started anew';
  }
  try {
    await replaceMaps(socket, updates);
  } catch (error) {
    throw refused('the proxy', error instanceof Error ? error.message : String(error));
  }
  return `${updates.length} maps replaced while it runs`;
}

function proxyConfiguration(plan: RunPlan, path: string, folder: LabFolder): ProxyConfiguration {
  const own = dirname(path);
  const maps = plan.files.filter(
    (file) => dirname(file.path) === own && file.path.endsWith('.map'),
  );
  return {
    text: placed(plan.files.find((file) => file.path === path)?.text ?? '', folder.path),
    maps: new Map(maps.map((file) => [basename(file.path), mapEntries(file.text)])),
  };
}

/** New names are taken over with the rules; anything else it must read again. */
function onlySetsDiffer(
  before: RunPlan,
  after: RunPlan,
  files: readonly { readonly path: string }[],
): boolean {
  return files.every(({ path }) => {
    const [old, now] = [before, after].map((plan) => {
      const text = plan.files.find((file) => file.path === path)?.text ?? '{}';
      const { sets: _, ...rest } = JSON.parse(text) as Readonly<Record<string, unknown>>;
      return JSON.stringify(rest);
    });
    return old === now;
  });
}

function publish(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}

function writePrivately(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}

function refused(what: string, said: string): OperationalError {
  const lines = said.trim().split('\n').slice(0, 4).join('; ');
  return new OperationalError('lab/reload', `${what} cannot be taken over: ${lines}`);
}
