import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { APPLIANCE_TABLE, type ApplianceRule, counterOf } from '../../appliance/index.ts';
import { OperationalError } from '../../diagnostics/index.ts';
import { inNamespace } from './enter-host.ts';
import type { LabFolder } from './lab-folder.ts';
import { placed, type RunPlan } from './run-plan.ts';
import { runProgram } from './run-program.ts';

/** Ten thousand rules take two megabytes. */
const LISTING_BYTES_MOST = 100_000_000;

/** The rules of one firewall in the order in which it tries them, each with what it decided since it was loaded. */
export interface FirewallHits {
  readonly firewall: string;
  readonly rules: readonly RuleHits[];
}

export interface RuleHits extends Omit<ApplianceRule, 'number' | 'translated'> {
  /** First packets of connections, and packets that were denied; of application rules, requests in the log. */
  readonly hits: number;
}

/**
 * Network and DNAT rules have a counter of their own in the kernel, which a reload sets to nothing; application rules are decided
 * outside of it, so their records in the log are counted.
 * @throws OperationalError `lab/network` when a firewall's counters cannot be read
 */
export async function ruleHits(
  plan: RunPlan,
  folder: LabFolder,
  entrance: readonly string[],
): Promise<readonly FirewallHits[]> {
  return Promise.all(
    plan.appliances.map(async ({ host, name }) => {
      const counters = await countersOf(plan, host, entrance);
      const path = (file: string) => join(folder.path, host, file);
      const rules = JSON.parse(readFileSync(path('rules.json'), 'utf8')) as ApplianceRule[];
      const { output, resourceId } = JSON.parse(readFileSync(path('log-writer.json'), 'utf8'));
      const requests = await requestsIn(placed(output, folder.path), resourceId);
      return {
        firewall: name,
        rules: rules.map(({ number, translated: _, ...rule }) => ({
          ...rule,
          // What no rule matched is denied in the kernel or, where a name was asked for, by the proxy.
          hits: (counters.get(counterOf(number)) ?? 0) + (requests.get(keyOf(rule)) ?? 0),
        })),
      };
    }),
  );
}

async function countersOf(
  { lab }: RunPlan,
  host: string,
  entrance: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const list = ['nft', '-j', 'list', 'counters', 'table', 'inet', APPLIANCE_TABLE];
  const { code, out, err } = await runProgram([...entrance, ...inNamespace(lab, host, list)], {
    outputBytes: LISTING_BYTES_MOST,
  });
  if (code !== 0) {
    throw new OperationalError('lab/network', `counters of ${host} cannot be read: ${err.trim()}`);
  }
  const { nftables } = JSON.parse(out) as { readonly nftables: readonly ListedObject[] };
  return new Map(
    nftables.flatMap(({ counter }) =>
      counter === undefined ? [] : [[counter.name, counter.packets] as const],
    ),
  );
}

/** libnftables-json(5). */
interface ListedObject {
  readonly counter?: { readonly name: string; readonly packets: number };
}

/** By rule, how many records of application rules the log of this firewall holds. */
async function requestsIn(logs: string, resourceId: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const root = join(
    logs,
    'insights-logs-azfwapplicationrule',
    `resourceId=${resourceId.toUpperCase()}`,
  );
  if (!existsSync(root)) return found;
  const files = readdirSync(root, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const lines = createInterface({ input: createReadStream(join(file.parentPath, file.name)) });
    for await (const line of lines) {
      const key = keyIn(line);
      if (key !== undefined) found.set(key, (found.get(key) ?? 0) + 1);
    }
  }
  return found;
}

/** The last line may still be written. */
function keyIn(line: string): string | undefined {
  try {
    const { properties: told } = JSON.parse(line);
    return keyOf({
      policy: told.Policy,
      group: told.RuleCollectionGroup,
      collection: told.RuleCollection,
      rule: told.Rule,
    });
  } catch {
    return undefined;
  }
}

function keyOf({
  policy,
  group,
  collection,
  rule,
}: Pick<ApplianceRule, 'policy' | 'group' | 'collection' | 'rule'>): string {
  return JSON.stringify([policy, group, collection, rule]);
}
