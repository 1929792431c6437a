/** One request that ModSecurity had something to say about, from its JSON audit log. */
export interface AuditEntry {
  /** ISO 8601; ModSecurity writes whole seconds. */
  readonly time: string;
  readonly transactionId: string;
  readonly clientIp: string;
  readonly clientPort: number;
  readonly uri: string;
  /** Of the Host header; empty when there was none. */
  readonly host: string;
  readonly status: number;
  readonly messages: readonly AuditMessage[];
}

export interface AuditMessage {
  readonly ruleId: number;
  readonly message: string;
  /** What matched where, in ModSecurity's words. */
  readonly match: string;
  readonly data: string;
  /** Name of the rule file, without its folder. */
  readonly file: string;
  readonly line: string;
  /** `OWASP_CRS/3.3.4`; empty for rules of our own. */
  readonly version: string;
}

/** More than the longest line ModSecurity writes with the parts we ask for. */
const LINE_CHARACTERS_MAX = 4_000_000;
const MESSAGES_MAX = 500;

/** One line of the log; `undefined` when it is no entry, as a line half written is. */
export function parseAuditLine(line: string): AuditEntry | undefined {
  if (line.length > LINE_CHARACTERS_MAX) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  const transaction = record(record(json)['transaction']);
  const request = record(transaction['request']);
  const headers = record(request['headers']);
  const transactionId = text(transaction['unique_id']);
  const time = isoTime(text(transaction['time_stamp']));
  if (transactionId === '' || time === undefined) return undefined;
  const host = Object.entries(headers).find(([name]) => name.toLowerCase() === 'host')?.[1];
  const messages = Array.isArray(transaction['messages']) ? transaction['messages'] : [];
  return {
    time,
    transactionId,
    clientIp: text(transaction['client_ip']),
    clientPort: number(transaction['client_port']),
    uri: text(request['uri']),
    host: text(host),
    status: number(record(transaction['response'])['http_code']),
    messages: messages.slice(0, MESSAGES_MAX).map(messageOf),
  };
}

function messageOf(value: unknown): AuditMessage {
  const message = record(value);
  const details = record(message['details']);
  const file = text(details['file']);
  return {
    ruleId: number(details['ruleId']),
    message: text(message['message']),
    match: text(details['match']),
    data: text(details['data']),
    file: file.slice(file.lastIndexOf('/') + 1),
    line: text(details['lineNumber']),
    version: text(details['ver']),
  };
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** `Sat Nov 21 17:26:57 2026`, in UTC because the process is started so. */
function isoTime(written: string): string | undefined {
  const match = /^\w{3} (\w{3}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})$/.exec(written);
  const [, name = '', day = '', time = '', year = ''] = match ?? [];
  const month = MONTHS.indexOf(name) / 3 + 1;
  if (match === null || !Number.isInteger(month) || month < 1) return undefined;
  return `${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}T${time}Z`;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function number(value: unknown): number {
  const found = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : 0;
}
