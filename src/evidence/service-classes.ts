import type { FlowBox } from '../flows/index.ts';
import { portSetHas } from '../net/index.ts';
import { hasPorts, isPort, type Spoken, spokenIn } from './as-flow.ts';
import { type Bits, bitsOf } from './box-bits.ts';
import type { LoggedFlow } from './logged-flows.ts';

/** A log, what is spoken in it, and a port: as far as boxes tell them apart. */
export interface Service {
  readonly number: number;
  readonly isByName: boolean;
}

export interface ServiceClasses {
  /** `undefined`: a protocol or port that nobody knows. */
  classOf(logged: LoggedFlow): Service | undefined;
  bits(service: number): Bits;
}

/** Ports that no box tells apart are one service, except where the answer names the port. */
export function serviceClasses(boxes: readonly FlowBox[]): ServiceClasses {
  const spoken = wordsByLog();
  const kinds = new Map<string, number>();
  const services = new Map<number, Service>();
  const alike = new Map<string, Service>();
  const bits: Bits[] = [];
  const pieceOf = portPieces(boxes);

  const told = (logged: LoggedFlow): SpokenIn | undefined => {
    const { log, protocol } = logged;
    const words = spoken[log === 'threat' && logged.fqdn === '' ? 'nameless' : log];
    const known = words.get(protocol);
    if (known !== undefined || words.has(protocol)) return known;
    const one = spokenIn(logged);
    const found = one === undefined ? undefined : spokenFrom(log, one, kinds);
    if (words.size < WORDS_MAX) words.set(protocol, found);
    return found;
  };

  /** @param said the port, where answers name it */
  const made = ({ kind, spoken: one }: SpokenIn, port: number, said: number): Service => {
    const own = bitsOf(boxes, (box) => takes(box, one, port));
    const key = `${kind} ${said} ${own.join()}`;
    const known = alike.get(key);
    if (known !== undefined) return known;
    const service = { number: bits.length, isByName: one.by === 'name' };
    bits.push(own);
    alike.set(key, service);
    return service;
  };

  return {
    bits: (service) => bits[service]!,
    classOf(logged) {
      const one = told(logged);
      const { port } = logged;
      if (one === undefined || !isPort(port)) return undefined;
      const number = one.kind * PORTS + (one.saysPort ? port : pieceOf[port]!);
      const known = services.get(number);
      if (known !== undefined) return known;
      const service = made(one, port, one.saysPort ? port : -1);
      services.set(number, service);
      return service;
    },
  };
}

/** The ports between two at which some box begins or ends have one number. */
function portPieces(boxes: readonly FlowBox[]): Uint16Array {
  const turns = new Uint8Array(PORTS + 1);
  for (const { destinationPorts } of boxes) {
    for (const [at, bound] of (destinationPorts ?? []).entries()) turns[bound + (at % 2)] = 1;
  }
  const pieces = new Uint16Array(PORTS);
  for (let port = 1; port < PORTS; port += 1) pieces[port] = pieces[port - 1]! + turns[port]!;
  return pieces;
}

interface SpokenIn {
  readonly kind: number;
  readonly spoken: Spoken;
  /** Doubts about a tag name the port, and DNAT may keep it. */
  readonly saysPort: boolean;
}

type Words = Map<string, SpokenIn | undefined>;

/** What protocols of a log are; of the threat log it depends on whether there is a name. */
function wordsByLog(): Readonly<Record<LoggedFlow['log'] | 'nameless', Words>> {
  const words = (): Words => new Map();
  return {
    ...{ threat: words(), dnat: words(), network: words(), application: words() },
    nameless: words(),
  };
}

const PORTS = 65_536;
/** Logs may write any word. */
const WORDS_MAX = 1000;

function spokenFrom(log: LoggedFlow['log'], spoken: Spoken, kinds: Map<string, number>): SpokenIn {
  const what = spoken.by === 'name' ? spoken.application : spoken.protocol;
  const key = `${log} ${spoken.by} ${what}`;
  const kind = kinds.get(key) ?? kinds.size;
  kinds.set(key, kind);
  return { kind, spoken, saysPort: spoken.by === 'name' || log === 'dnat' };
}

function takes(
  { protocols, destinationPorts, applications }: FlowBox,
  spoken: Spoken,
  port: number,
): boolean {
  const [protocol, application] =
    spoken.by === 'name'
      ? (['tcp', spoken.application] as const)
      : ([spoken.protocol, 'none'] as const);
  if (protocols?.includes(protocol) === false) return false;
  if (applications?.includes(application) === false) return false;
  return destinationPorts === undefined || !hasPorts(protocol)
    ? true
    : portSetHas(destinationPorts, port);
}
