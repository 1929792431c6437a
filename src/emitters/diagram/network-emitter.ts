import type { Prefix } from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { type Emission, WRITTEN_BY } from '../emitter.ts';
import { inputHash } from '../plan/checksum.ts';
import { plainText } from './plain-text.ts';

/**
 * A form that speaks of the network and not of a deployment: pictures and pages. They need no plan, so nothing of the input
 * has to be deployable.
 */
export interface NetworkEmitter {
  /** As `--to` takes it. */
  readonly target: string;
  /** One line for help texts. */
  readonly describe: string;
  /** The same bytes for the same network. */
  readonly emit: (network: Network, told: EmissionContext) => Promise<Emission>;
}

export interface EmissionContext {
  /** `sallyport 0.1.0`. */
  readonly tool: string;
  /** Where the perimeter lies, as a person writes it; commands on the pages name it. */
  readonly paths: readonly string[];
  /** ISO day that ends are compared with; absent: nothing is called expired. */
  readonly today?: string;
  /** Programs that go with an appliance, by file name: `dns-proxy.mjs`. Absent: they were not at hand. */
  readonly programs?: ReadonlyMap<string, string>;
  /** Who may reach the machine of an appliance itself; absent: nobody. */
  readonly managementSources?: readonly Prefix[];
  /** gzip in base64, for documents of limited size. Absent: texts stay as they are. */
  readonly compressed?: (text: string) => string;
}

/** The header of every file, as the other emitters write it: tool and checksum of the input, no date (iac-formats 10). */
export function headerText(network: Network, tool: string): string {
  const version = plainText(tool, 60).split(' ').at(-1) ?? '';
  const safe = version.replace(/[^\w.+]|-(?=-)/g, '');
  return `${WRITTEN_BY} ${safe} from input ${inputHash(network.perimeter.snapshot)}`;
}
