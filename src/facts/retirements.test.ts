import { describe, expect, it } from 'vitest';
import { isRetired, RETIREMENTS, type RetirementId } from './retirements.ts';

const dateOf = (id: RetirementId) => RETIREMENTS.find((each) => each.id === id)?.date;

describe('retirements', () => {
  // Dates as the vendor's notices give them.
  it.each<[RetirementId, string]>([
    ['nsg-flow-logs-creation', '2025-06-30'],
    ['nsg-flow-logs', '2027-09-30'],
    ['pod-managed-identity', '2025-09'],
    ['basic-load-balancer', '2025-09-30'],
    ['basic-public-ip', '2025-09-30'],
    ['azure-linux-2', '2025-11-30'],
    ['azure-linux-2-images', '2026-03-31'],
    ['windows-2019', '2026-03-01'],
    ['default-outbound-access', '2026-03-31'],
    ['ingress-nginx', '2026-03'],
    ['app-routing-nginx', '2026-11'],
    ['application-gateway-v1', '2026-04-28'],
    ['azure-npm-windows', '2026-09-30'],
    ['inline-waf-configuration', '2027-03-15'],
    ['ubuntu-2204', '2027-06-30'],
    ['kubenet', '2028-03-31'],
    ['windows-2022', '2028-06-30'],
    ['azure-npm-linux', '2028-09-30'],
  ])('AKS-95: %s is dated %s', (id, date) => {
    expect(dateOf(id)).toBe(date);
  });

  it('AZS-74: Application Gateway v1 is retired on the day and after, not before', () => {
    const gateway = RETIREMENTS.find((each) => each.id === 'application-gateway-v1')!;
    expect(isRetired(gateway, '2026-04-27')).toBe(false);
    expect(isRetired(gateway, '2026-04-28')).toBe(true);
  });

  it('a date without a day counts from the first of its month', () => {
    const nginx = RETIREMENTS.find((each) => each.id === 'ingress-nginx')!;
    expect(isRetired(nginx, '2026-02-28')).toBe(false);
    expect(isRetired(nginx, '2026-03-01')).toBe(true);
  });

  it('names every retirement once', () => {
    expect(new Set(RETIREMENTS.map((each) => each.id)).size).toBe(RETIREMENTS.length);
  });
});
