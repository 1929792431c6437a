import { describe, expect, it } from 'vitest';
import { toJson } from '../../values/index.ts';
import { isArmError } from '../arm-request.ts';
import { parseDeploymentBody } from './lenient-body.ts';

function parsed(text: string) {
  const body = parseDeploymentBody(text);
  if (isArmError(body)) throw new Error(`${body.code}: ${body.message}`);
  return body;
}

describe('the body of a deployment', () => {
  // The form of the request as it was recorded (arm-endpoint 7).
  it('may have an unquoted key and the file as it is behind it', () => {
    const body =
      parsed(`{"properties": {"parameters": {"a": {"value": 1}}, "mode": "incremental", template:{
  // a comment with "quotes" and template: in it
  "resources": [], /* another */
  "variables": { "script": "one
two" },
}}}`);
    expect(body.mode).toBe('Incremental');
    expect(toJson(body.template)).toEqual({ resources: [], variables: { script: 'one\ntwo' } });
  });

  it('may be JSON', () => {
    const body = parsed('{"location":"eastus","properties":{"mode":"Complete","template":{}}}');
    expect(body).toMatchObject({ mode: 'Complete', location: 'eastus', parameters: undefined });
  });

  it('keeps a text that looks like the unquoted key', () => {
    const text =
      '{"properties": {"parameters": {"a": {"value": "x, template:{"}}, template:{"b": 1}}}';
    const body = parsed(text);
    expect(toJson(body.template)).toEqual({ b: 1 });
    expect(body.parameters === undefined ? undefined : toJson(body.parameters)).toEqual({
      a: { value: 'x, template:{' },
    });
  });

  it('is located where it breaks off', () => {
    const body = parseDeploymentBody('{"properties": {\n"template": {"a": }}}');
    expect(body).toMatchObject({ code: 'InvalidRequestContent', status: 400 });
    expect(isArmError(body) && body.message).toMatch(/line 2, column \d+/);
  });

  it('without a mode is incremental', () => {
    expect(parsed('{"properties":{"template":{}}}').mode).toBe('Incremental');
  });
});
