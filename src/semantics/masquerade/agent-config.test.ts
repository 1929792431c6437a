import { describe, expect, it } from 'vitest';
import { formatPrefix } from '../../net/index.ts';
import { parseAgentFile } from './agent-config.ts';

const read = (text: string) => {
  const parsed = parseAgentFile(text);
  return parsed === undefined
    ? undefined
    : { ...parsed, prefixes: parsed.prefixes.map(formatPrefix) };
};

describe('the file of the masquerade agent', () => {
  // The example of Azure/ip-masq-agent-v2, examples/config-custom.yaml.
  it('AKS-09: a YAML file gives its ranges and what happens to link-local', () => {
    const text = [
      'nonMasqueradeCIDRs:',
      '  - 155.128.0.0/9',
      '  - 10.240.0.0/16',
      '  - 180.132.128.0/18',
      'masqLinkLocal: false',
      'masqLinkLocalIPv6: true',
    ].join('\n');
    expect(read(text)).toEqual({
      prefixes: ['155.128.0.0/9', '10.240.0.0/16', '180.132.128.0/18'],
      masqLinkLocal: false,
    });
  });

  it('AKS-09: JSON and inline lists say the same', () => {
    expect(read('{"nonMasqueradeCIDRs": ["10.0.0.0/8"], "masqLinkLocal": true}')).toEqual({
      prefixes: ['10.0.0.0/8'],
      masqLinkLocal: true,
    });
    expect(read('NonMasqueradeCIDRs: ["10.0.0.0/8", \'192.168.0.0/16\'] # ours')).toEqual({
      prefixes: ['10.0.0.0/8', '192.168.0.0/16'],
    });
  });

  it('an empty file and an empty list have no ranges', () => {
    expect(read('')).toEqual({ prefixes: [] });
    expect(read('nonMasqueradeCIDRs: []')).toEqual({ prefixes: [] });
  });

  it('what cannot be read is not taken for no ranges', () => {
    expect(read('nonMasqueradeCIDRs:\n  - ten slash eight')).toBeUndefined();
    expect(read('{"nonMasqueradeCIDRs": [')).toBeUndefined();
    expect(read('nonMasqueradeCIDRs: 10.0.0.0/8')).toBeUndefined();
    expect(read('masqLinkLocal: perhaps')).toBeUndefined();
  });
});
