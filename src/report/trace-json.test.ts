import { describe, expect, it } from 'vitest';
import { brokenTrace } from '../../tests/support/sample-report.ts';
import { TRACE_JSON_VERSION, tracesJson } from './trace-json.ts';

describe('a trace for machines', () => {
  it('holds what the text says: the answer, both ways, deciders with file and line', () => {
    const { schemaVersion, traces } = JSON.parse(tracesJson([brokenTrace()]));
    expect(schemaVersion).toBe(TRACE_JSON_VERSION);
    expect(traces).toEqual([
      {
        question: { from: 'internet', to: 'service:pets/store-front:80' },
        answer: 'broken',
        summary: 'internet reaches pets/store-front, and the answer never comes back.',
        assumptions: ['10.42.2.4 is the private address of firewall fw-hub'],
        flow: expect.objectContaining({ source: { address: '0.0.0.1' }, protocol: 'tcp' }),
        forward: {
          hops: [
            expect.objectContaining({ kind: 'internet', steps: [] }),
            expect.objectContaining({
              kind: 'pod',
              name: 'pets/store-front',
              steps: [
                {
                  stage: 'ingress policy',
                  text: 'no network policy engine',
                  verdict: { kind: 'allow', by: { kind: 'default', name: 'no engine' } },
                },
              ],
            }),
          ],
          disposition: { kind: 'delivered', to: 'pets/store-front' },
        },
        return: {
          hops: [
            expect.objectContaining({
              kind: 'subnet',
              steps: [
                expect.objectContaining({
                  by: {
                    kind: 'route',
                    name: 'route fwrn',
                    location: expect.objectContaining({ file: 'infra/main.json', line: 148 }),
                  },
                }),
              ],
            }),
          ],
          disposition: {
            kind: 'no-session',
            at: 'fw-hub',
            why: 'fw-hub never saw the request',
          },
        },
        wouldOpen: ['make the Service internal'],
      },
    ]);
  });

  it('an undecided verdict names what is missing; a request that does not arrive has no return', () => {
    const { back: _, ...trace } = brokenTrace();
    const why = [{ missing: 'the members of the tag' }];
    const forward = { ...trace.forward, disposition: { kind: 'unknown', why } } as const;
    const { traces } = JSON.parse(tracesJson([{ ...trace, answer: 'unknown', forward }]));
    expect(traces[0].forward.disposition).toEqual({
      kind: 'unknown',
      missing: ['the members of the tag'],
    });
    expect(Object.keys(traces[0])).not.toContain('return');
  });
});
