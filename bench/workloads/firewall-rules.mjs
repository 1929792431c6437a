// FW-n: n network rules as large customers write them, seeded. Collections of 5 to 60 rules, 12 % of them deny; objects (IP
// groups, subnets, service tags) shared between rules; 10 % of the rules planted inside an earlier one.
import { readFileSync } from 'node:fs';
import { seeded } from '../seeded.mjs';

const PROTOCOLS = ['tcp', 'udp', 'icmp', 'other'];
const WELL_KNOWN = [
  22, 25, 53, 80, 123, 389, 443, 445, 636, 1433, 3306, 3389, 5432, 5671, 6379, 8080, 8443, 9093,
  9200,
];
const RFC1918 = [0x0a00_0000, 0x0aff_ffff, 0xac10_0000, 0xac1f_ffff, 0xc0a8_0000, 0xc0a8_ffff];
const ANY = [0, 0xffff_ffff];

/** Sorted, joined inclusive pairs of `[low, high]` ranges. */
function canonical(ranges) {
  const out = [];
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (out.length > 0 && low <= out.at(-1) + 1) out[out.length - 1] = Math.max(out.at(-1), high);
    else out.push(low, high);
  }
  return out;
}

/** @returns rules `{ source, destination, ports, protocols, isDeny, isPlanted }`; sets are canonical pairs, shared by reference. */
export function firewallRules(n, { seed = 1, broad = 0, tagFile }) {
  const random = seeded(seed);
  const below = (end) => Math.floor(random() * end);
  const one = (list) => list[below(list.length)];
  const subnet = (first, bits, length) => {
    const base = (first + below(2 ** (length - bits)) * 2 ** (32 - length)) >>> 0;
    return [base, base + 2 ** (32 - length) - 1];
  };
  const privateSubnet = () => subnet(0x0a00_0000, 8, 20 + below(9));
  const host = () => {
    const at = (0x0a00_0000 + below(2 ** 24)) >>> 0;
    return [at, at];
  };
  const logUniform = (most) => Math.max(1, Math.round(Math.exp(random() * Math.log(most))));
  const groups = Array.from({ length: 200 }, () =>
    canonical(
      Array.from({ length: logUniform(100) }, () => (random() < 0.5 ? host() : privateSubnet())),
    ),
  );
  const spokes = Array.from({ length: 60 }, (_, index) => {
    const low = (0x0a00_0000 + index * 0x0001_0000) >>> 0;
    return [low, low + 0xffff];
  });
  const tags = tagsOf(tagFile);
  const partners = Array.from({ length: 120 }, () =>
    canonical([subnet(0xcb00_0000, 8, 22 + below(9))]),
  );
  const onPremises = Array.from({ length: 40 }, () =>
    canonical([subnet(0xac10_0000, 12, 16 + below(9))]),
  );
  const few = (most, make) => canonical(Array.from({ length: 1 + below(most) }, make));

  const source = (p = random()) =>
    p < 0.02
      ? ANY
      : p < 0.4
        ? one(groups)
        : p < 0.75
          ? few(4, privateSubnet)
          : p < 0.85
            ? one(spokes)
            : few(3, host);
  const destination = (p = random()) =>
    p < 0.02
      ? ANY
      : p < 0.3
        ? one(tags)
        : p < 0.5
          ? one(groups)
          : p < 0.7
            ? few(3, privateSubnet)
            : p < 0.8
              ? few(2, host)
              : p < 0.93
                ? one(partners)
                : one(onPremises);
  const ports = (p = random()) => {
    if (p < 0.06) return [0, 65535];
    if (p < 0.7) return canonical([[...Array(2)].fill(one(WELL_KNOWN))]);
    if (p < 0.88)
      return canonical(
        Array.from({ length: 2 + below(4) }, () => [...Array(2)].fill(one(WELL_KNOWN))),
      );
    const low = 1024 + below(60_000);
    return p < 0.95 ? [low, low + below(500)] : [low, low];
  };
  const protocols = (p = random()) =>
    p < 0.72
      ? ['tcp']
      : p < 0.86
        ? ['udp']
        : p < 0.94
          ? ['tcp', 'udp']
          : p < 0.96
            ? ['icmp']
            : PROTOCOLS;

  const rules = [];
  let left = 0;
  let isDeny = false;
  while (rules.length < n) {
    if (left === 0) {
      left = 5 + below(56);
      isDeny = random() < 0.12;
    }
    left -= 1;
    if (rules.length > 20 && random() < 0.1) {
      const earlier = rules[below(rules.length)];
      const at = below(earlier.source.length >>> 1) * 2;
      rules.push({ ...earlier, source: earlier.source.slice(at, at + 2), isDeny, isPlanted: true });
      continue;
    }
    const wide = () => (random() < broad ? (random() < 0.5 ? ANY : RFC1918) : undefined);
    rules.push({
      source: wide() ?? source(),
      destination: wide() ?? destination(),
      ports: random() < broad ? [0, 65535] : ports(),
      protocols: protocols(),
      isDeny,
      isPlanted: false,
    });
  }
  return rules;
}

/** Which tag a destination of a rule is, by its ranges: `names.get(String(rule.destination))`. */
export function tagNames(file) {
  return new Map(tagsOf(file, true).map(({ set, name }) => [String(set), name]));
}

function tagsOf(file, isNamed = false) {
  const { values } = JSON.parse(readFileSync(file, 'utf8'));
  return values.flatMap(({ name, properties }) => {
    const ranges = properties.addressPrefixes.flatMap((prefix) => {
      const [address, length] = prefix.split('/');
      if (address.includes(':')) return [];
      const low = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
      return [[low, low + 2 ** (32 - Number(length)) - 1]];
    });
    if (ranges.length === 0) return [];
    const set = canonical(ranges);
    return [isNamed ? { set, name } : set];
  });
}
