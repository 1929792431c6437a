// Stands in front of the real `az` where its extension `azure-firewall` is not installed: the firewall commands of a script are carried out
// by `az rest`, with the requests that the extension makes (read, add one thing, write everything back); everything else goes to
// the real `az` as it is. Node.js and nothing else, so that a script's PATH can hold it.
//   node az-without-extension.mjs REAL_AZ ARGUMENTS…
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [real, ...args] = process.argv.slice(2);

const words = args.slice(
  0,
  args.findIndex((one) => one.startsWith('-')) < 0
    ? args.length
    : args.findIndex((one) => one.startsWith('-')),
);
const command = words.join(' ');
if (command === 'extension add' && args.includes('azure-firewall')) process.exit(0);
if (!/^network (?:firewall|ip-group) /.test(command)) {
  const { status } = spawnSync(real, args, { stdio: 'inherit' });
  process.exit(status ?? 1);
}

const options = optionsOf(args.slice(words.length));
const one = (...names) =>
  names.map((name) => options.get(name)?.[0]).find((value) => value !== undefined);
const many = (...names) =>
  names.map((name) => options.get(name)).find((value) => value !== undefined);

const subscription = `/subscriptions/${process.env.AZURE_SUBSCRIPTION_ID}`;
const group = one('-g', '--resource-group');
const network = `${subscription}/resourceGroups/${group}/providers/Microsoft.Network`;
const firewall = `${network}/azureFirewalls/${one('-f', '--firewall-name') ?? one('-n', '--name')}`;

switch (command) {
  case 'network firewall create':
    rest('put', firewall, {
      location: one('-l', '--location'),
      properties: {
        sku: { name: 'AZFW_VNet', tier: one('--tier') ?? 'Standard' },
        ...(one('--firewall-policy') === undefined
          ? {}
          : { firewallPolicy: { id: inNetwork('firewallPolicies', one('--firewall-policy')) } }),
        additionalProperties:
          one('--enable-dns-proxy') === 'true' ? { 'Network.DNS.EnableProxy': 'true' } : {},
      },
    });
    break;
  case 'network firewall ip-config create':
    change((properties) => {
      const configuration = {
        name: one('-n', '--name'),
        properties: {
          publicIPAddress: { id: `${network}/publicIPAddresses/${one('--public-ip-address')}` },
          subnet: {
            id: `${network}/virtualNetworks/${one('--vnet-name')}/subnets/AzureFirewallSubnet`,
          },
        },
      };
      properties.ipConfigurations = [...(properties.ipConfigurations ?? []), configuration];
    });
    break;
  case 'network firewall show':
    show(firewall);
    break;
  case 'network ip-group create':
    rest('put', inNetwork('ipGroups', one('-n', '--name')), {
      location: one('-l', '--location') ?? locationOfGroup(),
      properties: { ipAddresses: many('--ip-addresses') },
    });
    break;
  case 'network ip-group show':
    show(inNetwork('ipGroups', one('-n', '--name')));
    break;
  case 'network firewall policy create':
    rest('put', inNetwork('firewallPolicies', one('-n', '--name')), {
      location: one('-l', '--location') ?? locationOfGroup(),
      properties: {
        sku: { tier: one('--sku') ?? 'Standard' },
        threatIntelMode: one('--threat-intel-mode') ?? 'Alert',
        ...(one('--enable-dns-proxy') === undefined
          ? {}
          : { dnsSettings: { enableProxy: one('--enable-dns-proxy') === 'true' } }),
      },
    });
    break;
  case 'network firewall policy rule-collection-group create':
    rest('put', collectionGroup(one('-n', '--name')), {
      properties: { priority: Number(one('--priority')), ruleCollections: [] },
    });
    break;
  case 'network firewall policy rule-collection-group collection add-filter-collection':
    addCollection('FirewallPolicyFilterRuleCollection', ruleOf(one('--rule-type')));
    break;
  case 'network firewall policy rule-collection-group collection add-nat-collection':
    addCollection('FirewallPolicyNatRuleCollection', ruleOf('NatRule'));
    break;
  case 'network firewall policy rule-collection-group collection rule add':
    changeGroup((properties) => {
      const name = one('--collection-name');
      const found = properties.ruleCollections.find((each) => each.name === name);
      if (found === undefined) {
        console.error(`there is no collection ${name}`);
        process.exit(2);
      }
      found.rules.push(ruleOf(one('--rule-type')));
    });
    break;
  case 'network firewall network-rule create':
    addRule('networkRuleCollections', {
      name: one('-n', '--name'),
      protocols: many('--protocols'),
      sourceAddresses: many('--source-addresses'),
      destinationAddresses: many('--destination-addresses') ?? [],
      destinationFqdns: many('--destination-fqdns') ?? [],
      destinationPorts: many('--destination-ports'),
    });
    break;
  case 'network firewall application-rule create':
    addRule('applicationRuleCollections', {
      name: one('-n', '--name'),
      sourceAddresses: many('--source-addresses'),
      protocols: many('--protocols').map((text) => {
        const [protocolType, port] = text.split('=');
        return { protocolType, port: Number(port) };
      }),
      fqdnTags: many('--fqdn-tags') ?? [],
      targetFqdns: many('--target-fqdns') ?? [],
    });
    break;
  case 'network firewall nat-rule create':
    addRule('natRuleCollections', {
      name: one('-n', '--name'),
      protocols: many('--protocols'),
      sourceAddresses: many('--source-addresses'),
      destinationAddresses: many('--destination-addresses'),
      destinationPorts: many('--destination-ports'),
      translatedAddress: one('--translated-address'),
      translatedPort: one('--translated-port'),
    });
    break;
  default:
    console.error(`\`${command}\` is not carried out without the extension`);
    process.exit(2);
}

function inNetwork(type, name) {
  return name.startsWith('/') ? name : `${network}/${type}/${name}`;
}

function collectionGroup(name) {
  return `${inNetwork('firewallPolicies', one('--policy-name'))}/ruleCollectionGroups/${name}`;
}

/** The commands put a thing where its group is unless told otherwise. */
function locationOfGroup() {
  return rest('get', `${subscription}/resourceGroups/${group}`).location;
}

function changeGroup(add) {
  const path = collectionGroup(one('--rule-collection-group-name'));
  const told = rest('get', path);
  add(told.properties);
  rest('put', path, told);
}

function addCollection(ruleCollectionType, rule) {
  changeGroup((properties) => {
    const name = one('--name', '-n');
    const action = { type: one('--action') };
    const priority = Number(one('--collection-priority'));
    const collection = { ruleCollectionType, name, priority, action, rules: [rule] };
    properties.ruleCollections = [...(properties.ruleCollections ?? []), collection];
  });
}

/** A rule by the options of its type; what is not given is not written. */
function ruleOf(ruleType) {
  const rule = {
    ruleType,
    name: one('--rule-name', '--name', '-n'),
    ipProtocols: many('--ip-protocols'),
    protocols: many('--protocols')?.map((text) => {
      const [protocolType, port] = text.split('=');
      return { protocolType, port: Number(port) };
    }),
    sourceAddresses: many('--source-addresses'),
    sourceIpGroups: many('--source-ip-groups')?.map((one) => inNetwork('ipGroups', one)),
    destinationAddresses: many('--destination-addresses', '--dest-addr'),
    destinationFqdns: many('--destination-fqdns', '--dest-fqdns'),
    destinationPorts: many('--destination-ports'),
    fqdnTags: many('--fqdn-tags'),
    targetFqdns: many('--target-fqdns'),
    translatedAddress: one('--translated-address'),
    translatedPort: one('--translated-port'),
  };
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}

function show(path) {
  const told = flattened(rest('get', path));
  const query = one('--query');
  const value = query === undefined ? told : valueAt(told, query);
  if (value !== undefined) console.log(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Priority and action are required for a new collection and refused for one that is there. */
function addRule(property, rule) {
  change((properties) => {
    const name = one('--collection-name');
    const collections = properties[property] ?? [];
    const found = collections.find((each) => each.name.toLowerCase() === name.toLowerCase());
    const action = one('--action');
    if ((found === undefined) !== (action !== undefined)) {
      console.error(`usage error: --priority and --action go with a new collection only (${name})`);
      process.exit(2);
    }
    if (found !== undefined) found.properties.rules.push(rule);
    else {
      const type = `${action[0].toUpperCase()}${action.slice(1).toLowerCase()}`;
      const collection = {
        name,
        properties: { priority: Number(one('--priority')), action: { type }, rules: [rule] },
      };
      properties[property] = [...collections, collection];
    }
  });
}

function change(add) {
  const told = rest('get', firewall);
  add(told.properties);
  rest('put', firewall, told);
}

function rest(method, path, body) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rest-'));
  try {
    const file = join(folder, 'body.json');
    if (body !== undefined) writeFileSync(file, JSON.stringify(body));
    const { status, stdout } = spawnSync(
      real,
      [
        ...['rest', '--method', method, '--url', `${path}?api-version=2021-08-01`],
        ...(body === undefined ? [] : ['--body', `@${file}`]),
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    );
    if (status !== 0) process.exit(status ?? 1);
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function optionsOf(list) {
  const found = new Map();
  let values = [];
  for (const word of list) {
    if (/^--?[a-z]/.test(word)) {
      values = [];
      found.set(word, values);
    } else values.push(word);
  }
  return found;
}

/** As `show` prints it: what is in `properties` stands one level up. */
function flattened(json) {
  if (Array.isArray(json)) return json.map(flattened);
  if (typeof json !== 'object' || json === null) return json;
  const { properties, ...others } = json;
  const isNested = typeof properties === 'object' && properties !== null;
  return Object.fromEntries(
    Object.entries({ ...others, ...(isNested ? properties : {}) }).map(([name, value]) => [
      name,
      flattened(value),
    ]),
  );
}

/** `a[0].b` of JMESPath, which minds case. */
function valueAt(json, query) {
  return query
    .split(/[.[\]]+/)
    .filter((word) => word !== '')
    .reduce((value, word) => value?.[word], json);
}
