import { describe, expect, it } from 'vitest';
import { sallyport } from './run-sallyport.ts';

const MAIN = 'examples/change/main.json';
const FEATURE = 'examples/change/feature.json';

describe('sallyport drift', () => {
  it('says what the difference opens, and then which property it is', () => {
    const { code, out } = sallyport(['drift', MAIN, FEATURE]);
    expect(code).toBe(1);
    const flows = out.indexOf(' opens 1 · closes 2 ');
    const properties = out.indexOf(' 1 changed ');
    expect(flows).toBeGreaterThan(0);
    expect(properties).toBeGreaterThan(flows);
    // By hand: `storage` was one account and is all of them; `partner` lost 8443.
    const words = out.replace(/\s+/g, ' ');
    expect(words).toContain(
      'ruleCollections.web.rules.storage.targetFqdns storeimages.blob.core.windows.net → *.blob.core.windows.net',
    );
    expect(words).toContain(
      'ruleCollections.network.rules.partner.destinationPorts 8443 → not there',
    );
  });

  it('nothing differs from itself', () => {
    const { code, out } = sallyport(['drift', MAIN, MAIN]);
    expect(code).toBe(0);
    expect(out).toContain(' nothing differs ');
  });

  it('JSON holds the same', () => {
    const { code, out } = sallyport(['drift', MAIN, FEATURE, '-f', 'json']);
    const json = JSON.parse(out);
    expect(code).toBe(1);
    expect(json.flows.reach).toHaveLength(3);
    expect(json.changed[0].differences).toHaveLength(2);
    expect(json).toMatchObject({ schemaVersion: 1, neverApproved: [], gone: [] });
  });
});
