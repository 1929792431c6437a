import type { LabHost } from '../plan/lab-plan.ts';

/** A small real page of a service. `ECHO` becomes who answered and whom it saw. */
export interface StorePage {
  readonly file: string;
  readonly type: string;
  readonly paths: readonly string[];
  readonly text: string;
}

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

const PRODUCTS = JSON.stringify([
  { id: 1, name: 'Contoso Catnip', price: 9.99 },
  { id: 2, name: 'Salty Sailor Squeaky Squid', price: 6.99 },
  { id: 3, name: 'Mermaid Mouse', price: 12.99 },
]);

/** What a workload of the AKS store demo shows, by the end of its name. */
const BY_WORKLOAD: Readonly<Record<string, readonly StorePage[]>> = {
  'store-front': [shop('store-front.html', 'Contoso Pet Store', 'Catnip, squid and mice.')],
  'store-admin': [shop('store-admin.html', 'Contoso Pet Store: administration', 'No open orders.')],
  'product-service': [
    {
      file: 'products.json',
      type: JSON_TYPE,
      paths: ['/products', '/api/products'],
      text: `${PRODUCTS}\n`,
    },
    health('product-service'),
  ],
  'order-service': [health('order-service')],
  'makeline-service': [health('makeline-service')],
};

const API_SERVER: readonly StorePage[] = [
  {
    file: 'api-version.json',
    type: JSON_TYPE,
    paths: ['/version'],
    text: `${JSON.stringify({ major: '1', minor: '0', gitVersion: 'v1.0.0-sallyport-lab', platform: 'stand-in' })}\n`,
  },
  {
    file: 'api-healthz.txt',
    type: 'text/plain',
    paths: ['/healthz', '/livez', '/readyz'],
    text: 'ok\n',
  },
  {
    file: 'api-stand-in.json',
    type: JSON_TYPE,
    paths: ['/', '/api', '/apis'],
    text: '{"kind":"Status","message":"a stand-in of the lab: it takes connections and holds no objects","seen":ECHO}\n',
  },
];

export const PAGES: readonly StorePage[] = [...Object.values(BY_WORKLOAD).flat(), ...API_SERVER];

/** Pages of this host, beside the echo that every host gives. */
export function pageOf({ kind, label }: LabHost): readonly StorePage[] {
  if (kind === 'api-server') return API_SERVER;
  if (kind !== 'pod') return [];
  const workload = /([^/\s]+)$/.exec(label.replace(/ \(.*$/, ''))?.[1] ?? '';
  const name = workload.replace(/-\d+$/, '');
  return BY_WORKLOAD[name] ?? [];
}

function shop(file: string, title: string, text: string): StorePage {
  return {
    file,
    type: HTML,
    paths: ['/', '/index.html'],
    text: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<h1>${title}</h1>
<p>${text}</p>
<ul><li>Contoso Catnip</li><li>Salty Sailor Squeaky Squid</li><li>Mermaid Mouse</li></ul>
<pre>ECHO</pre>
</body>
</html>
`,
  };
}

function health(service: string): StorePage {
  return {
    file: `${service}-health.json`,
    type: JSON_TYPE,
    paths: ['/health'],
    text: '{"status":"ok","seen":ECHO}\n',
  };
}
