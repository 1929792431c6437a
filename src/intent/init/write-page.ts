import { DEFAULTS, type DefaultKey } from '../defaults.ts';
import { type Answers, decide } from './decide.ts';

const WIDTH = 110;

/** A page to start from: every default written out, with its reason above it. Same answers, same text. */
export function writePage(answers: Answers): string {
  const chosen = decide(answers);
  const text: string[] = [];
  const put = (...lines: readonly string[]): void => {
    text.push(...lines);
  };
  const why = (indent: number, reason: string): void => put(...wrapped(indent, reason));
  const byDefault = (indent: number, name: string, key: DefaultKey): void => {
    const { value, why: reason } = DEFAULTS[key];
    why(indent, reason);
    put(`${' '.repeat(indent)}${name}: ${Array.isArray(value) ? list(value) : scalar(value)}`);
  };
  const decided = (indent: number, name: string, one: { value: unknown; why: string }): void => {
    why(indent, one.why);
    put(
      `${' '.repeat(indent)}${name}: ${Array.isArray(one.value) ? list(one.value) : scalar(one.value)}`,
    );
  };

  put('# yaml-language-server: $schema=./node_modules/sallyport/schemas/perimeter.schema.json');
  why(
    0,
    'One page of intent: `sallyport check .` expands it and says what is wrong. docs/perimeter.md has every key.',
  );
  for (const advice of chosen.advice) why(0, `Before you go on: ${advice}`);
  put(
    `name: ${answers.name}`,
    `environment: ${answers.environment}`,
    `location: ${answers.location}`,
  );
  why(0, 'On every resource: who pays, and whom to ask.');
  put('tags: { costCenter: unassigned, owner: unassigned }', '');

  put('hub:', `  addressSpace: ${answers.hubSpace}`, '  firewall:');
  decided(4, 'tier', chosen.tier);
  byDefault(4, 'zones', 'hub.firewall.zones');
  decided(4, 'publicIps', chosen.publicIps);
  if (chosen.tier.value !== 'Basic') {
    byDefault(4, 'dnsProxy', 'hub.firewall.dnsProxy');
    byDefault(4, 'threatIntelligence', 'hub.firewall.threatIntelligence');
  }
  byDefault(4, 'rules', 'hub.firewall.rules');
  byDefault(2, 'bastion', 'hub.bastion');
  put('');

  why(
    0,
    'Subnets are carved out of the range; write `subnets: { snet-…: 10.1.0.0/24 }` to fix one.',
  );
  put('spokes:', `  - name: ${answers.name}`, `    addressSpace: ${answers.spokeSpace}`, '');

  put('clusters:', `  - name: ${answers.name}`);
  byDefault(4, 'version', 'clusters.version');
  byDefault(4, 'tier', 'clusters.tier');
  put('    network:');
  decided(6, 'plugin', chosen.plugin);
  byDefault(6, 'engine', 'clusters.network.engine');
  byDefault(6, 'namePolicies', 'clusters.network.namePolicies');
  decided(6, 'outbound', chosen.outbound);
  if (chosen.podRange !== undefined) decided(6, 'podRange', chosen.podRange);
  byDefault(6, 'serviceRange', 'clusters.network.serviceRange');
  put('    apiServer:');
  byDefault(6, 'access', 'clusters.apiServer.access');
  put('    pools:', '      - name: system');
  byDefault(8, 'size', 'clusters.pools.size');
  byDefault(8, 'nodes', 'clusters.pools.nodes');
  decided(8, 'maxNodes', chosen.maxNodes);
  byDefault(8, 'maxPods', 'clusters.pools.maxPods');
  byDefault(8, 'os', 'clusters.pools.os');
  byDefault(8, 'zones', 'clusters.pools.zones');
  decided(4, 'addOns', chosen.addOns);
  put('');

  put('namespaces:', `  - name: ${answers.namespace}`);
  byDefault(4, 'defaultDeny', 'namespaces.defaultDeny');
  put('');
  why(
    0,
    'What pods may call in the cluster, what they may call outside, and what is published. One line each; for example:',
  );
  put(
    '# allow:',
    `#   - { from: { namespace: ${answers.namespace}, app: web }, to: { namespace: ${answers.namespace}, app: api }, ports: [8080] }`,
    '# egress:',
    `#   - { from: { namespace: ${answers.namespace}, app: api }, to: "api.example.com:443", why: payments, until: 2027-03-31 }`,
    '# ingress:',
    `#   - { name: web, to: { namespace: ${answers.namespace}, app: web }, targetPort: 8080, via: waf }`,
    '',
    'logging:',
  );
  byDefault(2, 'enabled', 'logging.enabled');
  byDefault(2, 'retentionDays', 'logging.retentionDays');
  byDefault(2, 'flowLogs', 'logging.flowLogs');
  put('', 'alerts:');
  byDefault(2, 'snatPercent', 'alerts.snatPercent');
  byDefault(2, 'deniedPerHour', 'alerts.deniedPerHour');
  put('');
  why(
    0,
    'What must be so, whatever the rest becomes; proven as soon as the workloads are beside this page (docs/expect.md).',
  );
  put(
    '# expect:',
    chosen.outbound.value === 'none'
      ? '#   - never: { from: pods, to: internet }'
      : '#   - always: aks-dependencies',
    '#   - never: { from: internet, to: pods, unless: { via: waf } }',
  );
  return `${text.join('\n')}\n`;
}

function wrapped(indent: number, text: string): readonly string[] {
  const front = `${' '.repeat(indent)}# `;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && front.length + line.length + word.length + 1 > WIDTH) {
      lines.push(front + line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, front + line];
}

function list(values: readonly string[]): string {
  return `[${values.map(scalar).join(', ')}]`;
}

/** Text that would read as a number is quoted. */
function scalar(value: unknown): string {
  return typeof value === 'string' && /^[\d.]+$/.test(value) ? `"${value}"` : String(value);
}
