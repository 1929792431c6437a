import { isUnknown } from '../../../values/index.ts';
import type { Check } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { applicationRulesOf, mayAllow, networkRulesOf, rulePath } from './firewall-subjects.ts';

/** Names that anybody can register something under: an allow for them is an exfiltration path (aks.md A13). */
const SHARED_SUFFIXES = [
  'azurecr.io',
  'blob.core.windows.net',
  'blob.storage.azure.net',
  'core.windows.net',
  'azurewebsites.net',
  'azureedge.net',
  'cloudapp.azure.com',
  'microsoft.com',
  'windows.net',
  'githubusercontent.com',
  'docker.io',
  'docker.com',
  'amazonaws.com',
  'cloudfront.net',
  'googleapis.com',
];

const wildcardAllowList = eachSubject({
  id: 'egress/wildcard-allow-list',
  severity: 'warning',
  title: 'Allowed names are names that only the intended party can publish under.',
  explanation:
    'A wildcard over a shared suffix (`*.blob.core.windows.net`, `*.azurecr.io`, `*.githubusercontent.com`) admits every account under it, an attacker’s own included. It is the usual way data leaves a cluster whose egress looks locked down.',
  fix: 'replace the wildcard by the exact names in use (the registry, the storage account); for Azure services prefer a private endpoint',
  facts: ['AFW-E03'],
  covers: ['A13', 'P5'],
  subjects: (context) =>
    applicationRulesOf(context).filter(({ collection }) => mayAllow(collection)),
  none: 'no application rule allows anything',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const wide = subject.rule.targetFqdns.flatMap((target) =>
      !isUnknown(target) && isSharedWildcard(target.text) ? [target] : [],
    );
    if (wide.length === 0) return HOLDS;
    const names = wide.map((target) => `\`${target.text}\``).join(', ');
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} lets the cluster reach ${names}: anybody can publish there.`,
      places: wide.map((target) => ({ at: target.at, what: target.text })),
      evidence: wide.map((target) => `${target.text}   ${widthOf(target.text)}`),
    };
  },
});

const everyName = eachSubject({
  id: 'egress/every-name-allowed',
  severity: 'error',
  title: 'No allow rule admits every name.',
  explanation:
    'An application rule for `*` makes the allow-list meaningless: any site is reachable over HTTP or HTTPS, and only the log remembers.',
  fix: 'list the names that are needed; use the FQDN tag AzureKubernetesService for what AKS itself needs',
  facts: ['AFW-E03'],
  covers: ['A13'],
  subjects: (context) =>
    applicationRulesOf(context).filter(({ collection }) => mayAllow(collection)),
  none: 'no application rule allows anything',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const all = subject.rule.targetFqdns.find(
      (target) => !isUnknown(target) && target.text === '*',
    );
    if (all === undefined) return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} allows every host name.`,
      places: [{ at: all.at, what: '*' }],
      evidence: ['targetFqdns holds *'],
    };
  },
});

const wildcardWithoutApex = eachSubject({
  id: 'firewall/wildcard-misses-apex',
  severity: 'note',
  title: 'A wildcard `*.x` is accompanied by `x` where the apex is meant too.',
  explanation:
    'In Azure Firewall `*.example.com` does not match `example.com`. Clients that call the apex are denied, which looks like an intermittent failure because redirects often go from one to the other.',
  fix: 'add the apex name to the same rule, or leave a description that says it is not needed',
  facts: ['AFW-E03'],
  covers: ['FW-3'],
  subjects: (context) =>
    applicationRulesOf(context).filter(({ collection }) => mayAllow(collection)),
  none: 'no application rule allows anything',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const names = new Set(
      subject.rule.targetFqdns.flatMap((target) =>
        isUnknown(target) ? [] : [target.text.toLowerCase()],
      ),
    );
    // Two labels below the wildcard: `*.docker.io` has an apex a client may call, `*.blob.core.windows.net` has none.
    const missing = subject.rule.targetFqdns.flatMap((target) => {
      if (isUnknown(target)) return [];
      const apex = /^\*\.([^.]+\.[^.]+)$/.exec(target.text.toLowerCase())?.[1];
      return apex === undefined || names.has(apex) ? [] : [{ target, apex }];
    });
    if (missing.length === 0) return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} allows ${missing.map(({ target }) => `\`${target.text}\``).join(', ')} but not ${missing.map(({ apex }) => `\`${apex}\``).join(', ')}.`,
      places: missing.map(({ target }) => ({ at: target.at, what: target.text })),
      evidence: missing.map(({ target, apex }) => `${target.text} does not match ${apex}`),
    };
  },
});

const lookalikeWildcard = eachSubject({
  id: 'firewall/wildcard-matches-lookalikes',
  severity: 'warning',
  title: 'Wildcards are followed by a dot.',
  explanation:
    '`*contoso.com` matches `evilcontoso.com`: anybody can register a name that ends like yours. `*.contoso.com` does not.',
  fix: 'write `*.name` and, where needed, `name`',
  facts: ['AFW-E03'],
  covers: ['FW-3'],
  subjects: (context) => applicationRulesOf(context),
  none: 'no application rule',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const loose = subject.rule.targetFqdns.flatMap((target) =>
      !isUnknown(target) && /^\*[^.*]/.test(target.text) ? [target] : [],
    );
    if (loose.length === 0) return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} also matches look-alike names.`,
      places: loose.map((target) => ({ at: target.at, what: target.text })),
      evidence: loose.map((target) => `${target.text} matches evil${target.text.slice(1)}`),
    };
  },
});

const wildcardInNetworkRule = eachSubject({
  id: 'firewall/wildcard-in-network-rule',
  severity: 'error',
  title: 'FQDN network rules hold exact names.',
  explanation:
    'Network rules resolve the name and match addresses; a wildcard cannot be resolved, so the rule never matches (or the deployment is refused).',
  fix: 'use an application rule for HTTP, HTTPS and MSSQL, or list the exact names',
  facts: ['AFW-E04'],
  covers: ['FW-4'],
  subjects: (context) =>
    networkRulesOf(context).filter(({ rule }) => rule.destinationFqdns.length > 0),
  none: 'no network rule names an FQDN',
  key: ({ rule }) => rule.key,
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
    return firstUnknownName(subject.rule.destinationFqdns) ?? HOLDS;
  },
});

const webNameInNetworkRule = eachSubject({
  id: 'firewall/web-name-in-network-rule',
  severity: 'warning',
  title: 'HTTP and HTTPS destinations are filtered by name in application rules.',
  explanation:
    'An FQDN network rule allows an address, not a name. Names behind one CDN address cannot be told apart: allowing one allows all of them on that port, and application rules are never asked.',
  fix: 'move the name to an application rule',
  facts: ['AFW-E05'],
  covers: ['FW-5'],
  subjects: (context) =>
    networkRulesOf(context).filter(
      ({ rule, collection }) => rule.destinationFqdns.length > 0 && mayAllow(collection),
    ),
  none: 'no network rule allows an FQDN',
  key: ({ rule }) => rule.key,
  judge: (subject) => {
    const { rule } = subject;
    if (isUnknown(rule.destinationPorts)) {
      return {
        kind: 'undecided',
        message: `Rule ${rulePath(subject)} names hosts, and its ports are not known.`,
        missing: rule.destinationPorts.missing,
        at: rule.at,
      };
    }
    const ports = rule.destinationPorts;
    const mayBeTcp = rule.protocols.some((protocol) => protocol === 'TCP' || protocol === 'Any');
    const web = [80, 443].filter((port) =>
      ports.some(
        (low, index) => index % 2 === 0 && low <= port && port <= (ports[index + 1] ?? low),
      ),
    );
    if (!mayBeTcp || web.length === 0) return HOLDS;
    return {
      kind: 'fails',
      message: `Rule ${rulePath(subject)} lets through every site that shares an address with its names.`,
      places: [{ at: rule.at, what: `network rule ${rule.name}` }],
      evidence: [`TCP ${web.join(', ')} to FQDNs in a network rule`],
    };
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

function isSharedWildcard(text: string): boolean {
  const name = text.toLowerCase();
  if (!name.startsWith('*') || name === '*') return false;
  const suffix = name.replace(/^\*\.?/, '');
  return (
    !suffix.includes('.') ||
    SHARED_SUFFIXES.some((shared) => suffix === shared || shared.endsWith(`.${suffix}`))
  );
}

function widthOf(text: string): string {
  const suffix = text.replace(/^\*\.?/, '');
  return suffix.includes('.') ? `every name under ${suffix}` : `every name in .${suffix}`;
}

function firstUnknownName(
  names: readonly (Parameters<typeof isUnknown>[0] | object)[],
): Judgement | undefined {
  const unknown = names.find(isUnknown);
  return unknown === undefined
    ? undefined
    : {
        kind: 'undecided',
        message: 'A name of the rule is not known.',
        missing: unknown.missing,
        at: unknown.at,
      };
}
