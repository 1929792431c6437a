import type { Gap } from '../../../diagnostics/index.ts';
import type { LabPlan, LabProcess } from '../lab-plan.ts';

/** Where nginx, its ModSecurity module and the Core Rule Set lie. The plan only names them: whether they are there is asked when it is done. */
export interface WebServerPaths {
  readonly nginx: string;
  readonly modSecurityModule: string;
  /** Folder of the `*.conf` files of the OWASP Core Rule Set. */
  readonly coreRules: string;
  readonly unicodeMap: string;
}

/** Debian 12: nginx-light, libnginx-mod-http-modsecurity, modsecurity-crs. */
export const DEBIAN_WEB_SERVER: WebServerPaths = {
  nginx: '/usr/sbin/nginx',
  modSecurityModule: '/usr/lib/nginx/modules/ngx_http_modsecurity_module.so',
  coreRules: '/usr/share/modsecurity-crs/rules',
  unicodeMap: '/etc/nginx/unicode.mapping',
};

/** A certificate of the lab's own authority that must be there before the process starts; paths below the lab's folder. */
export interface CertificateRequest {
  readonly certificate: string;
  readonly key: string;
  /** Subject alternative names; wildcards as certificates write them. Never empty. */
  readonly names: readonly string[];
}

/** What an ingress controller or an application gateway adds to a lab plan. */
export interface IngressPart {
  readonly files: LabPlan['files'];
  readonly processes: readonly LabProcess[];
  readonly certificates: readonly CertificateRequest[];
  readonly gaps: readonly Gap[];
  readonly simplifications: readonly string[];
}

/** Files of one nginx, below the lab's folder. nginx runs there, so everything it names is relative to it. */
export const webFolder = (host: string): string => `web/${host}`;

/**
 * One nginx in the foreground. `env --chdir` because ModSecurity opens its files relative to the working directory,
 * and not, as nginx does, to the prefix; and writes local time without saying which.
 */
export function webServerProcess(
  host: string,
  paths: WebServerPaths,
  ready: { readonly address: string; readonly port: number },
): LabProcess {
  const folder = `{folder}/${webFolder(host)}`;
  const run = [paths.nginx, '-p', `${folder}/`, '-c', 'nginx.conf', '-e', 'stderr'];
  return {
    name: `nginx-${host}`,
    host,
    command: ['/usr/bin/env', `--chdir=${folder}`, 'TZ=UTC', ...run],
    ready: { kind: 'tcp', address: ready.address, port: ready.port },
    restarts: true,
  };
}

/** The frame around `http`. Only user 0 exists where the lab runs without root, so workers keep it. */
export function nginxConfiguration(
  http: readonly string[],
  modSecurityModule: string | undefined,
): string {
  return [
    ...(modSecurityModule === undefined ? [] : [`load_module ${modSecurityModule};`]),
    'user root;',
    'worker_processes 1;',
    'daemon off;',
    'pid nginx.pid;',
    'error_log error.log error;',
    'events { worker_connections 1024; }',
    'http {',
    ...indented([
      ...TEMPORARY_FOLDERS,
      'server_tokens off;',
      'server_names_hash_bucket_size 512;',
      'map_hash_bucket_size 512;',
      'keepalive_requests 100000;',
      'map $http_upgrade $connection_upgrade { default upgrade; "" ""; }',
      ...http,
    ]),
    '}',
    '',
  ].join('\n');
}

export const indented = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => `  ${line}`);

/** `head {`, the lines, `}`. */
export const block = (head: string, lines: readonly string[]): readonly string[] => [
  `${head} {`,
  ...indented(lines),
  '}',
];

const TEMPORARY_FOLDERS: readonly string[] = [
  'client_body_temp_path body;',
  'proxy_temp_path proxy;',
  'fastcgi_temp_path fastcgi;',
  'uwsgi_temp_path uwsgi;',
  'scgi_temp_path scgi;',
];
