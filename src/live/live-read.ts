import type { ArmLimits } from './arm-client.ts';
import { createArmClient } from './arm-client.ts';
import { type Cloud, discoverCloud } from './cloud.ts';
import { kubectl } from './kubectl.ts';
import {
  AZURE_FILE,
  AZURE_REPORT,
  azureFiles,
  clusterFiles,
  HUB_ROUTES_FILE,
  type LiveFile,
} from './live-files.ts';
import { readAzure } from './read-azure.ts';
import { readCluster } from './read-cluster.ts';
import { httpsSender } from './send.ts';
import { tokenSourceOf } from './sign-in.ts';
import { keptTokens } from './token-source.ts';

export interface LiveOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly onProgress: (what: string) => void;
}

export interface AzureOptions extends LiveOptions {
  /** Ids or names. */
  readonly subscriptions: readonly string[];
  /** A cloud that is known, or the address of its resource manager. */
  readonly cloud: Cloud | string;
  readonly tenant?: string;
  /** PEM text of an authority to trust. */
  readonly ca?: string;
  readonly timeoutMilliseconds?: number;
  readonly limits?: Partial<ArmLimits>;
}

/** Everything of these subscriptions that a perimeter is made of, as files. Nothing is written anywhere in Azure. */
export async function readLiveAzure(options: AzureOptions): Promise<readonly LiveFile[]> {
  const { signal, now, env, subscriptions, onProgress, ca, tenant, timeoutMilliseconds } = options;
  const sender = httpsSender({
    signal,
    ...(ca === undefined ? {} : { ca }),
    ...(timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds }),
  });
  const cloud =
    typeof options.cloud === 'string' ? await discoverCloud(options.cloud, sender) : options.cloud;
  const [first] = subscriptions;
  const source = tokenSourceOf({
    env,
    cloud,
    sender,
    now,
    ...(tenant === undefined ? {} : { tenant }),
    ...(first === undefined ? {} : { subscription: first }),
  });
  const client = createArmClient({
    manager: cloud.manager,
    sender,
    tokens: keptTokens(source, now, signal),
    signal,
    now,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const read = await readAzure(client, subscriptions, onProgress);
  return azureFiles(read, new Date(now()).toISOString());
}

/** What reading Azure may write: a folder of an earlier read may hold more. */
export const AZURE_FILES: readonly string[] = [AZURE_FILE, AZURE_REPORT, HUB_ROUTES_FILE];

export interface ClusterOptions extends LiveOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Everything of a cluster that says what passes, as files. */
export async function readLiveCluster(options: ClusterOptions): Promise<readonly LiveFile[]> {
  const { env, signal, kubeconfig, context, now, onProgress } = options;
  const ask = kubectl({
    env,
    signal,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  return clusterFiles(await readCluster(ask, context, onProgress), new Date(now()).toISOString());
}
