import type { Gap } from '../../../diagnostics/index.ts';
import type { ApplicationGateway, Ingress, Perimeter } from '../../../model/index.ts';
import { isUnknown, path } from '../../../values/index.ts';
import type { GatewayLogContext } from '../../waf-log/log-context.ts';
import { CORE_RULE_SET } from './core-rules.ts';
import { sitesFromIngresses } from './gateway-from-ingress.ts';
import { type GatewaySite, gatewaySites, privateAddressOf } from './gateway-parts.ts';
import { gatewayHttp, type ListeningSite } from './gateway-servers.ts';
import type { ServiceSeat } from './ingress-servers.ts';
import { BODY_LIMIT_RULE, FIRST_CUSTOM_RULE, modSecurityRules } from './modsecurity-rules.ts';
import { inlineWaf, type WafInForce, wafByPolicy } from './waf-settings.ts';
import {
  type CertificateRequest,
  DEBIAN_WEB_SERVER,
  type IngressPart,
  nginxConfiguration,
  type WebServerPaths,
  webFolder,
  webServerProcess,
} from './web-server.ts';
import { listAt } from './written.ts';

/** The namespace that stands for a gateway. */
export interface GatewaySeat {
  readonly gateway: ApplicationGateway;
  readonly host: string;
  /** Its own address in its subnet: the source of what it sends to backends. */
  readonly address: string;
  /** Address a front end listens on, by the front end's key. Absent: the private one as written, else all of the host. */
  readonly frontends: ReadonlyMap<string, string>;
  /** Resolvers for names of backends. */
  readonly resolvers: readonly string[];
  /** Ingresses whose controller writes this gateway's rules (AGIC), and the pods behind their Services. */
  readonly ingresses?: readonly Ingress[];
  readonly services?: readonly ServiceSeat[];
}

/** Application gateways as nginx with ModSecurity: listeners, routing rules, backends and policies (azure-networking 9). */
export function planApplicationGateways(input: {
  readonly perimeter: Perimeter;
  readonly seats: readonly GatewaySeat[];
  readonly paths?: WebServerPaths;
}): IngressPart {
  const paths = input.paths ?? DEBIAN_WEB_SERVER;
  const parts = input.seats.map((seat) => planOne(input.perimeter, seat, paths));
  return {
    files: parts.flatMap(({ files }) => files),
    processes: parts.flatMap(({ processes }) => processes),
    certificates: parts.flatMap(({ certificates }) => certificates),
    gaps: parts.flatMap(({ gaps }) => gaps),
    simplifications: input.seats.length === 0 ? [] : SIMPLIFICATIONS,
  };
}

const SIMPLIFICATIONS: readonly string[] = [
  `Application gateways are nginx. The rules of their web application firewall are the ${CORE_RULE_SET.replace('_CRS/', ' Core Rule Set ')}, which shares numbers and scores with Azure's managed sets and is older than Default Rule Set 2.x: compare by kind of attack, not rule by rule.`,
  'Application gateways send no health probes: a backend is left out when a connection to it fails. Certificates of TLS backends are not checked.',
  'Policies of an application gateway let GET, HEAD, POST, OPTIONS, PUT, PATCH and DELETE pass; which methods Azure’s own sets refuse is not documented.',
];

function planOne(perimeter: Perimeter, seat: GatewaySeat, paths: WebServerPaths): IngressPart {
  const { gateway, host } = seat;
  const gaps: Gap[] = [];
  const properties = path(perimeter.snapshot.resources.get(gateway.key)?.body, 'properties');
  noteUnread(gateway, properties, gaps);
  const policies = new Policies(perimeter, gateway, properties, gaps);
  const { ingresses = [], services = [] } = seat;
  // The controller overwrites whatever the resource says.
  const written =
    ingresses.length === 0
      ? gatewaySites(gateway, properties, gaps)
      : sitesFromIngresses(perimeter, ingresses, services, gaps);
  const sites = written.flatMap((site) => listening(site, seat, policies, gaps));
  const first = sites[0];
  if (first === undefined) {
    const what = `application gateway ${gateway.name}`;
    gaps.push({ what, why: 'no listener could be planned: nothing answers', at: gateway.at });
    return { files: [], processes: [], certificates: [], gaps, simplifications: [] };
  }
  const folder = webFolder(host);
  const used = policies.used();
  const http = gatewayHttp({ sites, resolvers: seat.resolvers, gaps, gateway: gateway.name });
  const module = used.length === 0 ? undefined : paths.modSecurityModule;
  const context: GatewayLogContext = {
    resourceId: gateway.id,
    instanceId: 'appgw_0',
    accessLog: 'access.json',
    audits: used.map(({ waf, auditLog }) => auditContext(waf, auditLog)),
  };
  return {
    files: [
      { path: `${folder}/nginx.conf`, text: nginxConfiguration(http, module) },
      ...used.map(({ waf, rulesFile, auditLog }) => ({
        path: `${folder}/${rulesFile}`,
        text: modSecurityRules(waf.settings, paths, auditLog),
      })),
      { path: `${folder}/log-context.json`, text: jsonText(context) },
      {
        path: `${folder}/waf-log.json`,
        text: jsonText({
          context: `{folder}/${folder}/log-context.json`,
          output: '{folder}/azure-logs',
          state: `{folder}/${folder}/waf-log-state.json`,
        }),
      },
    ],
    processes: [
      webServerProcess(host, paths, {
        address: first.address ?? seat.address,
        port: first.port,
      }),
      {
        name: `waf-log-${host}`,
        host,
        command: ['agent:waf-log', `{folder}/${folder}/waf-log.json`],
        ready: { kind: 'line', text: 'waf-log ready' },
        restarts: true,
      },
    ],
    certificates: certificatesOf(sites, seat),
    gaps,
    simplifications: [],
  };
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** The site where it listens, with the policies of its places; nothing when its port is not known. */
function listening(
  site: GatewaySite,
  seat: GatewaySeat,
  policies: Policies,
  gaps: Gap[],
): readonly ListeningSite[] {
  const { listener } = site;
  const { port } = listener;
  if (port === undefined || isUnknown(port)) {
    const what = `application gateway ${seat.gateway.name}: listener ${listener.name}`;
    const why = isUnknown(port) ? `${port.missing} is not known` : 'its port is not written';
    gaps.push({ what, why: `${why}: it is left out`, at: listener.at });
    return [];
  }
  const key =
    listener.frontend === undefined || isUnknown(listener.frontend)
      ? undefined
      : listener.frontend.key;
  const frontend = seat.gateway.frontends.find((one) => one.key === key);
  const address =
    seat.frontends.get(key ?? '') ??
    (frontend === undefined ? undefined : privateAddressOf(frontend));
  const isTls = listener.protocol?.toLowerCase() === 'https';
  return [
    {
      ...(address === undefined ? {} : { address }),
      port,
      isTls,
      ...(isTls ? { certificate: certificateName(listener.name) } : {}),
      site,
      wafs: site.places.map((place) => policies.inForce(site, place)),
    },
  ];
}

const certificateName = (listener: string): string =>
  `tls/${listener.toLowerCase().replace(/[^a-z0-9-]/g, '_')}`;

function certificatesOf(
  sites: readonly ListeningSite[],
  seat: GatewaySeat,
): readonly CertificateRequest[] {
  const addresses = [...new Set([seat.address, ...seat.frontends.values()])];
  const requests = new Map<string, CertificateRequest>();
  for (const { certificate, site } of sites) {
    if (certificate === undefined) continue;
    const base = `${webFolder(seat.host)}/${certificate}`;
    const hosts = site.listener.hostNames.filter((name) => /^(?:\*\.)?[a-z0-9.-]+$/i.test(name));
    requests.set(base, {
      certificate: `${base}.crt`,
      key: `${base}.key`,
      names: [...hosts, ...addresses],
    });
  }
  return [...requests.values()];
}

interface Used {
  readonly waf: WafInForce;
  readonly rulesFile: string;
  readonly auditLog: string;
}

/** The policies of one gateway, each read once and written once for every place it is attached to. */
class Policies {
  readonly #byPlace = new Map<string, Used>();
  readonly #read = new Map<string, ReturnType<typeof wafByPolicy>>();
  readonly #perimeter: Perimeter;
  readonly #gateway: ApplicationGateway;
  readonly #gaps: Gap[];
  readonly #inline: ReturnType<typeof inlineWaf>;

  constructor(
    perimeter: Perimeter,
    gateway: ApplicationGateway,
    properties: Parameters<typeof inlineWaf>[1],
    gaps: Gap[],
  ) {
    this.#perimeter = perimeter;
    this.#gateway = gateway;
    this.#gaps = gaps;
    this.#inline =
      gateway.wafPolicy === undefined ? inlineWaf(gateway, properties, gaps) : undefined;
  }

  /** The most specific policy alone decides (AZS-68). */
  inForce(site: GatewaySite, place: GatewaySite['places'][number]): Used | undefined {
    const { listener } = site;
    if (place.wafPolicy !== undefined) {
      return this.#attached(place.wafPolicy, 'Location', place.name);
    }
    if (listener.wafPolicy !== undefined) {
      return this.#attached(listener.wafPolicy, 'Listener', listener.name);
    }
    if (this.#gateway.wafPolicy !== undefined) {
      return this.#attached(this.#gateway.wafPolicy, 'Global', this.#gateway.name);
    }
    return this.#inline === undefined
      ? undefined
      : this.#keep('', {
          settings: this.#inline,
          policyId: '',
          scope: 'Global',
          scopeName: this.#gateway.name,
        });
  }

  used(): readonly Used[] {
    return [...this.#byPlace.values()];
  }

  #attached(
    reference: Parameters<typeof wafByPolicy>[1],
    scope: WafInForce['scope'],
    scopeName: string,
  ): Used | undefined {
    const key = isUnknown(reference) ? reference.text : reference.key;
    if (!this.#read.has(key)) {
      this.#read.set(key, wafByPolicy(this.#perimeter, reference, this.#gaps));
    }
    const read = this.#read.get(key);
    return read === undefined
      ? undefined
      : this.#keep(`${key}\n${scope}\n${scopeName}`, { ...read, scope, scopeName });
  }

  #keep(key: string, waf: WafInForce): Used | undefined {
    if (waf.settings.mode === 'disabled') return undefined;
    const known = this.#byPlace.get(key);
    if (known !== undefined) return known;
    const number = this.#byPlace.size + 1;
    const used = { waf, rulesFile: `waf-${number}.conf`, auditLog: `audit-${number}.json` };
    this.#byPlace.set(key, used);
    return used;
  }
}

function auditContext(waf: WafInForce, auditLog: string): GatewayLogContext['audits'][number] {
  const { settings, policyId, scope, scopeName } = waf;
  return {
    auditLog,
    policyId,
    scope,
    scopeName,
    mode: settings.mode === 'prevention' ? 'prevention' : 'detection',
    customRules: settings.customRules.map((rule, index) => ({
      id: FIRST_CUSTOM_RULE + index,
      name: rule.name,
      action: rule.action,
      conditions: rule.conditions.map(({ variable, selector, isNegated }) => ({
        variable,
        ...(selector === undefined ? {} : { selector }),
        isNegated,
      })),
    })),
    blockingRules: [
      BODY_LIMIT_RULE,
      ...settings.overrides.flatMap(({ rule, effect }) =>
        effect === 'block' && rule !== undefined ? [rule] : [],
      ),
    ],
  };
}

/** Collections of a gateway that the lab does not do, and why that may matter. */
const NOT_DONE: Readonly<Record<string, string>> = {
  probes: 'health probes are not sent',
  customErrorConfigurations: 'error pages are nginx’s own',
  sslProfiles: 'client certificates are not asked for',
  authenticationCertificates: 'certificates of backends are not checked',
  trustedRootCertificates: 'certificates of backends are not checked',
  privateLinkConfigurations: 'other networks do not reach the gateway through private endpoints',
  listeners: 'listeners for TCP and TLS do not listen',
};

function noteUnread(
  gateway: ApplicationGateway,
  properties: Parameters<typeof inlineWaf>[1],
  gaps: Gap[],
): void {
  for (const [name, why] of Object.entries(NOT_DONE)) {
    const found = listAt(properties, name);
    const at = found[0]?.at;
    if (at === undefined) continue;
    const count = found.length > 1 ? { count: found.length } : {};
    gaps.push({ what: `application gateway ${gateway.name}: ${name}`, why, at, ...count });
  }
}
