import type { SkuTier } from '../../model/index.ts';

/**
 * List prices of Azure Firewall in US dollars (data/firewall-limits.json). They vary by region and change: whoever shows an amount
 * shows the day and the standing with it.
 */
export const FIREWALL_PRICES = {
  currency: 'USD',
  asOf: '2026',
  basis: 'US list price; varies by region',
  /** `standing`: read on a public page, or only remembered. */
  perHour: {
    Basic: { value: 0.395, standing: 'recalled' },
    Standard: { value: 1.25, standing: 'observed' },
    Premium: { value: 1.75, standing: 'observed' },
  },
  perGigabyte: {
    Basic: { value: 0.065, standing: 'recalled' },
    Standard: { value: 0.016, standing: 'recalled' },
    Premium: { value: 0.016, standing: 'recalled' },
  },
} as const satisfies {
  readonly currency: string;
  readonly asOf: string;
  readonly basis: string;
  readonly perHour: Readonly<Record<SkuTier, Price>>;
  readonly perGigabyte: Readonly<Record<SkuTier, Price>>;
};

interface Price {
  readonly value: number;
  readonly standing: 'observed' | 'recalled';
}
