import { unknownAt } from '../../../arm-template/unknowns.ts';
import { spend } from '../evaluate/budget.ts';
import { ROUND_STEPS } from '../evaluate/comprehension.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { placeIn, report, type Scope, settle, slotOf, withLocal } from '../evaluate/run.ts';
import { writtenText } from '../evaluate/unknowns.ts';
import type { HclFile } from '../syntax/parse-hcl.ts';
import type { Body } from '../syntax/syntax-tree.ts';
import { entriesOf } from '../values/convert.ts';
import { type HclValue, type Mapping, mapping, sequence } from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';
import { LazyMembers } from './lazy-members.ts';
import {
  argumentsOf,
  blocksOf,
  duplicateArguments,
  type PlacedBlock,
  type ResourceDeclaration,
  writtenType,
} from './module-source.ts';

/** What Terraform itself reads of a resource: no argument of the provider. */
const META: ReadonlySet<string> = new Set([
  'count',
  'for_each',
  'depends_on',
  'provider',
  'lifecycle',
  'provisioner',
  'connection',
  'timeouts',
]);

type ScopeOf = (file: HclFile) => Scope;

/** One instance of a resource. Its arguments are worked out when somebody asks for them. */
export function resourceValue(
  declared: ResourceDeclaration,
  address: string,
  scopeOf: ScopeOf,
): Mapping {
  const { run, ...scope } = { ...scopeOf(declared.file) };
  const at = placeIn({ run, ...scope }, declared.start);
  const sources = new Map<string, () => HclValue>();
  const lazily = (name: string, work: () => HclValue) => {
    const slot = slotOf(work);
    const cycle = (): HclValue => {
      const message = `\`${address}.${name}\` depends on itself`;
      report(run, 'terraform/cycle', 'error', message, at);
      return unknownAt(at, 'malformed', `${address}.${name}`, 'a value that does not need itself');
    };
    sources.set(name, () => settle(run, slot, cycle));
  };
  for (const { file, body } of declared.parts) sayDuplicates(body, scopeOf(file));
  for (const [name, { file, expression }] of argumentsOf(declared)) {
    if (!META.has(name)) lazily(name, () => evaluate(expression, scopeOf(file)));
  }
  for (const [type, blocks] of byType(blocksOf(declared))) {
    if (META.has(type)) continue;
    const spot = {
      address,
      path: type,
      isBroken: declared.parts.some(({ body }) => body.isBroken),
    };
    lazily(type, () => blockList(type, blocks, spot, scopeOf));
  }
  return {
    kind: 'mapping',
    type: 'object',
    members: new LazyMembers(sources),
    open: { address, path: '' },
    at,
  };
}

function byType(blocks: readonly PlacedBlock[]): ReadonlyMap<string, readonly PlacedBlock[]> {
  const types = new Map<string, PlacedBlock[]>();
  for (const one of blocks) {
    const type = writtenType(one.block);
    const list = types.get(type);
    if (list === undefined) types.set(type, [one]);
    else list.push(one);
  }
  return types;
}

interface Spot {
  readonly address: string;
  readonly path: string;
  /** A part of the body around cannot be read: there may be more blocks. */
  readonly isBroken?: boolean;
}

/** The blocks of one type as a list, those of `dynamic` where they are written. */
function blockList(
  type: string,
  blocks: readonly PlacedBlock[],
  spot: Spot,
  scopeOf: ScopeOf,
): HclValue {
  const items: HclValue[] = [];
  for (const { file, block } of blocks) {
    const scope = scopeOf(file);
    const next = () => ({ address: spot.address, path: `${spot.path}[${items.length}]` });
    if (block.type !== 'dynamic') items.push(blockValue(block.body, next(), scope, file));
    else addDynamic(items, type, block.body, next, scope, file);
  }
  const [first] = blocks;
  const at = placeIn(scopeOf(first!.file), first!.block.start);
  if (spot.isBroken === true) {
    const missing = `further \`${type}\` blocks, where the text cannot be read`;
    items.push(unknownAt(at, 'malformed', type, missing));
  }
  return sequence('list', items, at);
}

function blockValue(body: Body, spot: Spot, scope: Scope, file: HclFile): HclValue {
  sayDuplicates(body, scope);
  const members = new Map<string, HclValue>();
  for (const { name, value } of body.attributes) {
    if (!members.has(name)) members.set(name, evaluate(value, scope));
  }
  const inner = body.blocks.map((block) => ({ file, block }));
  for (const [type, blocks] of byType(inner)) {
    const { address, path } = spot;
    const below = { address, path: `${path}.${type}`, isBroken: body.isBroken };
    members.set(
      type,
      blockList(type, blocks, below, () => scope),
    );
  }
  const value = mapping('object', members, placeIn(scope, body.start));
  return { ...value, open: { address: spot.address, path: spot.path } };
}

/** A block for each item of `for_each`; how many there are may be unknown, and then what they say is, too. */
function addDynamic(
  items: HclValue[],
  type: string,
  body: Body,
  next: () => Spot,
  scope: Scope,
  file: HclFile,
): void {
  const each = body.attributes.find(({ name }) => name === 'for_each');
  const content = body.blocks.find((block) => block.type === 'content');
  const at = placeIn(scope, body.start);
  if (each === undefined || content === undefined) {
    const message = `\`dynamic "${type}"\` needs \`for_each\` and \`content\``;
    report(scope.run, 'terraform/malformed-block', 'error', message, at);
    items.push(unknownAt(at, 'malformed', `dynamic "${type}"`, 'its `for_each` and `content`'));
    return;
  }
  const iterator = iteratorName(body) ?? type;
  const collection = evaluate(each.value, scope);
  const unknownBlocks = (missing: string) => {
    const text = writtenText(each.value, scope);
    const what = `how many \`${type}\` blocks there are: ${missing}`;
    items.push(unknownAt(placeIn(scope, each.value.start), 'run-time', text, what));
  };
  let entries: ReturnType<typeof entriesOf>;
  try {
    entries = collection.kind === 'null' ? [] : entriesOf(collection);
  } catch (error) {
    if (error instanceof Undecided) unknownBlocks(error.cause_.missing);
    else if (error instanceof Refusal) unknownBlocks(error.message);
    else throw error;
    return;
  }
  for (const [key, value] of entries) {
    if (!spend(scope.run, ROUND_STEPS, at)) {
      unknownBlocks('fewer evaluation steps');
      return;
    }
    const named = mapping(
      'object',
      [
        ['key', key],
        ['value', value],
      ],
      at,
    );
    items.push(blockValue(content.body, next(), withLocal(scope, iterator, named), file));
  }
}

/** `iterator = subnet` is a bare word; in JSON it is text. */
function iteratorName(body: Body): string | undefined {
  const value = body.attributes.find(({ name }) => name === 'iterator')?.value;
  if (value?.kind === 'name') return value.name;
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}

function sayDuplicates(body: Body, scope: Scope): void {
  for (const { name, start } of duplicateArguments(body)) {
    const at = placeIn(scope, start);
    report(scope.run, 'terraform/duplicate', 'error', `\`${name}\` is written twice`, at);
  }
}
