import { describe, expect, it } from 'vitest';
import { answerTrace } from '../../../src/trace/index.ts';
import { CLIENT, FRONT_ENDS, frontEndPerimeter } from '../../support/front-ends.ts';
import { expectBoth } from './ask-both.ts';

describe('groups behind a front end without floating IP', () => {
  const network = frontEndPerimeter();
  const { machine, closedMachine, service, closedService } = FRONT_ENDS;

  it('AZN-37, AZS-41: admit the address of the machine and the port of the backend', () => {
    expectBoth(network, CLIENT, machine, 'allowed');
    expectBoth(network, CLIENT, closedMachine, 'denied');
  });

  it('AKS-71: admit the node and its port, where a Service switches floating IP off', () => {
    expectBoth(network, CLIENT, service, 'allowed');
    expectBoth(network, CLIENT, closedService, 'denied');
  });

  it('AZN-42: ask the group on the interface of the machine as well', () => {
    const closed = frontEndPerimeter([['In', 100, 'Deny', '*', '*', '*']]);
    expectBoth(closed, CLIENT, machine, 'denied');
    const [trace] = answerTrace(closed, { from: CLIENT, to: machine }).traces;
    expect(trace?.summary).toContain('nsg-nic: Deny100');
    const open = frontEndPerimeter([['In', 100, 'Allow', '*', '*', '8443']]);
    expectBoth(open, CLIENT, machine, 'allowed');
  });
});
