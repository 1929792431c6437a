import type { Place } from '../../diagnostics/index.ts';
import { type Checking, report } from './check-shape.ts';

interface NameRule {
  readonly lengthMin: number;
  readonly lengthMax: number;
  readonly pattern: RegExp;
  readonly words: string;
}

const START_AND_END =
  'letters, digits, `_`, `.` and `-`, starting with a letter or digit and ending with one or `_`';
const usual = (lengthMin: number, lengthMax: number): NameRule => ({
  lengthMin,
  lengthMax,
  pattern: /^[a-z0-9](?:[\w.-]*\w)?$/i,
  words: START_AND_END,
});
const N = 'microsoft.network';

/** Beyond the published types (iac-formats 9.3): by type in lower case. */
const NAME_RULES: Readonly<Record<string, NameRule>> = {
  [`${N}/azurefirewalls`]: usual(1, 56),
  [`${N}/firewallpolicies`]: usual(1, 80),
  [`${N}/firewallpolicies/rulecollectiongroups`]: usual(1, 80),
  [`${N}/ipgroups`]: usual(1, 80),
  [`${N}/virtualnetworks`]: usual(2, 64),
  [`${N}/virtualnetworks/subnets`]: usual(1, 80),
  [`${N}/virtualnetworks/virtualnetworkpeerings`]: usual(1, 80),
  [`${N}/routetables`]: usual(1, 80),
  [`${N}/routetables/routes`]: usual(1, 80),
  [`${N}/networksecuritygroups`]: usual(1, 80),
  [`${N}/networksecuritygroups/securityrules`]: usual(1, 80),
  [`${N}/applicationsecuritygroups`]: usual(1, 80),
  [`${N}/publicipaddresses`]: usual(1, 80),
  [`${N}/publicipprefixes`]: usual(1, 80),
  [`${N}/natgateways`]: usual(1, 80),
  [`${N}/applicationgateways`]: usual(1, 80),
  [`${N}/loadbalancers`]: usual(1, 80),
  [`${N}/bastionhosts`]: usual(1, 80),
  [`${N}/virtualnetworkgateways`]: usual(1, 80),
  [`${N}/networkinterfaces`]: usual(1, 80),
  [`${N}/privateendpoints`]: usual(2, 64),
  'microsoft.containerservice/managedclusters': {
    lengthMin: 1,
    lengthMax: 63,
    pattern: /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/i,
    words: 'letters, digits, `_` and `-`, starting and ending with a letter or digit',
  },
  'microsoft.containerservice/managedclusters/agentpools': {
    lengthMin: 1,
    lengthMax: 12,
    pattern: /^[a-z][a-z0-9]*$/,
    words: 'small letters and digits, starting with a letter',
  },
  'microsoft.storage/storageaccounts': {
    lengthMin: 3,
    lengthMax: 24,
    pattern: /^[a-z0-9]+$/,
    words: 'small letters and digits',
  },
};

/** A name that is known only in part is not judged. */
export function checkName(checking: Checking, type: string, name: string, at: Place): void {
  const rule = NAME_RULES[type.toLowerCase()];
  if (rule === undefined || name.includes('«')) return;
  const isLong = name.length < rule.lengthMin || name.length > rule.lengthMax;
  if (!isLong && rule.pattern.test(name)) return;
  const words = isLong
    ? `${rule.lengthMin} to ${rule.lengthMax} characters, this has ${name.length}`
    : rule.words;
  report(checking, 'resource/name', 'error', `the name \`${name}\` must have ${words}`, at);
}
