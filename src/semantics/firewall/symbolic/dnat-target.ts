import type { Condition } from '../../../flows/index.ts';
import type { DnatRule } from '../../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  type DomainName,
  type Port,
  parseDomainName,
  singleAddress,
} from '../../../net/index.ts';
import { findOwner } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { FirewallContext } from '../context.ts';
import { conditionOf } from './firewall-decider.ts';

/** An end of a flow that is one member of a set. */
export interface MemberOf {
  /** Never empty. */
  readonly addresses: AddressSet;
  /** Whose address it is; empty when it is a number somebody wrote. */
  readonly label: string;
  /** Two ends with one symbol are the same address. */
  readonly symbol?: string;
}

/** Where a DNAT rule sends what it takes. */
export interface DnatTarget extends MemberOf {
  /** The address is known: `addresses` is that one. */
  readonly isExact: boolean;
  /** The one port that all listed ports go to (AFW-62); absent: the port stays; a condition: nobody knows it. */
  readonly port?: Port | Condition;
  /** The name the firewall resolves to get there (AFW-64). */
  readonly name?: DomainName;
}

/** @see AFW-62 ports, AFW-64 names */
export function targetOf(rule: DnatRule, context: FirewallContext): DnatTarget {
  const { translatedFqdn, translatedPort: port } = rule;
  const name = translatedFqdn === undefined ? undefined : parseDomainName(translatedFqdn);
  return {
    ...addressOf(rule, name, context),
    ...(port === undefined ? {} : { port: isUnknown(port) ? conditionOf(port) : port }),
    ...(name === undefined ? {} : { name }),
  };
}

function addressOf(
  rule: DnatRule,
  name: DomainName | undefined,
  context: FirewallContext,
): Pick<DnatTarget, 'addresses' | 'isExact' | 'label' | 'symbol'> {
  const written = rule.translatedAddress;
  if (written !== undefined && !isUnknown(written)) {
    return { addresses: singleAddress(written), isExact: true, label: '' };
  }
  if (name !== undefined) {
    const answer = context.resolve?.(name);
    if (answer === undefined) return { addresses: ALL_IPV4, isExact: false, label: name };
    const { label = '' } = answer;
    return {
      ...(answer.kind === 'exact'
        ? { addresses: singleAddress(answer.ip), isExact: true, label }
        : { addresses: answer.addresses, isExact: false, label }),
      ...(answer.symbol === undefined ? {} : { symbol: answer.symbol }),
    };
  }
  const somewhere = {
    addresses: ALL_IPV4,
    isExact: false,
    label: `the translated address of ${rule.name}`,
  };
  const symbol = written?.symbol;
  if (symbol === undefined) return somewhere;
  const { network } = context;
  const owners =
    network === undefined
      ? []
      : findOwner(network, { kind: 'within', addresses: ALL_IPV4, symbol });
  const owner = owners.find(({ certainty }) => certainty === 'yes')?.address;
  if (owner === undefined) return { ...somewhere, symbol };
  const { addresses, isExact, label } = owner;
  return {
    addresses,
    isExact,
    label,
    ...(owner.symbol === undefined ? {} : { symbol: owner.symbol }),
  };
}
