import { isUnknown, itemsOf, type Uncertain, type Value } from '../../values/index.ts';
import type { ApplicationProtocol, ApplicationRule, FqdnAt } from '../azure/firewall.ts';
import { addressTerms } from './addresses.ts';
import {
  namesIn,
  narrowedByPlace,
  PROTOCOL_PORTS,
  sourcesOf,
  withDescription,
} from './firewall-rule.ts';
import type { Element } from './named.ts';
import { portIn } from './ports.ts';
import { report, reportGap, sourceAt, titleOf, valueIn } from './reading.ts';
import { booleanIn, choiceIn, missingMember, required } from './scalars.ts';

export function readApplicationRule(rule: Element): ApplicationRule {
  const terminateTls = booleanIn(rule, 'terminateTLS');
  const urls = namesIn(rule, 'targetUrls', (text, value) => checkUrl(rule, text, value));
  const addresses = itemsOf(valueIn(rule, 'destinationAddresses'));
  const view: ApplicationRule = {
    key: rule.key,
    name: rule.name,
    at: rule.at,
    sources: sourcesOf(rule),
    protocols: protocolsIn(rule),
    targetFqdns: namesIn(rule, 'targetFqdns', (text, value) => checkFqdn(rule, text, value)),
    // Whether a URL rule sees the path of HTTPS hangs on the inspection: unknown inspection, unknown rule.
    targetUrls: isUnknown(terminateTls) ? urls.map(() => terminateTls) : urls,
    fqdnTags: namesIn(rule, 'fqdnTags'),
    webCategories: categoriesIn(rule),
    destinationAddresses: narrowedByPlace(
      rule,
      'destinationGeoLocations',
      addressTerms(rule, 'destinationAddresses', addresses),
    ),
    terminateTls: terminateTls === true,
  };
  checkTargets(rule, view);
  if (itemsOf(valueIn(rule, 'httpHeadersToInsert')).length > 0 && !isUnknown(rule.value)) {
    const why =
      'a destination may answer a request otherwise because of headers the firewall inserts';
    reportGap(rule.reading, 'httpHeadersToInsert', why, rule.at);
  }
  return withDescription(rule, view);
}

function protocolsIn(rule: Element): readonly ApplicationProtocol[] {
  const items = itemsOf(valueIn(rule, 'protocols'));
  if (items.length === 0) {
    const unknown = missingMember(rule, 'protocols');
    return [{ type: unknown, port: unknown }];
  }
  return items.map((item) => {
    const source = sourceAt(rule, item);
    return {
      type: required(
        source,
        'protocolType',
        choiceIn(source, 'protocolType', ['Http', 'Https', 'Mssql'] as const),
      ),
      port: required(source, 'port', portIn(source, 'port', PROTOCOL_PORTS)),
    };
  });
}

/** A category of unknown name stays as its text: no category is decided by its name (AFW-56). */
function categoriesIn(rule: Element): readonly string[] {
  return namesIn(rule, 'webCategories').map((name: Uncertain<FqdnAt>) => name.text);
}

/** AFW-51: one asterisk, as the first character or as the whole. */
function checkFqdn(rule: Element, text: string, value: Value): void {
  if (text === '*' || /^\*?[^*]+$/.test(text)) return;
  report(
    rule.reading,
    'error',
    'firewall/fqdn-wildcard',
    `\`${text}\` in ${titleOf(rule)}: an asterisk may only be the first character of a name`,
    value.at,
  );
}

/** azure-firewall 2.6: no scheme, port or query; an asterisk at the far left of the host or the far right of the path. */
function checkUrl(rule: Element, text: string, value: Value): void {
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const path = slash < 0 ? '' : text.slice(slash);
  const isHost = host === '*' || /^\*?[^*:?]+$/.test(host);
  if (isHost && !text.includes('://') && /^[^*?]*\*?$/.test(path)) return;
  report(
    rule.reading,
    'error',
    'firewall/url',
    `\`${text}\` in ${titleOf(rule)} is no target URL`,
    value.at,
    'write `host/path` without scheme, port and query, with an asterisk only at either end',
  );
}

function checkTargets(rule: Element, view: ApplicationRule): void {
  const { targetFqdns, targetUrls, fqdnTags, webCategories, destinationAddresses } = view;
  const count =
    targetFqdns.length +
    targetUrls.length +
    fqdnTags.length +
    webCategories.length +
    destinationAddresses.length;
  if (count > 0) return;
  report(
    rule.reading,
    'error',
    'firewall/no-destination',
    `${titleOf(rule)} has no target; Azure refuses it, and it matches nothing`,
    rule.at,
  );
}
