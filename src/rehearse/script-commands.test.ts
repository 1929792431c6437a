import { describe, expect, it } from 'vitest';
import { sourceText } from '../diagnostics/index.ts';
import { placesOf } from './attribution.ts';
import type { JournalEntry } from './journal.ts';
import { scriptCommands } from './script-commands.ts';
import { remarksOn } from './script-remarks.ts';

const SCRIPT = `#!/bin/bash
# az group delete is in a comment
az group create -n rg -l eastus
ID=$(az network vnet show -g "my group" --name 'v n' --query id -o tsv) # az aks create
az network vnet create -g rg \\
  --name v --address-prefixes "10.0.0.0/16" \\
  --tags "a=$(date)" b=c && az group show -n rg | cat; echo azure
for i in 1 2; do
  az network public-ip create -g rg -n ip$i
done
if true; then az network vnet update -g rg -n v --dns-servers $FW; fi
`;
const commands = scriptCommands(SCRIPT);
const lineOf = (offset: number) => SCRIPT.slice(0, offset).split('\n').length;

const entry = (
  seq: number,
  command: string,
  parameters: string,
  session: string,
): JournalEntry => ({
  seq,
  command,
  parameters,
  session,
  at: '',
  method: 'PUT',
  path: '/p',
  apiVersion: '',
  status: 200,
  code: '',
  agent: 'AZURECLI/2.74.0',
  operation: '',
});

describe('az commands of a script', () => {
  it('are found with their line and their options, in substitutions, lists and over several lines', () => {
    expect(commands.map(({ offset, words, flags }) => [lineOf(offset), words, ...flags])).toEqual([
      [3, 'group create', '-n', '-l'],
      [4, 'network vnet show', '-g', '--name', '--query', '-o'],
      [4, 'aks create'],
      [5, 'network vnet create', '-g', '--name', '--address-prefixes', '--tags'],
      [7, 'group show', '-n'],
      [9, 'network public-ip create', '-g', '-n'],
      [11, 'network vnet update', '-g', '-n', '--dns-servers'],
    ]);
  });

  it('a request is placed at the command that made it; a loop’s is the one line; an unknown command has none', () => {
    const journal = [
      entry(1, 'group create', '-n -l', 's1'),
      entry(2, 'network public-ip create', '-g -n', 's2'),
      entry(3, 'network public-ip create', '-g -n', 's3'),
      entry(4, 'network nsg create', '-g -n', 's4'),
    ];
    const place = placesOf(journal, { source: sourceText('deploy.sh', SCRIPT), commands });
    const told = journal.map((one) => {
      const { source, offset } = place(one);
      return source.isDerived === true ? source.file : `${source.file}:${lineOf(offset)}`;
    });
    expect(told).toEqual([
      'deploy.sh:3',
      'deploy.sh:9',
      'deploy.sh:9',
      'rehearsal: az network nsg create',
    ]);
  });
});

describe('what a run tells besides', () => {
  const script = { source: sourceText('deploy.sh', SCRIPT), commands };
  const remarks = (errors: string, journal: readonly JournalEntry[] = []) =>
    remarksOn({ script, text: SCRIPT, errors, journal });

  it('an option without a value is traced to its variable', () => {
    const [remark] = remarks('ERROR: argument --dns-servers: expected at least one argument\n');
    expect(remark).toMatchObject({
      code: 'rehearse/empty-variable',
      hint: 'nothing sets `FW` before this line',
    });
    expect(lineOf(remark?.at?.offset ?? 0)).toBe(11);
  });

  it('missing programs, extensions and keys are named once', () => {
    const errors =
      "x.sh: line 3: dig: command not found\nx.sh: line 9: dig: command not found\n/bin/sh: 1: kubectl: not found\nERROR: No extension found with name 'azure-firewall'\nERROR: An RSA key file or key value must be supplied to SSH Key Value.\n";
    expect(
      remarks(errors).map(({ code, message }) => `${code} ${/`([^`]+)`/.exec(message)?.[1]}`),
    ).toEqual([
      'rehearse/extension-missing azure-firewall',
      'rehearse/program-missing dig',
      'rehearse/program-missing kubectl',
      'rehearse/ssh-key-missing az aks create',
    ]);
  });

  it('a refusal is told; looking for something that is not there is none', () => {
    const refused = {
      ...entry(1, 'network vnet update', '-g -n', 's'),
      status: 400,
      code: 'InUse',
    };
    const looked = {
      ...entry(2, 'group show', '-n', 't'),
      method: 'GET',
      status: 404,
      code: 'ResourceGroupNotFound',
    };
    expect(remarks('', [refused, looked]).map(({ message }) => message)).toEqual([
      '`az network vnet update` was refused: InUse (PUT /p)',
    ]);
  });
});
