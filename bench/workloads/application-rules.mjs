// APP-n: n application rules over about 5,700 patterns of 900 domains, seeded. 35 % of the rules use one of 150 lists of 2 to 60
// patterns, 2 % say `*`; sources as in FW-n: 2 % any, 38 % one of 200 sets of subnets and hosts, the rest subnets and hosts.
import { seeded } from '../seeded.mjs';

const ANY = [0, 0xffff_ffff];
const TOPS = ['com', 'net', 'io', 'org', 'cloud'];

/** @returns rules `{ source, patterns, protocols, isDeny }` and all `patterns` in use */
export function applicationRules(n, { seed = 1, patterns: wanted = 5700 } = {}) {
  const random = seeded(seed);
  const below = (end) => Math.floor(random() * end);
  const one = (list) => list[below(list.length)];
  const domains = Array.from({ length: 900 }, (_, index) => `d${index}.${one(TOPS)}`);
  const pool = new Set();
  while (pool.size < wanted) {
    const domain = one(domains);
    const pick = random();
    if (pick < 0.12) pool.add(`*.${domain}`);
    else if (pick < 0.2) pool.add(domain);
    else if (pick < 0.3) pool.add(`*.r${below(12)}.${domain}`);
    else if (pick < 0.65) pool.add(`h${below(40)}.${domain}`);
    else pool.add(`h${below(40)}.r${below(12)}.${domain}`);
  }
  const patterns = [...pool];
  const distinct = (count) => [...new Set(Array.from({ length: count }, () => one(patterns)))];
  const lists = Array.from({ length: 150 }, () => distinct(2 + below(59)));
  const subnet = () => {
    const length = 20 + below(9);
    const base = (0x0a00_0000 + below(2 ** (length - 8)) * 2 ** (32 - length)) >>> 0;
    return [base, base + 2 ** (32 - length) - 1];
  };
  const host = () => {
    const at = (0x0a00_0000 + below(2 ** 24)) >>> 0;
    return [at, at];
  };
  const some = (most, make) => canonical(Array.from({ length: 1 + below(most) }, make));
  const sets = Array.from({ length: 200 }, () =>
    some(Math.max(1, Math.round(Math.exp(random() * Math.log(60)))), () =>
      random() < 0.5 ? host() : subnet(),
    ),
  );
  const source = (p = random()) =>
    p < 0.02 ? ANY : p < 0.4 ? one(sets) : p < 0.85 ? some(4, subnet) : some(3, host);
  const HTTPS = [{ protocolType: 'Https', port: 443 }];
  const BOTH = [...HTTPS, { protocolType: 'Http', port: 80 }];
  const ODD = [{ protocolType: 'Https', port: 8443 }];
  const rules = [];
  let left = 0;
  let isDeny = false;
  while (rules.length < n) {
    if (left === 0) {
      left = 5 + below(56);
      isDeny = random() < 0.12;
    }
    left -= 1;
    const p = random();
    const isEveryName = p < 0.02;
    rules.push({
      // `*` from anywhere would leave nothing to the rules behind it.
      source: isEveryName ? source(0.02 + 0.98 * random()) : source(),
      patterns: isEveryName ? ['*'] : p < 0.37 ? one(lists) : distinct(1 + below(4)),
      protocols: p < 0.75 ? one([HTTPS, BOTH]) : random() < 0.9 ? HTTPS : ODD,
      isDeny,
    });
  }
  return rules;
}

function canonical(ranges) {
  const out = [];
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (out.length > 0 && low <= out.at(-1) + 1) out[out.length - 1] = Math.max(out.at(-1), high);
    else out.push(low, high);
  }
  return out;
}
