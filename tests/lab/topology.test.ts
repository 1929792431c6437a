import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabPlan } from '../../src/lab/plan/lab-plan.ts';
import { type BroughtUp, bringUp } from '../support/bring-up.ts';
import { hubAndSpokesPlan } from '../support/hub-and-spokes.ts';
import { labReady, notRun } from '../support/lab-ready.ts';

/** The network of a plan with real packets: what Azure's routes, peerings and groups say (azure-networking 2 to 6), tried. */

const AGENT = fileURLToPath(new URL('../support/wire-agent.mjs', import.meta.url));
const WAIT_MILLISECONDS = 250;

interface Attempt {
  readonly from: string;
  readonly to: string;
  readonly protocol?: 'tcp' | 'udp';
  readonly port?: number;
}

const ready = labReady();

describe.skipIf(!ready.ok)(`the topology of a lab${notRun(ready)}`, () => {
  let plan: LabPlan;
  let network: BroughtUp;
  const ask = new Map<string, (attempts: readonly Attempt[]) => Promise<readonly string[]>>();
  const addressOf = (end: string) => plan.ends.find(({ name }) => name === end)!.addresses[0]!;
  const publicOf = (name: string) =>
    plan.assumed.find((one) => one.name === `${name}.publicIp`)!.value;

  /** The source as the destination saw it; `nothing` when no answer came. */
  async function seen(from: string, to: string, protocol: 'tcp' | 'udp' = 'tcp'): Promise<string> {
    const [answer = 'nothing'] = await ask.get(from)!([{ from, to, protocol }]);
    return answer;
  }

  /** Sources that were seen of many connections to one address. */
  async function seenOften(from: string, to: string, port: number): Promise<readonly string[]> {
    const attempts = Array.from({ length: 16 }, () => ({ from, to, port }));
    return await ask.get(from)!(attempts);
  }

  /** How many packets of the lab's agents arrived at a host. */
  async function connectionsAt(host: string): Promise<number> {
    const { out } = await network.exec(host, ['cat', '/proc/net/snmp']);
    const [names = '', values = ''] = out.split('\n').filter((line) => line.startsWith('Tcp:'));
    const at = names.split(' ').indexOf('PassiveOpens');
    return Number(values.split(' ')[at]);
  }

  beforeAll(async () => {
    plan = hubAndSpokesPlan(`topo${process.pid}`);
    network = await bringUp({
      ...plan,
      hosts: plan.hosts.map((host) => ({ ...host, answers: false })),
    });
    await Promise.all(
      plan.ends
        .filter(({ name }) => !name.startsWith('firewall/'))
        .map(async ({ name, host }) => ask.set(name, await agent(network, host))),
    );
  }, 30_000);

  afterAll(async () => {
    await network?.down();
  });

  it('has an end for every subnet, the endpoint, the gateway and the internet', () => {
    expect(plan.ends.map(({ name }) => name)).toEqual(
      [
        'firewall/fw',
        'internet',
        'machine/endpoints',
        'machine/jump',
        'machine/closed',
        'machine/left',
        'machine/routed',
        'machine/web',
        'machine/web2',
        'on-premises',
        'private-endpoint/vault',
      ].sort(),
    );
  });

  it('AZN-03: one spoke does not reach the other through two peerings', async () => {
    expect(await seen('machine/web', addressOf('machine/left'))).toBe('nothing');
  });

  it('AZN-19: an answer without a route back is lost, though the way there works', async () => {
    expect(await seen('machine/left', '10.2.0.10')).toBe('nothing');
  });

  it('AZN-08: a user route to the firewall joins the spokes, and nobody translates in between', async () => {
    const source = addressOf('machine/routed');
    expect(await seen('machine/routed', addressOf('machine/left'))).toBe(source);
  });

  it('AZN-30: a rule of the group at the destination denies what its earlier rule does not allow', async () => {
    expect(await seen('machine/routed', addressOf('machine/left'), 'udp')).toBe('nothing');
    const { out } = await network.exec('fabric', ['nft', 'list', 'ruleset']);
    expect(out).toMatch(/rule=rest-from-right " .*counter packets [1-9]/);
  });

  it('AZN-43: a group at the source denies what leaves, and not the answers to what arrived', async () => {
    expect(await seen('machine/jump', addressOf('machine/left'))).toBe('nothing');
    expect(await seen('machine/left', addressOf('machine/jump'))).toBe(addressOf('machine/left'));
  });

  it('the internet sees the firewall’s public address behind a user route 0.0.0.0/0', async () => {
    expect(await seen('machine/left', '8.8.8.8')).toBe(publicOf('firewall'));
    expect(await seen('machine/left', '9.9.9.9')).toBe('nothing');
  });

  it('AZS-02, AZS-03, AZS-05: NAT gateway, address of the instance, an address Azure lends', async () => {
    expect(await seen('machine/jump', '9.9.9.9')).toBe(publicOf('nat'));
    expect(await seen('machine/web', '9.9.9.9')).toBe(publicOf('web'));
    expect(await seen('machine/routed', '9.9.9.9')).toMatch(/^192\.0\.2\.\d+$/);
  });

  it('AZS-07: a private subnet without a way out has none', async () => {
    expect(await seen('machine/closed', '9.9.9.9')).toBe('nothing');
    expect(await seen('machine/closed', '10.2.0.10')).toBe(addressOf('machine/closed'));
  });

  it('a public address of an instance leads from the internet to the instance', async () => {
    expect(await seen('internet', publicOf('web'))).toBe('198.18.0.10');
    expect(await seen('internet', publicOf('nat'))).toBe('nothing');
  });

  it('AZN-13: no route to the firewall diverts a private endpoint of a peer, nor its answers', async () => {
    const vault = addressOf('private-endpoint/vault');
    expect(await seen('machine/left', vault)).toBe(addressOf('machine/left'));
  });

  it('AZS-60: a load balancer spreads flows over its machines and keeps their source', async () => {
    const before = await Promise.all(['web', 'web2'].map(connectionsAt));
    const source = addressOf('machine/routed');
    const sources = await seenOften('machine/routed', '10.2.0.20', 7000);
    expect(sources).toEqual(Array.from({ length: 16 }, () => source));
    const after = await Promise.all(['web', 'web2'].map(connectionsAt));
    const gained = after.map((count, at) => count - before[at]!);
    expect(gained[0]! + gained[1]!).toBe(16);
    // One of both gets nothing once in 30,000 runs.
    expect(Math.min(...gained)).toBeGreaterThan(0);
  });

  it('AZS-42: a load balancer forwards no port that its rules do not name', async () => {
    const from = 'machine/routed';
    expect(await ask.get(from)!([{ from, to: '10.2.0.20', port: 7001 }])).toEqual([]);
    const { out } = await network.exec('fabric', [
      'nft',
      'list',
      'chain',
      'inet',
      'fabric',
      'frontends',
    ]);
    expect(out).toMatch(/lb=load balancer inner;no rule " .*counter packets [1-9]/);
  });

  it('AZS-61: a public front end without floating IP rewrites the port, and forwards no other (AZS-62)', async () => {
    const sources = await seenOften('internet', publicOf('outer'), 80);
    expect(sources).toEqual(Array.from({ length: 16 }, () => '198.18.0.10'));
    expect(await seen('internet', publicOf('outer'))).toBe('nothing');
  });

  it('AZS-04: a rule that keeps outbound SNAT gives its machines the front end’s address', async () => {
    expect(await seen('machine/web2', '9.9.9.9')).toBe(publicOf('outer'));
  });

  it('AZN-05: routes of a gateway reach the spoke that uses it, and no other', async () => {
    const office = addressOf('on-premises');
    expect(office).toBe('192.168.50.4');
    expect(await seen('on-premises', addressOf('machine/left'))).toBe(office);
    expect(await seen('machine/left', office)).toBe(addressOf('machine/left'));
    expect(await seen('on-premises', '10.2.0.10')).toBe('nothing');
  });
});

/** Starts an agent in a host; the function it gives tries connections and says whom the other ends saw. */
async function agent(
  network: BroughtUp,
  host: string,
): Promise<(attempts: readonly Attempt[]) => Promise<readonly string[]>> {
  const child = network.start(host, [process.execPath, AGENT, String(WAIT_MILLISECONDS)]);
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => waiting.shift()?.(line));
  const line = () => new Promise<string>((done) => waiting.push(done));
  await line();
  return async (attempts) => {
    const answer = line();
    const probes = attempts.map(({ to, protocol, port }, id) => {
      return { id, destination: to, protocol: protocol ?? 'tcp', port: port ?? 7000 };
    });
    child.stdin!.write(`${JSON.stringify(probes)}\n`);
    const answers = JSON.parse(await answer) as { id: number; seen: string }[];
    return attempts.flatMap((_, id) => {
      const found = answers.find((one) => one.id === id);
      return found === undefined ? [] : [found.seen.split(' ')[0]!];
    });
  };
}
