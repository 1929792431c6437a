import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { toJson } from '../../../src/values/index.ts';
import { projectRoot } from '../../support/source-tree.ts';
import { evaluateFiles } from './evaluate-text.ts';

it('every instance of every module is what Terraform plans', () => {
  const folder = join(projectRoot, 'tests/samples/hcl/many-modules');
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const order = ['terraform.tfvars', 'a.auto.tfvars', 'b.auto.tfvars'];
  const sorted = [...names.filter((name) => !order.includes(name)), ...order];
  const texts = Object.fromEntries(
    sorted.map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
  const planned = JSON.parse(texts['planned.json']!) as Record<string, unknown>;
  const evaluated = evaluateFiles(texts);
  const inputs = evaluated.resources.map(({ address, values }) => [
    address,
    toJson(values.members.get('input')!.value),
  ]);
  expect(evaluated.codes).toEqual([]);
  expect(Object.fromEntries(inputs)).toEqual(planned);
});
