import type { FirewallPlacement, Network } from '../network/index.ts';
import { InputError } from './exit-code.ts';
import type { LogsQuestionOptions } from './logs-question-options.ts';
import { nearest } from './nearest.ts';
import { type Input, readInput } from './read-input.ts';
import type { Output } from './terminal.ts';

export interface LogsProofOptions extends LogsQuestionOptions {
  readonly firewall?: string;
}

/** The perimeter that logs are held against. */
export async function provenInput(
  { perimeter = [], threatList, requiredEgress, quiet, verbose }: LogsProofOptions,
  output: Output,
  files?: Parameters<typeof readInput>[3],
): Promise<Input> {
  if (perimeter.length === 0) {
    throw new InputError(
      'no perimeter to hold the logs against',
      'name the folder with `--perimeter .`',
    );
  }
  return await readInput(
    perimeter,
    {
      ...(threatList === undefined ? {} : { threatList }),
      ...(requiredEgress === undefined ? {} : { requiredEgress }),
      ...(quiet === undefined ? {} : { quiet }),
      ...(verbose === undefined ? {} : { verbose }),
    },
    output,
    files,
  );
}

/**
 * The firewall that wrote the logs: the only one, or that which was named.
 * @throws InputError that lists those there are
 */
export function loggingFirewall(
  { firewalls }: Network,
  name: string | undefined,
): { readonly placement: FirewallPlacement; readonly firewall?: string } {
  const all = [...firewalls.values()];
  const names = all.map(({ firewall }) => firewall.name);
  if (all.length === 0) throw new InputError('the perimeter has no Azure Firewall');
  const [only] = all;
  if (name === undefined) {
    if (only !== undefined && all.length === 1) return { placement: only };
    throw new InputError(
      `the perimeter has ${all.length} firewalls`,
      `name one: --firewall ${names.join(' or --firewall ')}`,
    );
  }
  const found = all.find(({ firewall }) => firewall.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) {
    const near = nearest(name, names);
    throw new InputError(
      `no firewall of the perimeter is called \`${name}\``,
      near.length > 0 ? `did you mean ${near.join(', ')}?` : `there is ${names.join(', ')}`,
    );
  }
  // Where there is one only, its logs may be from before it had this name.
  return all.length === 1 ? { placement: found } : { placement: found, firewall: name };
}
