import { describe, expect, it } from 'vitest';
import { placeless } from '../../diagnostics/index.ts';
import type { ApplicationGateway, GatewayListener, GatewayRoute } from '../../model/index.ts';
import type { DomainName, Port } from '../../net/index.ts';
import { chooseListener, chooseRoute, hostMatches, pathMatches } from './choice.ts';

const at = placeless('test');
const FRONTEND = 'gw/frontend';

function listener(name: string, port: number, ...hostNames: string[]): GatewayListener {
  return {
    key: name,
    name,
    at,
    frontend: { kind: 'reference', key: FRONTEND, id: FRONTEND, at },
    port: port as Port,
    hostNames,
  };
}

function route(name: string, listenerKey: string, rest: Partial<GatewayRoute> = {}): GatewayRoute {
  return {
    key: name,
    name,
    at,
    listenerKey,
    paths: [],
    backends: [],
    backendPort: 80 as Port,
    redirects: false,
    ...rest,
  };
}

function gateway(listeners: GatewayListener[], routes: GatewayRoute[]): ApplicationGateway {
  return {
    key: 'gw',
    id: 'gw',
    name: 'gw',
    at,
    zones: [],
    tags: {},
    frontends: [],
    listeners,
    routes,
    isIsolated: false,
  };
}

function chosen(listeners: GatewayListener[], routes: GatewayRoute[], port: number, host?: string) {
  const choice = chooseListener(gateway(listeners, routes), {
    frontendKey: FRONTEND,
    port: port as Port,
    ...(host === undefined ? {} : { host: host as DomainName }),
  });
  return choice.kind === 'found' ? choice.value.name : choice.kind;
}

describe('which listener takes a request', () => {
  it('the one on its port, and none on another port', () => {
    expect(chosen([listener('web', 80)], [], 80)).toBe('web');
    expect(chosen([listener('web', 80)], [], 8080)).toBe('none');
  });

  it('one that names hosts takes only these, and an unknown host is undecided', () => {
    const listeners = [listener('shop', 443, 'shop.example.com')];
    expect(chosen(listeners, [], 443, 'shop.example.com')).toBe('shop');
    expect(chosen(listeners, [], 443, 'other.example.com')).toBe('none');
    expect(chosen(listeners, [], 443)).toBe('unknown');
  });

  // The example of multiple-site-overview.md: *.contoso.com and shop.contoso.com.
  it('AZS-67: of several that match, the rule with the lowest priority number decides', () => {
    const listeners = [
      listener('wild', 443, '*.contoso.com'),
      listener('shop', 443, 'shop.contoso.com'),
    ];
    const wildFirst = [
      route('r1', 'wild', { priority: 10 }),
      route('r2', 'shop', { priority: 20 }),
    ];
    const shopFirst = [
      route('r1', 'wild', { priority: 20 }),
      route('r2', 'shop', { priority: 10 }),
    ];
    expect(chosen(listeners, wildFirst, 443, 'shop.contoso.com')).toBe('wild');
    expect(chosen(listeners, shopFirst, 443, 'shop.contoso.com')).toBe('shop');
    expect(chosen(listeners, shopFirst, 443, 'news.contoso.com')).toBe('wild');
  });

  it('without priorities the order is not known', () => {
    const listeners = [listener('all', 80), listener('shop', 80, 'shop.contoso.com')];
    const routes = [route('r1', 'all'), route('r2', 'shop')];
    expect(chosen(listeners, routes, 80, 'shop.contoso.com')).toBe('unknown');
  });
});

describe('which path rule', () => {
  const web = listener('web', 80);
  const routes = [
    route('all-site', 'web', { paths: ['/Site/*'] }),
    route('site-5', 'web', { paths: ['/Site/5/*'] }),
    route('default', 'web'),
  ];
  const chosenFor = (path: string | undefined) => {
    const choice = chooseRoute(gateway([web], routes), web, path);
    return choice.kind === 'found' ? choice.value.name : choice.kind;
  };

  // Microsoft's answer to exactly these two paths: the listed order counts, not how specific they are.
  it('AZS-67: the first listed path that matches wins over a more specific one', () => {
    expect(chosenFor('/Site/5/x')).toBe('all-site');
    expect(chosenFor('/other')).toBe('default');
  });

  it('an unknown path is undecided where paths matter', () => {
    expect(chosenFor(undefined)).toBe('unknown');
    const plain = chooseRoute(gateway([web], [route('only', 'web')]), web, undefined);
    expect(plain.kind === 'found' && plain.value.name).toBe('only');
  });

  it('a listener without a rule answers nobody', () => {
    expect(chooseRoute(gateway([web], []), web, '/').kind).toBe('none');
  });

  it('a star stands for the rest of the path, and case does not matter', () => {
    expect(pathMatches('/images/*', '/Images/a/b.png')).toBe(true);
    expect(pathMatches('/images/*', '/image/a')).toBe(false);
    expect(pathMatches('/exact', '/exact')).toBe(true);
    expect(pathMatches('/exact', '/exact/more')).toBe(false);
  });

  it('host patterns have stars and question marks, and dots are dots', () => {
    expect(hostMatches('*.contoso.com', 'a.contoso.com' as DomainName)).toBe(true);
    expect(hostMatches('*.contoso.com', 'contoso.com' as DomainName)).toBe(false);
    expect(hostMatches('www?.contoso.com', 'www1.contoso.com' as DomainName)).toBe(true);
    expect(hostMatches('a.contoso.com', 'axcontoso.com' as DomainName)).toBe(false);
  });
});
