import type { Outcome } from './attempt.ts';

/** Statuses with which a box on the way answers for itself: the WAF's 403, the firewall's 470, a proxy that has nobody behind it. */
const BLOCKING = new Set([403, 470, 502, 503, 504]);

/** The page of nginx, and of the gateways that are built on it. */
const PLAIN_TO_TLS = 'The plain HTTP request was sent to HTTPS port';

/**
 * What an answer tells: servers of the lab say in JSON who they are and whom they saw; anything else that answers in HTTP has
 * answered too, but for the statuses by which a box on the way refuses.
 */
export function readAnswer(text: string): Outcome {
  if (text === '') return { kind: 'closed' };
  const head = /^HTTP\/1\.[01] (\d{3})/.exec(text);
  const body = head === null ? text : text.slice(text.indexOf('\r\n\r\n') + 4);
  const said = words(body);
  const status = head === null ? undefined : Number(head[1]);
  if (said === undefined && status === 400 && body.includes(PLAIN_TO_TLS)) {
    return { kind: 'wants-tls' };
  }
  if (said === undefined && status !== undefined && BLOCKING.has(status)) {
    return { kind: 'blocked', status };
  }
  const by = said?.['host'];
  const seenSource = said?.['source'];
  return {
    kind: 'answered',
    ...(typeof by === 'string' ? { by } : {}),
    ...(typeof seenSource === 'string' ? { seenSource } : {}),
    ...(status === undefined ? {} : { status }),
  };
}

function words(body: string): Readonly<Record<string, unknown>> | undefined {
  const start = body.indexOf('{');
  const end = body.lastIndexOf('}');
  if (start < 0 || end < start) return undefined;
  try {
    const value: unknown = JSON.parse(body.slice(start, end + 1));
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
