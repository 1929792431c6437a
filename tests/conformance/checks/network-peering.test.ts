import { describe, expect, it } from 'vitest';
import { type CheckCase, outcomeOf, pinCheck } from '../../support/check-cases.ts';
import { changed, type Perimeter, soundPerimeter, unknown } from '../../support/sound-perimeter.ts';

// Expected outcomes: azure-networking 2 (peering) and 13 (NET-01 to NET-03).

const sound = soundPerimeter();
const of = (perimeter: Perimeter, says?: string): CheckCase => ({
  resources: Object.values(perimeter),
  ...(says === undefined ? {} : { says }),
});
const kindOf = (id: string, perimeter: Perimeter) => outcomeOf(id, of(perimeter)).kind;
const without = (name: string, perimeter: Perimeter = sound): Perimeter =>
  Object.fromEntries(Object.entries(perimeter).filter(([key]) => key !== name));

const TO_HUB = 'spoke/properties/virtualNetworkPeerings/0/properties';
const TO_SPOKE = 'hub/properties/virtualNetworkPeerings/0/properties';
const SPACE = 'spoke/properties/addressSpace/addressPrefixes';
/** As a template says it: no state, no sync level. */
const planned = [TO_HUB, TO_SPOKE].reduce(
  (perimeter, path) =>
    changed(
      changed(perimeter, `${path}/peeringState`, undefined),
      `${path}/peeringSyncLevel`,
      undefined,
    ),
  sound,
);

describe('address ranges of peers', () => {
  pinCheck('network/peering-overlap', {
    pass: of(sound),
    fail: of(
      changed(sound, SPACE, ['10.1.0.0/16', '10.0.128.0/17']),
      'hub and spoke are peered and both use 10.0.128.0/17',
    ),
    unknown: of(
      changed(sound, SPACE, ['10.1.0.0/16', unknown('a prefix')]),
      'overlap is not known',
    ),
  });

  // 2.2: with subnet peering only the listed subnets must differ, and no file of ours says which these are.
  const both = [TO_HUB, TO_SPOKE].reduce(
    (perimeter, path) => changed(perimeter, `${path}/peerCompleteVnets`, false),
    sound,
  );
  it.each<[string, Perimeter, string]>([
    [
      'ranges that touch do not overlap',
      changed(sound, SPACE, ['10.1.0.0/16', '9.0.0.0/8']),
      'pass',
    ],
    [
      'a peering of single subnets does not mind the rest of the ranges',
      changed(both, SPACE, ['10.1.0.0/16', '10.0.128.0/17']),
      'pass',
    ],
    [
      'a peering of single subnets that overlap may join just these',
      changed(
        changed(both, SPACE, ['10.1.0.0/16', '10.0.0.0/24']),
        'spoke/properties/subnets/1/properties/addressPrefix',
        '10.0.0.0/25',
      ),
      'unknown',
    ],
    [
      'a network that is only referred to has a range nobody wrote',
      changed(
        changed(planned, 'hub/$isReference', true),
        'hub/properties/addressSpace/addressPrefixes',
        [],
      ),
      'unknown',
    ],
    [
      'a network without peering is nobody’s subject',
      changed(without('spoke'), 'hub/properties/virtualNetworkPeerings', []),
      'not-applicable',
    ],
  ])('network/peering-overlap: %s', (_, perimeter, kind) => {
    expect(kindOf('network/peering-overlap', perimeter)).toBe(kind);
  });
});

describe('halves of a peering', () => {
  pinCheck('network/peering-incomplete', {
    pass: of(planned),
    fail: of(
      changed(planned, 'hub/properties/virtualNetworkPeerings', []),
      'Peering to-hub of spoke does not work: virtual network `hub` has no peering back',
    ),
    unknown: of(without('hub', planned), 'The other side of peering to-hub is not known.'),
  });

  it.each<[string, Perimeter, string, string?]>([
    [
      'Initiated: the other half is missing',
      changed(sound, `${TO_HUB}/peeringState`, 'Initiated'),
      'fail',
      'Initiated',
    ],
    [
      'disconnected, whatever the case',
      changed(sound, `${TO_HUB}/peeringState`, 'disconnected'),
      'fail',
      'deleted',
    ],
    ['Connected proves the other half', without('hub'), 'pass'],
    [
      'a state nobody knows is not Connected',
      changed(sound, `${TO_HUB}/peeringState`, unknown('state')),
      'unknown',
    ],
    [
      'a sync level nobody knows is not in sync',
      changed(sound, `${TO_HUB}/peeringSyncLevel`, unknown('level')),
      'unknown',
    ],
    [
      'out of sync, new prefixes are not routed (2.4)',
      changed(sound, `${TO_HUB}/peeringSyncLevel`, 'RemoteNotInSync'),
      'fail',
      'to-hub of spoke is out of sync',
    ],
  ])('network/peering-incomplete: %s', (_, perimeter, kind, says) => {
    const outcome = outcomeOf('network/peering-incomplete', of(perimeter));
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === 'fail')
      expect(outcome.findings.map((one) => one.message).join()).toContain(says);
  });
});

describe('forwarded traffic', () => {
  const FLAG = `${TO_HUB}/allowForwardedTraffic`;
  pinCheck('network/forwarded-traffic-refused', {
    pass: of(sound),
    fail: of(
      changed(sound, FLAG, false),
      'spoke may refuse what the firewall in hub forwards to it.',
    ),
    unknown: of(changed(sound, FLAG, unknown('the flag')), 'Whether spoke takes forwarded traffic'),
  });

  it.each<[string, Perimeter, string]>([
    ['not written means false (2.6)', changed(sound, FLAG, undefined), 'fail'],
    [
      'the hub’s own half does not matter',
      changed(sound, `${TO_SPOKE}/allowForwardedTraffic`, false),
      'pass',
    ],
    [
      'without a firewall behind it nobody forwards',
      without('fw', changed(sound, FLAG, false)),
      'not-applicable',
    ],
  ])('network/forwarded-traffic-refused: %s', (_, perimeter, kind) => {
    expect(kindOf('network/forwarded-traffic-refused', perimeter)).toBe(kind);
  });

  it('network/forwarded-traffic-refused: the flag alone is no proof of blocking, hence a warning (2.5)', () => {
    expect(
      outcomeOf('network/forwarded-traffic-refused', of(changed(sound, FLAG, false))),
    ).toMatchObject({
      findings: [{ severity: 'warning', subject: expect.stringContaining('to-hub') }],
    });
  });
});
