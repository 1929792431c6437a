import { describe, expect, it } from 'vitest';
import { importPaths } from '../../importers/index.ts';
import { bundledDatasets, memoryFileSystem, nodeFileSystem } from '../../io/index.ts';
import type { Snapshot } from '../../model/index.ts';
import { openSession } from './session.ts';

const datasets = bundledDatasets();
const FOLDER = 'examples/store-hardened';
const FILES = ['azuredeploy.json', 'policies.yaml', 'store.yaml'];

async function texts(): Promise<Record<string, string>> {
  const disk = nodeFileSystem();
  const read = FILES.map(async (file) => {
    const bytes = await disk.read(`${FOLDER}/${file}`);
    return [file, new TextDecoder().decode(bytes)] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

async function imported(files: Record<string, string>): Promise<Snapshot> {
  return importPaths(memoryFileSystem(files), ['.'], {}, datasets);
}

/** Verdicts and deciders, which is what an edit may change; places are not. */
function said(outcome: ReturnType<ReturnType<typeof openSession>['query']>) {
  return outcome.answer.cells.map(({ verdict, origins, by, needs }) => [
    verdict,
    origins,
    by?.name,
    needs.map(({ missing }) => missing),
  ]);
}

const EGRESS = { from: 'nodes', to: 'internet:443' };
const PODS = { from: 'deploy:pets/order-service', to: 'pods' };

describe('a session', () => {
  it('asks again only what an edit touches, and answers like a new one', async () => {
    const files = await texts();
    const session = openSession(await imported(files));
    session.query(EGRESS);
    session.query(PODS);
    session.query(EGRESS);
    expect(session.asked).toBe(2);

    // A network policy: the firewall's answer stays.
    const policies = files['policies.yaml']!.replace('port: 5672', 'port: 5673');
    expect(policies).not.toBe(files['policies.yaml']);
    const second = await imported({ ...files, 'policies.yaml': policies });
    expect(session.edit(second)).toEqual({ changed: ['network policies'], kept: 1, dropped: 1 });
    session.query(EGRESS);
    expect(session.asked).toBe(2);
    expect(said(session.query(PODS))).toEqual(said(openSession(second).query(PODS)));
    expect(session.asked).toBe(3);

    // A firewall rule: what pods exchange stays.
    const template = files['azuredeploy.json']!.replace('"ghcr.io"', '"*.ghcr.io"');
    expect(template).not.toBe(files['azuredeploy.json']);
    const third = await imported({
      ...files,
      'policies.yaml': policies,
      'azuredeploy.json': template,
    });
    const edited = session.edit(third);
    expect(edited.changed).toHaveLength(1);
    expect(edited).toMatchObject({ kept: 1, dropped: 1 });
    expect(said(session.query(EGRESS))).toEqual(said(openSession(third).query(EGRESS)));
  });

  it('keeps everything when only the spelling changes', async () => {
    const files = await texts();
    const session = openSession(await imported(files));
    session.query(EGRESS);
    const spaced = `# a comment\n${files['policies.yaml']}`;
    const edited = session.edit(await imported({ ...files, 'policies.yaml': spaced }));
    expect(edited).toEqual({ changed: [], kept: 1, dropped: 0 });
  });

  it('asks everything again when the network changes', async () => {
    const files = await texts();
    const session = openSession(await imported(files));
    session.query(EGRESS);
    session.query(PODS);
    const store = files['store.yaml']!.replace('app: order-service', 'app: order-service-2');
    const edited = session.edit(await imported({ ...files, 'store.yaml': store }));
    expect(edited).toEqual({ changed: ['topology'], kept: 0, dropped: 2 });
  });
});
