import { describe, expect, it } from 'vitest';
import { anomalyScore, isBlocked, isSupportedRuleSet, type WafInForce } from './waf.ts';

const by = { kind: 'rule', name: 'waf' } as const;
const prevention: WafInForce = { kind: 'prevention', by };
const detection: WafInForce = { kind: 'detection', by };

describe('anomaly scoring', () => {
  it('AZS-70: one warning does not block, a warning and a notice do', () => {
    expect(anomalyScore(['Warning'])).toBe(3);
    expect(isBlocked(prevention, anomalyScore(['Warning']))).toBe(false);
    expect(anomalyScore(['Warning', 'Notice'])).toBe(5);
    expect(isBlocked(prevention, anomalyScore(['Warning', 'Notice']))).toBe(true);
  });

  it('AZS-70: one critical match blocks, one error does not', () => {
    expect(isBlocked(prevention, anomalyScore(['Critical']))).toBe(true);
    expect(isBlocked(prevention, anomalyScore(['Error']))).toBe(false);
  });

  it('AZS-69: detection blocks nothing, whatever the score', () => {
    expect(isBlocked(detection, 100)).toBe(false);
    expect(isBlocked({ kind: 'none', by }, 100)).toBe(false);
    expect(isBlocked({ kind: 'unknown', by, why: [] }, 100)).toBe('unknown');
  });
});

describe('managed rule sets', () => {
  it.each([
    ['Microsoft_DefaultRuleSet', '2.2', true],
    ['Microsoft_DefaultRuleSet', '2.1', true],
    ['OWASP', '3.2', true],
    ['OWASP', '3.1', false],
    ['OWASP', '3.0', false],
    ['OWASP', '2.2.9', false],
    ['Microsoft_BotManagerRuleSet', '1.1', true],
  ])('AZS-71: %s %s supported: %s', (type, version, supported) => {
    expect(isSupportedRuleSet(type, version)).toBe(supported);
  });
});
