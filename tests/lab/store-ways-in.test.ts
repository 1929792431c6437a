import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labReady, notRun } from '../support/lab-ready.ts';
import { projectRoot } from '../support/source-tree.ts';
import { WEB_SERVER_MISSING } from '../support/web-server.ts';
import { freshName, labCommands } from './lab-command.ts';

const ready = labReady();
const runs = ready.ok && WEB_SERVER_MISSING === undefined;

/**
 * The hardened store in a lab, from the internet through the application gateway and its policy to a pod; and beside it an ingress
 * controller behind an internal load balancer.
 */
describe.skipIf(!runs)(`ways into the hardened store${notRun(ready)}`, () => {
  const commands = runs ? labCommands() : (undefined as never);
  const lab = freshName('w');

  beforeAll(async () => {
    const folder = join(commands.labs, 'store');
    cpSync(join(projectRoot, 'examples', 'store-hardened'), folder, { recursive: true });
    const controller = join(projectRoot, 'tests/samples/kubernetes/ingress-nginx-internal.yaml');
    cpSync(controller, join(folder, 'ingress.yaml'));
    const up = await commands.run('up', folder, '--name', lab);
    expect(up).toMatchObject({ code: 0, err: '' });
  });
  afterAll(async () => {
    if (!runs) return;
    await commands.run('down', '--all');
    commands.remove();
  });

  const curl = async (end: string, ...args: readonly string[]): Promise<string> =>
    (await commands.run('exec', '--name', lab, end, '--', 'curl', '-sk', '-m', '8', ...args)).out;
  const statusOf = (url: string): Promise<string> =>
    curl('internet', '-o', '/dev/null', '-w', '%{http_code}', url);

  async function logged(
    category: string,
    text: string,
  ): Promise<readonly Record<string, unknown>[]> {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const { out } = await commands.run('logs', '--name', lab, '-n', '200', category);
      const found = out.split('\n').filter((line) => line.includes(text));
      if (found.length > 0) return found.map((line) => JSON.parse(line.slice(line.indexOf('{'))));
      await pause(100);
    }
    return [];
  }

  it('an attack is answered as docs/lab-ingress.md says', async () => {
    const page = readFileSync(join(projectRoot, 'docs', 'lab-ingress.md'), 'utf8');
    const shown = [...page.matchAll(/curl .* '?(https:\/\/[^' ]+)'? +# (\d{3})$/gm)];
    expect(shown.length).toBe(2);
    for (const [, url = '', status = ''] of shown)
      expect([url, await statusOf(url)]).toEqual([url, status]);
  });

  it('an attack is logged with the rule that saw it and the one that blocked, under the client’s address', async () => {
    const query = `q=${encodeURIComponent('<script>alert(1)</script>')}&mark=xss`;
    expect(await statusOf(`https://203.0.113.21/?${query}`)).toBe('403');
    const records = await logged('applicationgatewayfirewalllog', 'mark=xss');
    const said = records.map(({ properties }) => {
      const { ruleId, action } = properties as { readonly ruleId: string; readonly action: string };
      return `${ruleId} ${action}`;
    });
    expect(said).toEqual(expect.arrayContaining(['941110 Matched', '949110 Blocked']));
    const [access] = await logged('applicationgatewayaccesslog', 'mark=xss');
    expect(access).toMatchObject({
      category: 'ApplicationGatewayAccessLog',
      properties: { httpStatus: 403, WAFMode: 'Prevention' },
    });
    const addressIn = (record: Record<string, unknown> | undefined, member: string): unknown =>
      (record?.['properties'] as Record<string, unknown> | undefined)?.[member];
    expect(addressIn(records[0], 'clientIp')).toBe(addressIn(access, 'clientIP'));
    expect(addressIn(access, 'clientIP')).toMatch(/^[\d.]+$/);
  });

  it('the ingress controller routes by host, and the pod sees the address of its pod', async () => {
    const ask = (host: string) =>
      curl('node/system-0', '-H', `Host: ${host}`, 'http://10.42.4.11/p');
    const seen = JSON.parse(await ask('shop.example'));
    expect(seen).toMatchObject({ host: expect.stringContaining('store-front'), path: '/p' });
    // Overlay: pods are in 10.244.0.0/16, and the load balancer kept nothing of the client but its header.
    expect(seen.source).toMatch(/^10\.244\./);
    expect(await ask('other.example')).toBe('default backend - 404');
  });

  it('a policy that does not admit the controller’s pod ends what it would route', async () => {
    const args = ['-o', '/dev/null', '-w', '%{http_code}', '-H', 'Host: orders.example'];
    expect(await curl('node/system-0', ...args, 'http://10.42.4.11/')).toBe('504');
  });
});
