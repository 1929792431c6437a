import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EMITTERS, planDeployment } from '../../../src/emitters/index.ts';
import { importPaths } from '../../../src/importers/index.ts';
import { bundledDatasets, memoryFileSystem } from '../../../src/io/index.ts';
import { readPerimeter } from '../../../src/model/index.ts';
import { deriveNetwork } from '../../../src/network/index.ts';
import { comparePerimeters } from '../../../src/questions/diff/index.ts';
import { perimeterLists } from '../../../src/questions/rules/index.ts';
import { TYPES } from '../../support/same-snapshot.ts';

// One line of a page stands for several rules, which then share a place; read back from what is emitted each has its own.

const FOLDER = 'examples/perimeter-store';
const files = Object.fromEntries(
  ['perimeter.yaml', 'store.yaml'].map((name) => [name, readFileSync(`${FOLDER}/${name}`, 'utf8')]),
);

const read = (folder: Readonly<Record<string, string>>) =>
  importPaths(
    memoryFileSystem(folder),
    ['.'],
    { today: '2026-11-21', resourceGroup: 'rg-store-prod-eastus' },
    bundledDatasets(),
  );

it('a page and what is emitted of it have the same rule lists, with the same rules in them', async () => {
  const snapshot = await read(files);
  const plan = planDeployment(snapshot, { tool: 'sallyport 0.0.0', types: TYPES });
  const emitted = EMITTERS.filter(({ target }) => target === 'arm' || target === 'kubernetes')
    .flatMap((emitter) => emitter.emit(plan).files)
    .map(({ path, text }) => [path, text] as const);
  const [page, back] = [snapshot, await read(Object.fromEntries(emitted))].map((one) =>
    deriveNetwork(readPerimeter(one)),
  );
  if (page === undefined || back === undefined) throw new Error('two networks');
  const { onlyBefore, onlyAfter, lists, reach, compared } = comparePerimeters(page, back);
  expect({ onlyBefore, onlyAfter, lists, reach }).toEqual({
    onlyBefore: [],
    onlyAfter: [],
    lists: [],
    reach: [],
  });
  expect(compared.lists).toBeGreaterThan(10);
  const told = (network: typeof page) =>
    perimeterLists(network).map(({ list }) => [list.name, list.rules.map(({ by }) => by.name)]);
  expect(told(back)).toEqual(told(page));
});
