import type { Server } from 'node:net';
import { type DnsProxyProgram, readDnsProxyProgram } from './configuration.ts';
import { type ControlReply, type ControlRequest, openControlSocket } from './control-socket.ts';
import { EventLog } from './event-log.ts';
import { FqdnSets } from './fqdn-sets.ts';
import { KernelRelay } from './kernel-relay.ts';
import { readKernelSets, readTableHandle } from './kernel-sets.ts';
import { type Listener, listenForDns } from './listeners.ts';
import { Refresh } from './refresh.ts';
import { reloadRules } from './reload.ts';
import { Resolver } from './resolver.ts';
import { Upstreams } from './upstreams.ts';

export interface RunningDnsProxy {
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
  /** The process id of what passes changes to the kernel, while it lives. */
  readonly relayProcess: () => number | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Starts the proxy; it serves when the promise is settled.
 * @throws OperationalError `nva/configuration`, `nva/listen`
 */
export async function startDnsProxy(configuration: unknown): Promise<RunningDnsProxy> {
  const program = readDnsProxyProgram(configuration);
  const events = program.events === undefined ? undefined : new EventLog(program.events);
  const relay = new KernelRelay(program.perl, () => sets.restore());
  const sets: FqdnSets = new FqdnSets(relay, program, program.retentionSeconds);
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
    sets.names.size === 0 ? Promise.resolve(undefined) : readTableHandle(program.nft, sets.table),
  );
  const listeners: Listener[] = [];
  let control: Server | undefined;
  const close = async () => {
    refresh.close();
    control?.close();
    await Promise.all(listeners.map((listener) => listener.close()));
    upstreams.close();
    relay.close();
    await events?.close();
  };
  try {
    for (const endpoint of program.listen) listeners.push(await listenForDns(endpoint, resolver));
    if (program.controlSocket !== undefined) {
      const parts = { program, relay, sets, upstreams, resolver, refresh };
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
    relayProcess: () => relay.processId,
    close,
  };
}

interface ProxyParts {
  readonly program: DnsProxyProgram;
  readonly relay: KernelRelay;
  readonly sets: FqdnSets;
  readonly upstreams: Upstreams;
  readonly resolver: Resolver;
  readonly refresh: Refresh;
}

async function answerControl(request: ControlRequest, parts: ProxyParts): Promise<ControlReply> {
  const { program, relay, sets, upstreams, resolver, refresh } = parts;
  switch (request.do) {
    case 'reload': {
      const reply = await reloadRules(sets, program.nft, request.rules, request.configuration);
      if (reply.isDone) void refresh.round();
      return reply;
    }
    case 'status':
      return {
        isDone: true,
        status: {
          sets: relay.isRunning ? 'running' : 'not running',
          names: sets.names.size,
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
