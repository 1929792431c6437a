import { ANSWER_PORT, UDP_ECHO_PORT } from '../plan/answer-port.ts';
import { namespaceOf, type RunPlan } from './run-plan.ts';
import { PAGES, pageOf } from './store-pages.ts';

/**
 * Every TCP and UDP port answers: whatever is addressed to the host itself and to no socket of its own goes to one port. Connection
 * tracking remembers the address asked for, so the server sees it and the answer leaves with it. What the routing would send
 * out of an interface is on its way elsewhere, and passes.
 */
export const ANSWER_RULES = `
table inet sallyport_answers
delete table inet sallyport_answers
table inet sallyport_answers {
  chain every_port {
    type nat hook prerouting priority -90; policy accept;
    socket wildcard { 0, 1 } accept
    fib daddr oif exists accept
    meta l4proto tcp redirect to :${ANSWER_PORT}
    meta l4proto udp redirect to :${UDP_ECHO_PORT}
  }
}
`;

export interface ResponderFiles {
  readonly folder: string;
  readonly authority: string;
  readonly leaf: string;
  /** Files that the process may have open. */
  readonly filesMax: number;
}

/**
 * One HAProxy for all answering hosts: it listens in their namespaces, tells TLS from HTTP by what the client says first, shows a
 * certificate for the name it is asked for, and says which host it was and whom it saw. The host's name travels inside as the
 * connection's id of the PROXY protocol.
 */
export function responderConfiguration(plan: RunPlan, files: ResponderFiles): string {
  const hosts = plan.hosts.filter(({ answers }) => answers);
  const listening = hosts.length + 20;
  // A connection is the client's, and both ends of the one inside.
  const connections = Math.max(50, Math.min(4000, Math.floor((files.filesMax - listening) / 6)));
  const { folder } = files;
  return `global
  maxconn ${connections * 2}
  nbthread 1
  tune.ssl.default-dh-param 2048
  ssl-server-verify none
defaults
  mode tcp
  timeout connect 2s
  timeout client 60s
  timeout server 60s
frontend every
  unique-id-format %[so_name]
  maxconn ${connections}
${hosts.map(({ name }) => `  bind :${ANSWER_PORT} namespace ${namespaceOf(plan.lab, name)} name ${name}`).join('\n')}
  tcp-request inspect-delay 2s
  tcp-request content accept if { req.ssl_hello_type 1 }
  tcp-request content accept if HTTP
  use_backend tls if { req.ssl_hello_type 1 }
  default_backend plain
backend tls
  server answer unix@${folder}/tls.sock send-proxy-v2 proxy-v2-options unique-id
backend plain
  server answer unix@${folder}/plain.sock send-proxy-v2 proxy-v2-options unique-id
frontend answer
  mode http
  maxconn ${connections}
  bind unix@${folder}/plain.sock mode 600 accept-proxy
  bind unix@${folder}/tls.sock mode 600 accept-proxy ssl crt ${files.leaf} generate-certificates ca-sign-file ${files.authority}
  http-request set-var(txn.host) fc_pp_unique_id
${pageRules(plan, folder)}
  http-request return status 200 content-type application/json hdr x-lab-host %[var(txn.host)] lf-file ${folder}/pages/echo.json
`;
}

/** Files below the lab's folder that the configuration names. */
export function responderPages(): readonly { readonly path: string; readonly text: string }[] {
  return [
    { path: 'pages/echo.json', text: `${ECHO}\n` },
    ...PAGES.map(({ file, text }) => ({
      path: `pages/${file}`,
      text: text.replace('ECHO', ECHO),
    })),
  ];
}

/** The security level that keeps generated certificates from being shown: HAProxy 2.6 gives them a group of 1024 bits beside. */
export const OPENSSL_CONFIGURATION = `openssl_conf = lab
[lab]
ssl_conf = modules
[modules]
system_default = defaults
[defaults]
CipherString = DEFAULT@SECLEVEL=1
`;

const ECHO =
  '{"host":"%[var(txn.host)]","source":"%[src]","sourcePort":%[src_port],"destination":"%[dst]","destinationPort":%[dst_port],"tls":%[ssl_fc],"serverName":"%[ssl_fc_sni,json]","method":"%[method,json]","requestHost":"%[req.hdr(host),json]","path":"%[path,json]"}';

function pageRules(plan: RunPlan, folder: string): string {
  return plan.hosts
    .filter(({ answers }) => answers)
    .flatMap((host) => pageOf(host).map((page) => ({ host, page })))
    .map(
      ({ host, page }) =>
        `  http-request return status 200 content-type "${page.type}" hdr x-lab-host ${host.name} lf-file ${folder}/pages/${page.file} if { var(txn.host) -m str ${host.name} } { path ${page.paths.join(' ')} }`,
    )
    .join('\n');
}
