import type { FlowBox } from '../flows/index.ts';
import type { FirewallPlacement } from '../network/index.ts';
import type { FirewallContext } from '../semantics/firewall/context.ts';
import { type AddressClasses, addressClasses } from './address-classes.ts';
import { bitTable, haveCommon, type Sets } from './bit-table.ts';
import { type Bits, bitsOf, once } from './box-bits.ts';
import type { LoggedFlow } from './logged-flows.ts';
import { nameClasses } from './name-classes.ts';
import { ruleBoxes } from './rule-boxes.ts';
import { serviceClasses } from './service-classes.ts';

/** Logged flows that no rule of a firewall tells apart are one class. */
export interface FlowClasses {
  /** The number of the class; `undefined` for what is not told by classes: IPv6, and what a log says wrongly. */
  classOf(logged: LoggedFlow): number | undefined;
  /** Does a flow of the application log hang on application rules alone? Of one that has a class. */
  isOfNames(logged: LoggedFlow): boolean;
  /** Starts to count anew. */
  forget(): void;
}

/**
 * A flow is told by the boxes of rules that take it. Of each of its headers a set of bits says which boxes do; what is left when they are
 * put together, with the service and the class of the name, is the class of the flow. O(log ranges + boxes / 32).
 *
 * What stands in the application log is told by application rules alone: what earlier rules may do with it, its address not being known,
 * the log has settled. Only where one of those takes it for certain do all count.
 */
export function flowClasses(placement: FirewallPlacement, context: FirewallContext): FlowClasses {
  const { boxes, ofNames, anywhere, names: alone } = ruleBoxes(placement, context);
  const sources = sideOf(boxes, 'sources');
  const destinations = sideOf(boxes, 'destinations');
  const services = serviceClasses(boxes);
  const names = namesOf(boxes, alone);
  const all = bitsOf(boxes, () => true);
  const classes = bitTable(all.length);
  const bitsOfName = (logged: LoggedFlow): Sets | undefined => {
    const service = services.classOf(logged);
    const source = sources.classOf(logged.source);
    const name = names.classOf(logged.fqdn);
    if (service === undefined || source === undefined || name === undefined) return undefined;
    return [sources.bits(source), all, services.bits(service.number), names.bits(name)];
  };
  return {
    isOfNames(logged) {
      const sets = logged.log === 'application' ? bitsOfName(logged) : undefined;
      return sets !== undefined && !haveCommon(sets, anywhere);
    },
    classOf(logged) {
      const service = services.classOf(logged);
      const source = sources.classOf(logged.source);
      if (service === undefined || source === undefined) return undefined;
      const { number, isByName } = service;
      // The application log has no address, the others tell by nothing else.
      const name = isByName ? names.classOf(logged.fqdn) : 0;
      if (name === undefined) return undefined;
      let to = all;
      if (!isByName) {
        const destination = destinations.classOf(logged.destination);
        if (destination === undefined) return undefined;
        to = destinations.bits(destination);
      }
      const sets = [sources.bits(source), to, services.bits(number), names.bits(name)] as const;
      const isSettled = logged.log === 'application' && !haveCommon(sets, anywhere);
      return classes.numberOf(number, name, sets, isSettled ? ofNames : all);
    },
    forget: classes.clear,
  };
}

interface Side extends Pick<AddressClasses, 'classOf'> {
  readonly bits: (ofClass: number) => Bits;
}

function sideOf(boxes: readonly FlowBox[], side: 'sources' | 'destinations'): Side {
  const sets = [...new Set(boxes.flatMap((box) => present(box[side])))];
  const numberOf = new Map(sets.map((set, at) => [set, at]));
  const { classOf, holds } = addressClasses(sets);
  const bits = once((ofClass) =>
    bitsOf(boxes, ({ [side]: set }) => set === undefined || holds(numberOf.get(set)!, ofClass)),
  );
  return { classOf, bits };
}

/** @param alone lists that no box has */
function namesOf(boxes: readonly FlowBox[], alone: Parameters<typeof nameClasses>[0]) {
  const sets = [...new Set(boxes.flatMap(({ names }) => present(names)))];
  const numberOf = new Map(sets.map((set, at) => [set, at]));
  const { classOf, takes } = nameClasses([...sets.map(({ patterns }) => patterns), ...alone]);
  const bits = once((ofClass) =>
    bitsOf(boxes, ({ names: set }) => {
      if (set === undefined) return true;
      return ofClass === 0 ? set.withoutName : takes(numberOf.get(set)!, ofClass);
    }),
  );
  return { classOf, bits };
}

function present<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
