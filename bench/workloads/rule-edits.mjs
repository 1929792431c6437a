// EDIT-k: random edits of an FW-n list, seeded: rules taken out, put in, moved, and given other ports or another source.

/** The rules as regions of flows, numbered from `first`. Equal sets stay one object. */
export function flowRules(rules, first) {
  const addresses = memo((v4) => ({ v4, v6: [] }));
  const protocols = memo((text) => text.split(' '));
  return {
    rules: rules.map((rule, index) => ({
      region: [
        {
          sources: addresses(rule.source),
          destinations: addresses(rule.destination),
          destinationPorts: rule.ports,
          ...(rule.protocols.length === 4
            ? {}
            : { protocols: protocols(rule.protocols.join(' ')) }),
        },
      ],
      effect: rule.isDeny ? 'deny' : 'allow',
      by: `rule ${first + index}`,
    })),
    ruleIds: rules.map((_, index) => first + index),
  };
}

/** One edit. Numbers stay with their rule; one that is put in gets the next. */
export function randomEdit({ rules, ruleIds }, spare, random) {
  const below = (end) => Math.floor(random() * end);
  const at = below(rules.length);
  const other = spare.rules[below(spare.rules.length)];
  const rule = rules[at];
  const splice = (list, from, gone, ...come) => list.toSpliced(from, gone, ...come);
  const next =
    Math.max(
      ...ruleIds.slice(-1),
      ruleIds.reduce((a, b) => (a > b ? a : b)),
    ) + 1;
  const changed = (part) => ({
    rules: splice(rules, at, 1, { ...rule, region: [{ ...rule.region[0], ...part }] }),
    ruleIds,
  });
  switch (below(5)) {
    case 0:
      return { rules: splice(rules, at, 1), ruleIds: splice(ruleIds, at, 1) };
    case 1:
      return { rules: splice(rules, at, 0, other), ruleIds: splice(ruleIds, at, 0, next) };
    case 2:
      return changed({ destinationPorts: other.region[0].destinationPorts });
    case 3:
      return changed({ sources: other.region[0].sources });
    default: {
      const to = below(rules.length);
      return {
        rules: splice(splice(rules, at, 1), to, 0, rule),
        ruleIds: splice(splice(ruleIds, at, 1), to, 0, ruleIds[at]),
      };
    }
  }
}

function memo(make) {
  const known = new Map();
  return (key) => {
    if (!known.has(key)) known.set(key, make(key));
    return known.get(key);
  };
}
