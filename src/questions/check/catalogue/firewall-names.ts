import type { ApplicationRule, FqdnAt, NetworkRule } from '../../../model/index.ts';
import { isUnknown, type Uncertain, type Unknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { HOLDS, type Judgement } from '../judge.ts';
import { opens, sourcesOf, speaks, unknownOf, whenAll } from './firewall-conditions.ts';
import {
  applicationRulesOf,
  eachAllowRule,
  eachRule,
  networkRulesOf,
  type RuleSubject,
  rulePath,
} from './firewall-subjects.ts';

/** Names that anybody can register something under: an allow for them is an exfiltration path (aks.md A13). */
const TENANT_SUFFIXES = [
  'azurecr.io',
  'blob.core.windows.net',
  'file.core.windows.net',
  'queue.core.windows.net',
  'table.core.windows.net',
  'dfs.core.windows.net',
  'web.core.windows.net',
  'blob.storage.azure.net',
  'database.windows.net',
  'servicebus.windows.net',
  'vault.azure.net',
  'documents.azure.com',
  'azurewebsites.net',
  'azurestaticapps.net',
  'azure-api.net',
  'azureedge.net',
  'azurefd.net',
  'trafficmanager.net',
  'cloudapp.azure.com',
  'githubusercontent.com',
  'github.io',
  'cloudfront.net',
];

/** The same, with a site at the bare name as well. */
const OPEN_SUFFIXES = [
  'microsoft.com',
  'docker.io',
  'docker.com',
  'amazonaws.com',
  'googleapis.com',
];

/** Suffixes whose next label is a region or a service, not yet an account of anybody's. */
const REGIONAL_SUFFIX =
  /^([a-z0-9-]+\.cloudapp\.azure\.com|([a-z0-9-]+\.)?data\.azurecr\.io|scm\.azurewebsites\.net|s3([.-][a-z0-9-]+)*\.amazonaws\.com)$/;

const wildcardAllowList = eachAllowRule<ApplicationRule>({
  id: 'egress/wildcard-allow-list',
  severity: 'warning',
  title: 'Allowed names are names that only the intended party can publish under.',
  explanation:
    'A wildcard over a shared suffix (`*.blob.core.windows.net`, `*.azurecr.io`, `*.githubusercontent.com`) admits every account under it, an attacker’s own included. It is the usual way data leaves a cluster whose egress looks locked down.',
  fix: 'replace the wildcard by the exact names in use (the registry, the storage account); for Azure services prefer a private endpoint',
  facts: ['AFW-E03'],
  covers: ['A13', 'P5'],
  subjects: applicationRulesOf,
  none: 'no application rule allows anything',
  judge: (subject) => {
    const wide = hostsOf(subject.rule).filter(({ host }) => isSharedWildcard(host));
    if (wide.length === 0) return unknownName(subject);
    const names = wide.map((target) => `\`${target.text}\``).join(', ');
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} lets the cluster reach ${names}: anybody can publish there.`,
      places: wide.map((target) => ({ at: target.at, what: target.text })),
      evidence: wide.map((target) => `${target.text}   ${widthOf(target.host)}`),
    };
  },
});

const everyName = eachAllowRule<ApplicationRule>({
  id: 'egress/every-name-allowed',
  severity: 'error',
  title: 'No allow rule admits every name.',
  explanation:
    'An application rule for `*` makes the allow-list meaningless: any site is reachable over HTTP or HTTPS, and only the log remembers.',
  fix: 'list the names that are needed; use the FQDN tag AzureKubernetesService for what AKS itself needs',
  facts: ['AFW-51'],
  covers: ['A13'],
  subjects: applicationRulesOf,
  none: 'no application rule allows anything',
  judge: (subject) => {
    const all = hostsOf(subject.rule).find(({ host }) => host === '*');
    if (all === undefined) return unknownName(subject);
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} allows every host name.`,
      places: [{ at: all.at, what: all.text }],
      evidence: [`\`${all.text}\` is every name`],
    };
  },
});

const wildcardWithoutApex = eachAllowRule<ApplicationRule>({
  id: 'firewall/wildcard-misses-apex',
  severity: 'note',
  title: 'A wildcard `*.x` is accompanied by `x` where the apex is meant too.',
  explanation:
    'In Azure Firewall `*.example.com` does not match `example.com`. Clients that call the apex are denied, which looks like an intermittent failure because redirects often go from one to the other.',
  fix: 'add the apex name to the same rule, or leave a description that says it is not needed',
  facts: ['AFW-E03'],
  covers: ['FW-3'],
  subjects: applicationRulesOf,
  none: 'no application rule allows anything',
  judge: (subject, context) => {
    const own = new Set(hostsOf(subject.rule).map(({ host }) => host));
    // Two labels below the wildcard: `*.docker.io` has an apex a client may call, `*.blob.core.windows.net` has none.
    const missing = hostsOf(subject.rule).flatMap((target) => {
      const apex = /^\*\.([^.]+\.[^.]+)$/.exec(target.host)?.[1];
      if (apex === undefined || TENANT_SUFFIXES.includes(apex)) return [];
      const isHeld = holdsName(own, apex) || holdsName(hostsAllowedBeside(subject, context), apex);
      return isHeld ? [] : [{ target, apex }];
    });
    const unknown = unknownName(subject);
    if (missing.length === 0 || unknown.kind === 'undecided') return unknown;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} allows ${missing.map(({ target }) => `\`${target.text}\``).join(', ')} but not ${missing.map(({ apex }) => `\`${apex}\``).join(', ')}.`,
      places: missing.map(({ target }) => ({ at: target.at, what: target.text })),
      evidence: missing.map(({ target, apex }) => `${target.text} does not match ${apex}`),
    };
  },
});

const lookalikeWildcard = eachRule<ApplicationRule>({
  id: 'firewall/wildcard-matches-lookalikes',
  severity: 'warning',
  title: 'Wildcards are followed by a dot.',
  explanation:
    '`*contoso.com` matches `evilcontoso.com`: anybody can register a name that ends like yours. `*.contoso.com` does not.',
  fix: 'write `*.name` and, where needed, `name`',
  facts: ['AFW-E03'],
  covers: ['FW-3'],
  subjects: applicationRulesOf,
  none: 'no application rule',
  judge: (subject) => {
    const loose = hostsOf(subject.rule).filter(({ host }) => /^\*[^.*]/.test(host));
    if (loose.length === 0) return unknownName(subject);
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} also matches look-alike names such as \`evil${loose[0]!.host.slice(1)}\`.`,
      places: loose.map((target) => ({ at: target.at, what: target.text })),
      evidence: loose.map((target) => `${target.text} matches evil${target.host.slice(1)}`),
    };
  },
});

const wildcardInNetworkRule = eachRule<NetworkRule>({
  id: 'firewall/wildcard-in-network-rule',
  severity: 'error',
  title: 'FQDN network rules hold exact names.',
  explanation:
    'Network rules resolve the name and match addresses; a wildcard cannot be resolved, so the rule never matches (or the deployment is refused).',
  fix: 'use an application rule for HTTP, HTTPS and MSSQL, or list the exact names',
  facts: ['AFW-39'],
  covers: ['FW-4'],
  subjects: (context) =>
    networkRulesOf(context).filter(({ rule }) => rule.destinationFqdns.length > 0),
  none: 'no network rule names an FQDN',
  judge: (subject) => {
    const wild = subject.rule.destinationFqdns.flatMap((target) =>
      !isUnknown(target) && target.text.includes('*') ? [target] : [],
    );
    if (wild.length > 0) {
      return {
        kind: 'fails',
        message: `Rule ${rulePath(subject)} names ${wild.map((target) => `\`${target.text}\``).join(', ')}, which never matches.`,
        places: wild.map((target) => ({ at: target.at, what: target.text })),
        evidence: ['no wildcards in network rules'],
      };
    }
    return unknownAmong(subject.rule.destinationFqdns, subject);
  },
});

const webNameInNetworkRule = eachAllowRule<NetworkRule>({
  id: 'firewall/web-name-in-network-rule',
  severity: 'warning',
  title: 'HTTP and HTTPS destinations are filtered by name in application rules.',
  explanation:
    'An FQDN network rule allows an address, not a name. Names behind one CDN address cannot be told apart: allowing one allows all of them on that port, and application rules are never asked.',
  fix: 'move the name to an application rule',
  facts: ['AFW-41', 'AFW-E05'],
  covers: ['FW-5'],
  subjects: (context) =>
    networkRulesOf(context).filter(({ rule }) => rule.destinationFqdns.length > 0),
  none: 'no network rule allows an FQDN',
  judge: (subject) => {
    const { rule } = subject;
    const web = [80, 443].filter((port) => opens(rule.destinationPorts, port) === true);
    return whenAll(
      [
        speaks(rule.protocols, 'TCP'),
        web.length > 0 || unknownOf(opens(rule.destinationPorts, 443)),
      ],
      `Rule ${rulePath(subject)} names hosts; whether on web ports is not known.`,
      () => ({
        kind: 'fails',
        message: `Rule ${rulePath(subject)} lets through every site that shares an address with its names.`,
        places: [{ at: rule.at, what: `network rule ${rule.name}` }],
        evidence: [`TCP ${web.join(', ')} to FQDNs in a network rule`],
      }),
    );
  },
});

export const FIREWALL_NAME_CHECKS: readonly Check[] = [
  wildcardAllowList,
  everyName,
  wildcardWithoutApex,
  lookalikeWildcard,
  wildcardInNetworkRule,
  webNameInNetworkRule,
];

interface Host extends FqdnAt {
  /** The name in lower case, without the path of a URL. */
  readonly host: string;
}

/** The names of the rule and the hosts of its URLs. */
function hostsOf(rule: ApplicationRule): readonly Host[] {
  return [...rule.targetFqdns, ...rule.targetUrls].flatMap((target) => {
    if (isUnknown(target)) return [];
    const [host = ''] = target.text.toLowerCase().split('/');
    return [{ ...target, host: host.replace(/\.$/, '') }];
  });
}

const NO_HOSTS: ReadonlySet<string> = new Set();
const allowedHosts = new WeakMap<CheckContext['perimeter'], Map<string, ReadonlySet<string>>>();

/**
 * The hosts that the allow rules of the same firewall or policy let the same sources reach, as far as they certainly allow. Gathered
 * once for all rules: asked rule by rule, an estate of thousands would take minutes.
 */
function hostsAllowedBeside(
  { holder, rule }: RuleSubject<ApplicationRule>,
  context: CheckContext,
): ReadonlySet<string> {
  const keyOf = (key: string, one: ApplicationRule) =>
    `${key} ${sourcesOf(one, context)
      .map(({ text }) => text)
      .join()}`;
  let all = allowedHosts.get(context.perimeter);
  if (all === undefined) {
    const gathered = new Map<string, Set<string>>();
    for (const one of applicationRulesOf(context)) {
      const { collection } = one;
      if (collection.kind !== 'application' || collection.action !== 'Allow') continue;
      const key = keyOf(one.holder.key, one.rule);
      const hosts = gathered.get(key) ?? new Set();
      for (const { host } of hostsOf(one.rule)) hosts.add(host);
      gathered.set(key, hosts);
    }
    all = gathered;
    allowedHosts.set(context.perimeter, gathered);
  }
  return all.get(keyOf(holder.key, rule)) ?? NO_HOSTS;
}

/** AFW-51: one asterisk at the start stands for anything to its left. O(length of the name). */
function holdsName(patterns: ReadonlySet<string>, name: string): boolean {
  if (patterns.has(name)) return true;
  for (let start = 0; start <= name.length; start += 1) {
    if (patterns.has(`*${name.slice(start)}`)) return true;
  }
  return false;
}

function isSharedWildcard(name: string): boolean {
  if (!name.startsWith('*') || name === '*') return false;
  const suffix = name.replace(/^\*\.?/, '');
  return (
    !suffix.includes('.') ||
    REGIONAL_SUFFIX.test(suffix) ||
    [...TENANT_SUFFIXES, ...OPEN_SUFFIXES].some(
      (shared) => suffix === shared || shared.endsWith(`.${suffix}`),
    )
  );
}

function widthOf(host: string): string {
  const suffix = host.replace(/^\*\.?/, '');
  return suffix.includes('.') ? `every name under ${suffix}` : `every name in .${suffix}`;
}

/** No name that is known is at fault: it hangs on the unknown ones, where there are any. */
function unknownName(subject: RuleSubject<ApplicationRule>): Judgement {
  return unknownAmong([...subject.rule.targetFqdns, ...subject.rule.targetUrls], subject);
}

function unknownAmong(
  names: readonly Uncertain<FqdnAt>[],
  subject: RuleSubject<ApplicationRule | NetworkRule>,
): Judgement {
  const unknown = names.find((name): name is Unknown => isUnknown(name));
  if (unknown === undefined) return HOLDS;
  return {
    kind: 'undecided',
    message: `Not every name of ${rulePath(subject)} is known.`,
    missing: unknown.missing,
    at: unknown.at,
  };
}
