import type { ApplicationProtocol, ApplicationRule, FqdnAt } from '../../model/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';
import type { Application, Flow } from '../flow.ts';
import { matchAddresses } from '../match.ts';
import { allOf, anyOf, type Match, NO, unknownMatch, YES } from '../verdict.ts';
import type { FirewallContext } from './context.ts';
import { type EffectiveSettings, tierHas } from './effective-settings.ts';
import { matchesFqdn, parseFqdnPattern } from './fqdn-pattern.ts';
import { matchFqdnTag } from './fqdn-tag.ts';
import { matchSources } from './rule-terms.ts';
import { matchUrl, parseUrlPattern } from './url-pattern.ts';

/** The name that the firewall reads from the connection: Host header, SNI, or the name in the TDS handshake (AFW-44). */
export function nameOf(application: Application): string | undefined {
  switch (application.kind) {
    case 'http':
    case 'mssql':
      return application.host;
    case 'https':
      return application.serverName;
    case 'none':
      return undefined;
  }
}

/**
 * Does an application rule match? Source, protocol with port, and one of its targets must.
 * @param flow HTTP, HTTPS or MSSQL over TCP, before SNAT
 */
export function matchApplicationRule(
  rule: ApplicationRule,
  flow: Flow,
  settings: EffectiveSettings,
  context: FirewallContext,
): Match {
  const protocol = anyOf(rule.protocols.map((entry) => matchProtocol(entry, flow)));
  if (protocol.kind === 'no') return NO;
  const source = matchSources(rule.sources, flow.source, context);
  if (source.kind === 'no') return NO;
  return allOf([protocol, source, matchTargets(rule, flow, settings, context)]);
}

const PROTOCOLS = { http: 'Http', https: 'Https', mssql: 'Mssql' } as const;

/** AFW-43: a port speaks what the rules say it speaks. */
function matchProtocol(written: ApplicationProtocol, flow: Flow): Match {
  const { kind } = flow.application;
  if (kind === 'none') return NO;
  const type = isUnknown(written.type)
    ? unknownMatch(written.type.missing, written.type.at)
    : written.type === PROTOCOLS[kind]
      ? YES
      : NO;
  const port = isUnknown(written.port)
    ? unknownMatch(written.port.missing, written.port.at)
    : flow.destinationPort === undefined
      ? unknownMatch('the destination port of the flow')
      : written.port === flow.destinationPort
        ? YES
        : NO;
  return allOf([type, port]);
}

function matchTargets(
  rule: ApplicationRule,
  flow: Flow,
  settings: EffectiveSettings,
  context: FirewallContext,
): Match {
  const name = nameOf(flow.application);
  const names = anyOf([
    ...rule.targetFqdns.map((fqdn) => known(fqdn, (text) => matchTargetFqdn(text, name))),
    ...rule.targetUrls.map((url) =>
      known(url, (text) => matchTargetUrl(text, name, rule, flow, settings)),
    ),
    ...rule.fqdnTags.map((tag) =>
      isUnknown(tag)
        ? unknownMatch(tag.missing, tag.at)
        : matchFqdnTag(tag, name, flow, context.datasets.fqdnTags, context.location),
    ),
    ...rule.webCategories.map(() => matchWebCategory(name, settings)),
  ]);
  if (rule.destinationAddresses.length === 0) return names;
  // AFW-50: whether addresses narrow the names or stand beside them is not documented. Both readings must agree.
  const addresses = matchAddresses(rule.destinationAddresses, flow.destination, context.datasets);
  if (addresses.kind === names.kind && addresses.kind !== 'unknown') return addresses;
  const doubts = [names, addresses].flatMap((match) => (match.kind === 'unknown' ? match.why : []));
  return {
    kind: 'unknown',
    why: [
      ...doubts,
      { missing: 'what destination addresses mean in an application rule', at: rule.at },
    ],
  };
}

function known(value: Uncertain<FqdnAt>, match: (text: string) => Match): Match {
  return isUnknown(value) ? unknownMatch(value.missing, value.at) : match(value.text);
}

function matchTargetFqdn(text: string, name: string | undefined): Match {
  const pattern = parseFqdnPattern(text);
  if (pattern === undefined) return NO;
  if (name !== undefined) return matchesFqdn(pattern, name) ? YES : NO;
  // A request without any host name: every name is still no name.
  return pattern.kind === 'any'
    ? unknownMatch('whether `*` covers a request that names no host')
    : NO;
}

/** AFW-53: without inspection the path of HTTPS cannot be seen, so the rule cannot match. */
function matchTargetUrl(
  text: string,
  name: string | undefined,
  rule: ApplicationRule,
  flow: Flow,
  settings: EffectiveSettings,
): Match {
  const { application } = flow;
  const pattern = parseUrlPattern(text);
  if (pattern === undefined || name === undefined) return NO;
  if (application.kind !== 'http' && application.kind !== 'https') return NO;
  if (application.kind === 'https' && !rule.terminateTls) return NO;
  const match = matchUrl(pattern, name, application.path);
  if (match === 'no') return NO;
  if (tierHas(settings.tier, 'URL filtering') !== true) {
    return unknownMatch('whether a firewall that is not Premium honours target URLs');
  }
  if (match === 'yes') return YES;
  return application.path === undefined
    ? unknownMatch('the path of the request')
    : unknownMatch(`whether target URL ${text} covers ${name}${application.path}`);
}

/** AFW-56: only Microsoft knows the category of a name. */
function matchWebCategory(name: string | undefined, settings: EffectiveSettings): Match {
  if (name === undefined) return NO;
  return tierHas(settings.tier, 'web categories') === false
    ? unknownMatch('whether a Basic firewall honours web categories')
    : unknownMatch(`the web category of ${name}`);
}
