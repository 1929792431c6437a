import { afterEach, describe, expect, it } from 'vitest';
import {
  type Asked,
  type Scripted,
  type ScriptedManager,
  scriptedManager,
} from '../../tests/support/scripted-manager.ts';
import { type ArmLimits, createArmClient } from './arm-client.ts';
import { httpsSender } from './send.ts';
import type { TokenSource } from './token-source.ts';
import { keptTokens } from './token-source.ts';

const running: ScriptedManager[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

async function clientOf(
  answer: (asked: Asked, count: number) => Scripted,
  options: {
    readonly limits?: Partial<ArmLimits>;
    readonly source?: TokenSource;
    readonly signal?: AbortSignal;
    readonly timeoutMilliseconds?: number;
    readonly answerSizeMax?: number;
    readonly isTrusted?: boolean;
  } = {},
) {
  const manager = await scriptedManager(answer);
  running.push(manager);
  const signal = options.signal ?? new AbortController().signal;
  const { timeoutMilliseconds = 5_000, answerSizeMax = 1_000_000 } = options;
  const sender = httpsSender({
    signal,
    timeoutMilliseconds,
    answerSizeMax,
    ...(options.isTrusted === false ? {} : { ca: manager.ca }),
  });
  const source = options.source ?? { name: 'test', fetch: async () => ({ token: 'tok-1' }) };
  const client = createArmClient({
    manager: manager.origin,
    sender,
    tokens: keptTokens(source, Date.now, signal),
    signal,
    now: Date.now,
    limits: { firstPauseMilliseconds: 5, ...options.limits },
  });
  return { client, manager };
}

const item = (name: string) => ({ id: `/subscriptions/s/x/${name}`, name });

describe('what a service answers on a good day', () => {
  it('all pages are read, each with the token and the version asked for', async () => {
    const { client, manager } = await clientOf(({ path }) =>
      path.includes('page=2')
        ? { body: { value: [item('c')] } }
        : {
            body: {
              value: [item('a'), item('b')],
              nextLink: '/things?api-version=2024-05-01&page=2',
            },
          },
    );
    const { items, failed } = await client.list('/things', '2024-05-01');
    expect(failed).toBeUndefined();
    expect(items).toEqual([item('a'), item('b'), item('c')]);
    expect(
      manager.asked.map(({ method, path, authorization }) => [method, path, authorization]),
    ).toEqual([
      ['GET', '/things?api-version=2024-05-01', 'Bearer tok-1'],
      ['GET', '/things?api-version=2024-05-01&page=2', 'Bearer tok-1'],
    ]);
  });

  it('an answer that takes its time is waited for where Location says', async () => {
    const { client, manager } = await clientOf(({ method, path }, count) => {
      if (method === 'POST') {
        return { status: 202, headers: { Location: '/operations/1?x=1', 'Retry-After': '0' } };
      }
      expect(path).toBe('/operations/1?x=1');
      return count < 4
        ? { status: 202, headers: { Location: '/operations/1?x=1', 'Retry-After': '0' } }
        : { body: { value: [1] } };
    });
    const answer = await client.ask('/hub/effectiveRoutes', '2024-05-01', {});
    expect(answer).toEqual({ kind: 'answer', json: { value: [1] } });
    expect(manager.asked.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET', 'GET']);
  });

  it('no more requests than allowed are open at once', async () => {
    const { client, manager } = await clientOf(() => ({
      body: { value: [] },
      afterMilliseconds: 20,
    }));
    await Promise.all(Array.from({ length: 40 }, (_, i) => client.list(`/x${i}`, 'v')));
    expect(manager.asked).toHaveLength(40);
    expect(manager.mostAtOnce()).toBeLessThanOrEqual(8);
    expect(manager.mostAtOnce()).toBeGreaterThan(1);
  });
});

describe('what a service answers on a bad day', () => {
  it('429 is waited out for as long as Retry-After says, by everybody', async () => {
    const { client, manager } = await clientOf((_, count) =>
      count === 1
        ? {
            status: 429,
            headers: { 'Retry-After': '1' },
            body: { error: { code: 'TooManyRequests' } },
          }
        : { body: { value: [item('a')] } },
    );
    const first = await client.list('/a', 'v');
    expect(first).toEqual({ items: [item('a')] });
    const [refused, again] = manager.asked;
    expect(again!.at - refused!.at).toBeGreaterThanOrEqual(950);
  });

  it('429 that asks for longer than anybody waits is told, with how long', async () => {
    const { client, manager } = await clientOf(() => ({
      status: 429,
      headers: { 'Retry-After': '3600' },
      body: { error: { code: 'TooManyRequests', message: 'Slow down.' } },
    }));
    const { failed } = await client.list('/a', 'v');
    expect(failed?.why).toBe('status 429: TooManyRequests: Slow down. (it asks to wait 3600 s)');
    expect(manager.asked).toHaveLength(1);
  });

  it('403 is told in the words of the service, and not asked again', async () => {
    const { client, manager } = await clientOf(() => ({
      status: 403,
      body: { error: { code: 'AuthorizationFailed', message: 'no read\r\nsecond line' } },
    }));
    expect(await client.get('/a', 'v')).toEqual({
      kind: 'failed',
      why: 'status 403: AuthorizationFailed: no read',
      status: 403,
      code: 'AuthorizationFailed',
    });
    expect(manager.asked).toHaveLength(1);
  });

  it('500 is asked again a bounded number of times, then told', async () => {
    const { client, manager } = await clientOf(() => ({ status: 500, body: '<html>oops</html>' }), {
      limits: { attempts: 3 },
    });
    expect(await client.get('/a', 'v')).toMatchObject({
      kind: 'failed',
      why: 'status 500 (3 times)',
    });
    expect(manager.asked).toHaveLength(3);
  });

  it('a connection that breaks off once costs nothing', async () => {
    const { client } = await clientOf((_, count) =>
      count === 1 ? { body: '{"value":[', isBrokenOff: true } : { body: { value: [] } },
    );
    expect(await client.list('/a', 'v')).toEqual({ items: [] });
  });

  it.each([
    ['JSON that breaks off', '{"value":[{"id":', 'what it answered is no JSON that can be read'],
    ['a web page', '<!DOCTYPE html><html>sign in</html>', 'it answered with a web page'],
    ['an object that is no list', '{"value":{"a":1}}', 'what it answered is no list'],
    ['null', 'null', 'what it answered is no list'],
    [
      'nesting without end',
      '['.repeat(50_000) + ']'.repeat(50_000),
      'what it answered is no JSON that can be read',
    ],
  ])('%s is no answer', async (_, body, why) => {
    const { client } = await clientOf(() => ({ body }));
    expect(await client.list('/a', 'v')).toEqual({ items: [], failed: { kind: 'failed', why } });
  });

  it('an answer longer than the limit is not read to its end', async () => {
    const { client } = await clientOf(() => ({ body: 'x'.repeat(300_000) }), {
      answerSizeMax: 200_000,
    });
    expect(await client.get('/a', 'v')).toMatchObject({
      why: 'the answer is longer than 0.2 MB',
    });
  });

  it('a server that never answers is given up', async () => {
    const { client } = await clientOf(() => undefined, {
      timeoutMilliseconds: 80,
      limits: { attempts: 2 },
    });
    expect(await client.get('/a', 'v')).toMatchObject({
      why: 'there was no answer within 0.08 s (2 times)',
    });
  });

  it('pages without end are cut, and what came before is kept', async () => {
    const { client, manager } = await clientOf(
      (_, count) => ({ body: { value: [count], nextLink: `/a?page=${count}` } }),
      { limits: { pagesMax: 7 } },
    );
    expect(await client.list('/a', 'v')).toEqual({
      items: [1, 2, 3, 4, 5, 6, 7],
      failed: { kind: 'failed', why: 'it has more than 7 pages' },
    });
    expect(manager.asked).toHaveLength(7);
  });

  it('pages that lead back are noticed', async () => {
    const { client } = await clientOf(() => ({ body: { value: [1], nextLink: '/a?page=1' } }));
    expect((await client.list('/a', 'v')).failed?.why).toBe('its pages lead in a circle');
  });
});

describe('the token', () => {
  it('goes to no other host, whatever a link says', async () => {
    const other = await scriptedManager(() => ({ body: { value: [] } }));
    running.push(other);
    for (const link of [`${other.origin}/a`, '//evil.example/a', 'http://localhost/a', 42]) {
      const { client } = await clientOf(() => ({ body: { value: [], nextLink: link } }));
      expect((await client.list('/a', 'v')).failed?.why).toBe(
        'its next page is not at the same host, which alone gets the token',
      );
    }
    expect(other.asked).toEqual([]);
  });

  it('does not follow a redirect', async () => {
    const other = await scriptedManager(() => ({ body: {} }));
    running.push(other);
    const { client } = await clientOf(() => ({ status: 302, headers: { Location: other.origin } }));
    expect(await client.get('/a', 'v')).toMatchObject({ why: 'it leads elsewhere (status 302)' });
    expect(other.asked).toEqual([]);
  });

  it('that ended is renewed once', async () => {
    let fetched = 0;
    const source = { name: 't', fetch: async () => ({ token: `tok-${++fetched}` }) };
    const { client } = await clientOf(
      ({ authorization }) =>
        authorization === 'Bearer tok-2' ? { body: { ok: 1 } } : { status: 401 },
      { source },
    );
    expect(await client.get('/a', 'v')).toEqual({ kind: 'answer', json: { ok: 1 } });
    expect(fetched).toBe(2);
  });

  it('that is refused for good is told, and not asked for without end', async () => {
    const { client, manager } = await clientOf(() => ({
      status: 401,
      body: { error: { code: 'InvalidAuthenticationToken' } },
    }));
    expect(await client.get('/a', 'v')).toMatchObject({
      why: 'status 401: InvalidAuthenticationToken',
    });
    expect(manager.asked).toHaveLength(2);
  });

  it('is fetched once for many', async () => {
    let fetched = 0;
    const source = {
      name: 't',
      fetch: async () => {
        fetched += 1;
        return { token: 'tok' };
      },
    };
    const { client } = await clientOf(() => ({ body: {} }), { source });
    await Promise.all(Array.from({ length: 20 }, () => client.get('/a', 'v')));
    expect(fetched).toBe(1);
  });

  it('that cannot be had ends the reading, without a word of what was tried with', async () => {
    const source = {
      name: 't',
      fetch: async () => ({ refused: '`az` says: please run az login' }),
    };
    const { client } = await clientOf(() => ({ body: {} }), { source });
    await expect(client.get('/a', 'v')).rejects.toMatchObject({
      code: 'live/sign-in',
      message: 'there is no way in to Azure: `az` says: please run az login',
    });
  });

  it('is not sent to a server whose certificate nobody vouches for', async () => {
    const { client, manager } = await clientOf(() => ({ body: {} }), { isTrusted: false });
    expect(await client.get('/a', 'v')).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('name its authority with --ca'),
    });
    expect(manager.asked).toEqual([]);
  });
});

describe('stopping', () => {
  it('ends what is on its way, and what waits', async () => {
    const stop = new AbortController();
    const { client } = await clientOf(() => undefined, { signal: stop.signal });
    const asking = Promise.all([client.get('/a', 'v'), client.list('/b', 'v')]);
    setTimeout(() => stop.abort(new Error('stopped')), 50);
    await expect(asking).rejects.toThrow('stopped');
    await expect(client.get('/c', 'v')).rejects.toThrow('stopped');
  });
});
