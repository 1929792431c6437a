import type { Server } from 'node:net';
import { type DnsProxyProgram, readDnsProxyProgram } from './configuration.ts';
import { type ControlReply, type ControlRequest, openControlSocket } from './control-socket.ts';
import { EventLog } from './event-log.ts';
import { FqdnSets } from './fqdn-sets.ts';
import { readKernelSets, readTableHandle } from './kernel-sets.ts';
import { type Listener, listenForDns } from './listeners.ts';
import { NftShell } from './nft-shell.ts';
import { Refresh } from './refresh.ts';
import { reloadRules } from './reload.ts';
import { Resolver } from './resolver.ts';
import { Upstreams } from './upstreams.ts';

export interface RunningDnsProxy {
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
  /** The process id of the long-lived nft, while it lives. */
  readonly nftProcess: () => number | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Starts the proxy; it serves when the promise is settled.
 * @throws OperationalError `nva/configuration`, `nva/listen`
 */
export async function startDnsProxy(configuration: unknown): Promise<RunningDnsProxy> {
  const program = readDnsProxyProgram(configuration);
  const events = program.events === undefined ? undefined : new EventLog(program.events);
  const shell = new NftShell(program.nft, () => sets.restore());
  const sets = new FqdnSets(shell, program, program.retentionSeconds);
  const names = new Set(program.sets.map(({ set }) => set));
  if (names.size > 0) {
    for (const element of await readKernelSets(program.nft, program.table, names)) {
      sets.adopt(element.set, element.address, element.secondsLeft);
    }
  }
  const upstreams = new Upstreams(
    program.upstream,
    program.outstandingMax,
    program.patienceMilliseconds,
  );
  const resolver = new Resolver({
    upstreams,
    sets,
    cacheEntriesMax: program.cacheEntriesMax,
    ...(events === undefined ? {} : { events }),
  });
  const refresh = new Refresh(upstreams, sets, program.refreshSeconds, events, () =>
    sets.names.length === 0 ? Promise.resolve(undefined) : readTableHandle(program.nft, sets.table),
  );
  const listeners: Listener[] = [];
  let control: Server | undefined;
  const close = async () => {
    refresh.close();
    control?.close();
    await Promise.all(listeners.map((listener) => listener.close()));
    upstreams.close();
    shell.close();
    await events?.close();
  };
  try {
    for (const endpoint of program.listen) listeners.push(await listenForDns(endpoint, resolver));
    if (program.controlSocket !== undefined) {
      const parts = { program, shell, sets, upstreams, resolver, refresh };
      control = await openControlSocket(program.controlSocket, (request) =>
        answerControl(request, parts),
      );
    }
  } catch (cause) {
    await close();
    throw cause;
  }
  return {
    endpoints: listeners.map(({ endpoint }) => endpoint),
    nftProcess: () => shell.processId,
    close,
  };
}

interface ProxyParts {
  readonly program: DnsProxyProgram;
  readonly shell: NftShell;
  readonly sets: FqdnSets;
  readonly upstreams: Upstreams;
  readonly resolver: Resolver;
  readonly refresh: Refresh;
}

async function answerControl(request: ControlRequest, parts: ProxyParts): Promise<ControlReply> {
  const { program, shell, sets, upstreams, resolver, refresh } = parts;
  switch (request.do) {
    case 'reload': {
      const reply = await reloadRules(shell, sets, program, request.rules, request.configuration);
      if (reply.isDone) void refresh.round();
      return reply;
    }
    case 'status':
      return {
        isDone: true,
        status: {
          nft: shell.isRunning ? 'running' : 'not running',
          names: sets.names.length,
          elements: sets.elements,
          cached: resolver.cache.size,
          answered: resolver.answered,
          outstanding: upstreams.outstanding,
          upstream: upstreams.health,
        },
      };
    default:
      return { isDone: false, why: 'nothing of that name can be asked' };
  }
}
