import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificates } from '../../src/certificates/index.ts';

/** A resource of an API group, and the objects of it. */
export interface Served {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly isNamespaced?: boolean;
  readonly objects?: readonly object[];
  /** Instead of a list: a status a real API server answers. */
  readonly refusal?: { readonly code: number; readonly reason: string; readonly message: string };
  /** Instead of a list: whatever text. */
  readonly text?: string;
}

export interface LoopbackCluster {
  readonly address: string;
  /** PEM text of the authority behind its certificate. */
  readonly ca: string;
  /** `GET /api/v1/pods`, without the query. */
  readonly asked: string[];
  readonly authorizations: Set<string>;
  readonly close: () => Promise<void>;
}

/**
 * As much of an API server as `kubectl get` and `kubectl api-resources` speak to: discovery in its older form, and lists in pages of
 * the size asked for.
 */
export async function loopbackCluster(served: readonly Served[]): Promise<LoopbackCluster> {
  const asked: string[] = [];
  const authorizations = new Set<string>();
  const { ca, certificate, key } = makeCertificates(new Date());
  const server = createServer({ key, cert: certificate }, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    asked.push(`${request.method} ${url.pathname}`);
    authorizations.add(request.headers.authorization ?? '');
    const { code = 200, body } = answer(served, request.method, url);
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const { port } = server.address() as AddressInfo;
  return {
    address: `https://localhost:${port}`,
    ca,
    asked,
    authorizations,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly code?: number;
  readonly body: object | string;
}

function answer(
  served: readonly Served[],
  method: string | undefined,
  { pathname, searchParams }: URL,
): Answer {
  const send = (body: object | string, code = 200): Answer => ({ body, code });
  const notFound = () =>
    send(status(404, 'NotFound', 'the server could not find the requested resource'), 404);
  if (method !== 'GET') return notFound();
  if (pathname === '/api') return send({ kind: 'APIVersions', versions: ['v1'] });
  if (pathname === '/apis')
    return send({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups(served) });
  if (pathname === '/version') return send({ major: '1', minor: '34', gitVersion: 'v1.34.0' });
  const one = /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))(?:\/(.*))?$/.exec(pathname);
  if (one === null) return notFound();
  const [, core, group = '', named, rest] = one;
  const version = core ?? named ?? '';
  const here = served.filter((each) => each.group === group && each.version === version);
  if (here.length === 0) return notFound();
  if (rest === undefined || rest === '') {
    const groupVersion = group === '' ? version : `${group}/${version}`;
    const resources = here.map(({ resource, kind, isNamespaced = true }) => ({
      name: resource,
      singularName: '',
      namespaced: isNamespaced,
      kind,
      verbs: ['get', 'list'],
    }));
    return send({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources });
  }
  const inNamespace = /^namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(rest);
  const found = here.find(({ resource }) => resource === (inNamespace?.[2] ?? rest.split('/')[0]));
  if (found === undefined) return notFound();
  const { refusal, text, objects = [], kind } = found;
  if (refusal !== undefined) {
    return send(status(refusal.code, refusal.reason, refusal.message), refusal.code);
  }
  if (text !== undefined) return send(text);
  const name = inNamespace?.[3];
  if (name !== undefined) {
    const object = objects.find((each) => nameOf(each) === name);
    return object === undefined
      ? send(status(404, 'NotFound', `${found.resource} "${name}" not found`), 404)
      : send(object);
  }
  const limit = Number(searchParams.get('limit') ?? 0);
  const start = Number(searchParams.get('continue') ?? 0);
  const end = limit > 0 ? start + limit : objects.length;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const metadata = end < objects.length ? { continue: String(end) } : {};
  return send({ kind: `${kind}List`, apiVersion, metadata, items: objects.slice(start, end) });
}

function nameOf(object: object): string {
  return (object as { readonly metadata: { readonly name: string } }).metadata.name;
}

function groups(served: readonly Served[]): readonly object[] {
  const versions = new Map(
    served.flatMap(({ group, version }) => (group === '' ? [] : [[group, version] as const])),
  );
  return [...versions].map(([name, version]) => {
    const one = { groupVersion: `${name}/${version}`, version };
    return { name, versions: [one], preferredVersion: one };
  });
}

function status(code: number, reason: string, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}
