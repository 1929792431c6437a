import {
  ACTION,
  COLLECTION,
  DESTINATION,
  FQDN,
  GROUP,
  type LegacyParts,
  noParts,
  POLICY,
  PROTOCOL,
  QUERY_ID,
  REASON,
  RULE,
  SOURCE,
} from './legacy-parts.ts';

/** A name without `. `, which could be the end of it: dots are taken one by one, so that there is one way to read it. */
const NAME = '([^.]*(?:\\.(?! )[^.]*)*)';
const ADDRESS = '([\\d.]{7,15}):(\\d{1,5})';
const NAMES = `\\. Policy: ${NAME}\\. Rule Collection Group: ${NAME}\\. Rule Collection: ${NAME}\\. Rule: ${NAME}`;
const TAIL = `\\. Action: ([A-Za-z]+)(?:${NAMES}|(\\. No rule matched\\. Proceeding with default action))?$`;
const DECISION = new RegExp(`^${TAIL}`);
const TRANSLATION = new RegExp(`^(?:${NAMES})?$`);
const NETWORK = new RegExp(`^(TCP|UDP|ICMP) request from ${ADDRESS} to ${ADDRESS}${TAIL}`);
const APPLICATION = new RegExp(
  `^(HTTPS|HTTP) request from ${ADDRESS} to ([^ :[\\]]+):(\\d{1,5})${TAIL}`,
);
const DNS =
  /^DNS Request: ([\d.]{7,15}):(\d{1,5}) - (\d{1,10}) (\S+) (\S+) (\S+) (\S+) (\d{1,10}) (true|false) (\d{1,10}) (\S+) (\S+) (\d{1,10}) (\d+\.?\d*)s$/;

/**
 * The three texts that logs are full of, each by one expression, in half the time of looking for every label. `undefined`: written
 * otherwise, in which case it is read by its labels; a test holds the two to the same answers.
 */
export function readCommonMessage(
  message: string,
  isApplication: boolean,
): LegacyParts | undefined {
  // Only an administrator's names may be long.
  if (message.length > 2_000) return undefined;
  switch (message.charCodeAt(0)) {
    case 68:
      return dns(message);
    case 72:
      return decided(APPLICATION.exec(message), true);
    default:
      return isApplication ? undefined : decided(NETWORK.exec(message), false);
  }
}

function decided(match: RegExpExecArray | null, isApplication: boolean): LegacyParts | undefined {
  if (match === null) return undefined;
  const parts = noParts();
  parts[PROTOCOL] = match[1];
  parts[SOURCE] = match[2];
  parts[SOURCE + 1] = Number(match[3]);
  parts[isApplication ? FQDN : DESTINATION] = match[4];
  parts[DESTINATION + 1] = Number(match[5]);
  parts[ACTION] = match[6];
  if (match[11] !== undefined) {
    parts[POLICY] = '';
    parts[GROUP] = '';
    parts[COLLECTION] = '';
    parts[RULE] = '';
    parts[REASON] = 'Default Action';
  } else if (match[7] !== undefined) {
    for (let index = 7; index <= 10; index += 1) if (!isTrimmed(match[index]!)) return undefined;
    parts[POLICY] = match[7];
    parts[GROUP] = match[8];
    parts[COLLECTION] = match[9];
    parts[RULE] = match[10];
  }
  return { kind: isApplication ? 'application' : 'network', parts };
}

/**
 * What stands behind the ends of a flow: action, policy, group, collection, rule and reason, each where it is said.
 * @param isTranslated of a DNAT record, which says no action
 */
export function readTail(
  tail: string,
  isTranslated: boolean,
): readonly (string | undefined)[] | undefined {
  const match = (isTranslated ? TRANSLATION : DECISION).exec(tail);
  if (match === null) return undefined;
  const [action, ...names] = isTranslated ? [undefined, ...match.slice(1)] : match.slice(1);
  if (names[4] !== undefined) return [action, '', '', '', '', 'Default Action'];
  const rule = names.slice(0, 4);
  if (rule[0] === undefined) return [action];
  return rule.every((name) => isTrimmed(name!)) ? [action, ...rule] : undefined;
}

/** Dots and spaces around a name do not belong to it. */
function isTrimmed(name: string): boolean {
  const last = name.charCodeAt(name.length - 1);
  return name !== '' && last !== 32 && last !== 46 && name.charCodeAt(0) !== 32;
}

function dns(message: string): LegacyParts | undefined {
  const match = DNS.exec(message);
  if (match === null) return undefined;
  const parts = noParts();
  parts[SOURCE] = match[1];
  parts[SOURCE + 1] = Number(match[2]);
  parts[QUERY_ID] = Number(match[3]);
  parts[QUERY_ID + 1] = match[4];
  parts[QUERY_ID + 2] = match[5];
  parts[QUERY_ID + 3] = match[6];
  parts[PROTOCOL] = match[7];
  parts[QUERY_ID + 4] = Number(match[8]);
  parts[QUERY_ID + 5] = match[9] === 'true';
  parts[QUERY_ID + 6] = Number(match[10]);
  parts[QUERY_ID + 7] = match[11];
  parts[QUERY_ID + 8] = match[12];
  parts[QUERY_ID + 9] = Number(match[13]);
  parts[QUERY_ID + 10] = Number(match[14]);
  return { kind: 'dns', parts };
}
