import type { FlowRule } from '../../flows/index.ts';
import { nsgRules } from '../../semantics/nsg/symbolic.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';
import type { Passed } from '../branch.ts';
import { toldOnce, type World } from '../world.ts';

/** The security group on an interface of the input; `undefined` when the interface is not known or has none (AZN-42). */
export function interfaceFilter(
  world: World,
  interfaceKey: string | undefined,
  subnetKey: string,
  direction: 'Inbound' | 'Outbound',
):
  | {
      readonly rules: readonly FlowRule<'allow' | 'deny', Decider>[];
      readonly box: Omit<Passed, 'by'>;
    }
  | undefined {
  const { networkInterfaces, networkSecurityGroups } = world.network.perimeter;
  const found = interfaceKey === undefined ? undefined : networkInterfaces.get(interfaceKey);
  const reference = found?.networkSecurityGroup;
  if (found === undefined || reference === undefined) return undefined;
  const box = { box: 'subnet', name: found.name, stage: 'nsg' };
  const group = isUnknown(reference) ? undefined : networkSecurityGroups.get(reference.key);
  if (group !== undefined) {
    const rules = toldOnce(world, `interface ${direction} ${found.key}`, () =>
      nsgRules(world.network, group, direction, subnetKey),
    );
    return { rules, box };
  }
  const missing = isUnknown(reference)
    ? reference.missing
    : `network security group \`${reference.id}\` (not in the input)`;
  return { rules: undecided({ missing, at: reference.at }, 'network security group'), box };
}

/** A filter nobody can read: it may let everything through, or nothing. */
export function undecided(
  need: { readonly missing: string; readonly at?: Decider['at'] },
  name: string,
): readonly FlowRule<'allow' | 'deny', Decider>[] {
  const by: Decider = { kind: 'rule', name };
  const { missing, at } = need;
  const needs = [at === undefined ? { missing } : { missing, at }];
  return [
    { region: [{ needs }], effect: 'allow', by },
    { region: [{}], effect: 'deny', by },
  ];
}
