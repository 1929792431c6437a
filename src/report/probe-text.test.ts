import { describe, expect, it } from 'vitest';
import type { DrillReport, ProbeReport, ProbeResult } from '../lab/probe/index.ts';
import { parseIp } from '../net/index.ts';
import type { Trace } from '../trace/index.ts';
import { drillText } from './drill-text.ts';
import { probeJson } from './probe-json.ts';
import { probeText } from './probe-text.ts';
import { PLAIN } from './style.ts';

const flow: Trace['flow'] = {
  source: { kind: 'exact', ip: parseIp('10.1.0.4')! },
  destination: { kind: 'exact', ip: parseIp('198.18.0.1')! },
  protocol: 'tcp',
  application: { kind: 'none' },
};

function resultOf(
  to: string,
  answer: Trace['answer'],
  outcome: ProbeResult['observation']['outcome'],
  agreement: ProbeResult['agreement'],
): ProbeResult {
  const disposition =
    answer === 'unknown'
      ? { kind: 'unknown' as const, why: [{ missing: 'members of tag X' }] }
      : { kind: 'delivered' as const, to };
  return {
    question: { from: 'deploy:a/web', to, protocol: 'tcp', because: 'query' },
    traces: [
      {
        question: { from: 'deploy:a/web', to },
        flow,
        forward: { hops: [], disposition },
        answer,
        assumptions: [],
        summary: 'A summary.',
        wouldOpen: [],
      },
    ],
    from: { name: 'pod/a/web-0', host: 'a-web-0', addresses: ['10.1.0.4'] },
    attempt: { id: 0, protocol: 'tcp', port: 443, speaks: { kind: 'http', path: '/' } },
    observation: { id: 0, outcome, milliseconds: 3, address: '198.18.0.1' },
    agreement,
  };
}

const report: ProbeReport = {
  results: [
    resultOf(
      'api.example:443',
      'allowed',
      { kind: 'answered', by: 'internet', seenSource: '203.0.113.1' },
      { kind: 'agree' },
    ),
    resultOf('evil.example:443', 'denied', { kind: 'closed' }, { kind: 'agree' }),
    resultOf('tag.example:443', 'unknown', { kind: 'timeout' }, { kind: 'open' }),
    {
      ...resultOf(
        'odd\u001b[31m.example:443',
        'denied',
        { kind: 'answered', by: 'internet' },
        { kind: 'disagree', why: 'proof: denied; lab: answered' },
      ),
      kernel: [{ host: 'fabric', text: '10.1.0.4 → 198.18.0.1: c_mark → accept' }],
    },
  ],
  notTried: [
    {
      question: { from: 'internet', to: 'x', protocol: 'icmp', because: 'query' },
      why: 'icmp is not tried',
    },
  ],
  milliseconds: 4_200,
};

describe('a probe for people', () => {
  it('says how often proof and kernel agree, then the flows, then the disagreement with both traces', () => {
    expect(probeText(report, PLAIN)).toBe(
      [
        ' 4 connections made in 4.2 s (66.7 % agreement)',
        '',
        ' agree         2  1 arrive as proven, 1 do not, as proven',
        ' disagree      1',
        ' open          1  the proof leaves these to what it was not told; what happened stands beside it',
        ' not tried     1  icmp is not tried (1)',
        '',
        ' from          to                    proof     lab',
        ' deploy:a/web  api.example:443       allowed = answered by internet, who saw 203.0.113.1',
        ' deploy:a/web  evil.example:443      denied  = closed without an answer',
        ' deploy:a/web  tag.example:443       unknown ? no answer · needs members of tag X',
        ' deploy:a/web  odd\ufffd[31m.example:443  denied  ≠ answered by internet',
        '',
        ' disagreement  proof: denied; lab: answered',
        '',
        ' denied   deploy:a/web → odd\ufffd[31m.example:443 tcp',
        '          A summary.',
        '',
        ' kernel',
        '   fabric                 10.1.0.4 → 198.18.0.1: c_mark → accept',
        '',
      ].join('\n'),
    );
  });

  it('and for machines', () => {
    expect(JSON.parse(probeJson(report))).toMatchObject({
      counts: { agree: 2, disagree: 1, open: 1, notTried: 1 },
      results: [{ to: 'api.example:443', proof: ['allowed'], agreement: 'agree' }, {}, {}, {}],
    });
  });
});

describe('a drill for people', () => {
  const drill = (agrees: boolean | undefined): DrillReport => ({
    what: 'firewall',
    results: [
      {
        question: {
          from: 'deploy:a/web',
          to: 'api.example:443',
          protocol: 'tcp',
          because: 'query',
        },
        isBroken: true,
        observation: { id: 0, outcome: { kind: 'timeout' }, milliseconds: 1, address: '' },
        ...(agrees === undefined ? {} : { proof: ['denied'] as const }),
        agrees,
      },
    ],
    notRestored: [],
    milliseconds: 1,
  });

  it('what broke, and that it was proven to', () => {
    expect(drillText(drill(true), PLAIN)).toBe(
      [
        ' firewall failed: 1 flow broke, 0 of 1 went on',
        '           as query --without proves (1 compared)',
        '           restored: all of them work again',
        '',
        ' deploy:a/web  api.example:443  no answer, proof: denied',
        '',
      ].join('\n'),
    );
  });

  it('what broke otherwise than proven stands apart', () => {
    expect(drillText(drill(false), PLAIN)).toContain(
      '1 flow otherwise than query --without proves',
    );
  });

  it('a failure the proof does not know is compared with nothing', () => {
    expect(drillText(drill(undefined), PLAIN)).toContain('nothing to compare with');
  });
});
