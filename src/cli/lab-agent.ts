import { readFileSync } from 'node:fs';
import { type ExitCode, InputError } from './exit-code.ts';

/** A program of the lab that runs by itself: its configuration, and what asks it to end. */
type Agent = (configuration: unknown, signal: AbortSignal) => Promise<void>;

/** By role, as a plan writes `agent:<role>`; loaded when it is asked for. */
const AGENTS: Readonly<Record<string, () => Promise<{ readonly run: Agent }>>> = {
  supervisor: () => import('../lab/agents/supervisor.ts'),
  'dns-authority': () => import('../lab/agents/dns-authority.ts'),
  'dns-forwarder': () => import('../lab/agents/dns-forwarder.ts'),
  ntp: () => import('../lab/agents/ntp.ts'),
  'udp-echo': () => import('../lab/agents/udp-echo.ts'),
  'probe-client': () => import('../lab/agents/probe-client.ts'),
  'dns-proxy': () => import('../nva/dns-proxy.ts'),
  'waf-log': () => import('../lab/agents/waf-log.ts'),
  'log-writer': () => import('../nva/log-writer.ts'),
};

export const AGENT_ROLES: readonly string[] = Object.keys(AGENTS);

/** Until it is done, or asked to end by SIGTERM or SIGINT. */
export async function agentCommand(role: string, file: string): Promise<ExitCode> {
  const load = Object.hasOwn(AGENTS, role) ? AGENTS[role] : undefined;
  if (load === undefined) {
    throw new InputError(`no program of the lab is called \`${role}\``, AGENT_ROLES.join(', '));
  }
  const { run } = await load();
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => ending.abort());
  await run(configurationIn(file), ending.signal);
  return (process.exitCode as ExitCode | undefined) ?? 0;
}

function configurationIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`\`${file}\` cannot be read as a configuration: ${why}`);
  }
}
