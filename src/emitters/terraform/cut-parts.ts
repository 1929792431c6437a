import { type AzurermType, type ValueAttribute, valueAt } from '../../azurerm/index.ts';
import { isAbsent, type Member, member, type ObjectValue, type Value } from '../../values/index.ts';
import type { PlanResource } from '../plan/index.ts';
import { toldOf } from './argument-rules.ts';
import { PROVIDER } from './azurerm-words.ts';
import { azurermShape, type Cutting, type PartShape, type Shape, typesOfArm } from './cut-units.ts';
import { namedItems, withMember, withoutMember } from './located-body.ts';

interface Cut {
  readonly rest: ObjectValue;
  readonly parts: readonly PartShape[];
}

/**
 * What ARM writes inside a resource and azurerm apart from it (iac-formats 4.2): subnets, node pools, rules of load
 * balancers and of classic firewalls, associations. `undefined` when something of that kind has no words there.
 */
export function cutParts(
  cutting: Cutting,
  owner: PlanResource,
  type: AzurermType,
  body: ObjectValue,
  self: string,
): Cut | undefined {
  let cut: Cut | undefined = { rest: body, parts: [] };
  const steps = [cutChildren, cutElements, cutAssociations];
  for (const step of steps) {
    if (cut === undefined) return undefined;
    const next: Cut | undefined = step(cutting, owner, type, cut.rest, self);
    cut = next === undefined ? undefined : { ...next, parts: [...cut.parts, ...next.parts] };
  }
  return cut;
}

interface ChildList {
  readonly property: string;
  readonly segment: string;
  readonly isFlat?: true;
  /** Blocks inside the parent, unless some are resources of the plan: the provider takes one way or the other. */
  readonly isBlock?: true;
}

const CHILDREN: Readonly<Record<string, ChildList>> = {
  azurerm_virtual_network: { property: 'subnets', segment: 'subnets' },
  azurerm_route_table: { property: 'routes', segment: 'routes', isBlock: true },
  azurerm_network_security_group: {
    property: 'securityRules',
    segment: 'securityRules',
    isBlock: true,
  },
  azurerm_kubernetes_cluster: {
    property: 'agentPoolProfiles',
    segment: 'agentPools',
    isFlat: true,
  },
};

function cutChildren(
  cutting: Cutting,
  owner: PlanResource,
  type: AzurermType,
  body: ObjectValue,
  self: string,
): Cut | undefined {
  const kind = CHILDREN[type.terraform];
  const list = kind === undefined ? undefined : valueAt(body, `properties.${kind.property}`);
  if (kind === undefined || isAbsent(list)) return { rest: body, parts: [] };
  if (kind.isBlock === true && !cutting.divided.has(owner.key)) return { rest: body, parts: [] };
  const items = namedItems(list);
  if (items === undefined) return undefined;
  const stays = kind.isFlat === true ? items.find(([, item]) => isSystemPool(item)) : undefined;
  const parts = items
    .filter((item) => item !== stays)
    .map(([name, item]) => {
      const path = `/${kind.segment}/${name}`;
      const shape = childShape(cutting, owner, kind, name, item, `${self}${path}`);
      return { ...shape, path, hint: hintOf(cutting, name, owner) };
    });
  const bare = withoutMember(body, ['properties', kind.property]);
  if (stays === undefined) return { rest: bare, parts };
  const one: Value = { ...list, kind: 'array', items: [stays[1]] };
  return { rest: withProperty(bare, kind.property, one), parts };
}

/** The first pool that may hold what the cluster itself runs is `default_node_pool`. */
function isSystemPool(item: ObjectValue): boolean {
  const mode = member(item, 'mode');
  return mode?.kind === 'string' && mode.value.toLowerCase() === 'system';
}

function childShape(
  cutting: Cutting,
  owner: PlanResource,
  { segment, isFlat }: ChildList,
  name: string,
  item: ObjectValue,
  self: string,
): Shape {
  const arm = `${owner.type}/${segment}`;
  const named: Value = { kind: 'string', value: name, at: item.at };
  const inner = withoutMember(item, ['name']);
  const body = isFlat === true ? withMember(EMPTY(item), 'properties', inner) : inner;
  for (const type of typesOfArm(arm)) {
    if (type.identity.kind !== 'named-parent' && type.identity.kind !== 'parent-id') continue;
    const spoken = withMember(withList(type, body), 'name', named);
    const shape = azurermShape(cutting, owner, type, spoken, { self });
    if (shape !== undefined) return shape;
  }
  const { apiVersion } = owner;
  return { form: { kind: 'azapi', arm, apiVersion, name: named, body }, parts: [] };
}

const EMPTY = ({ at }: ObjectValue): ObjectValue => ({ kind: 'object', members: new Map(), at });

/** One prefix of a subnet, one pool of a rule: to Azure the same as a list of one, and to azurerm a list. */
const LISTS: Readonly<Record<string, readonly [single: string, plural: string]>> = {
  azurerm_subnet: ['addressPrefix', 'addressPrefixes'],
  azurerm_lb_rule: ['backendAddressPool', 'backendAddressPools'],
};

function withList({ terraform }: AzurermType, body: ObjectValue): ObjectValue {
  const [one, many] = LISTS[terraform] ?? [];
  if (one === undefined || many === undefined) return body;
  const single = valueAt(body, `properties.${one}`);
  const plural = valueAt(body, `properties.${many}`);
  const isTold = plural?.kind === 'array' ? plural.items.length > 0 : !isAbsent(plural);
  if (isAbsent(single) || single.kind === 'unknown' || isTold) return body;
  const list: Value = { kind: 'array', items: [single], at: single.at };
  return withProperty(withoutMember(body, ['properties', one]), many, list);
}

function withProperty(body: ObjectValue, name: string, value: Value): ObjectValue {
  const properties = member(body, 'properties');
  const inner = properties?.kind === 'object' ? properties : EMPTY(body);
  const members = new Map<string, Member>(inner.members);
  members.set(name.toLowerCase(), { name, value, at: value.at });
  return withMember(withoutMember(body, ['properties']), 'properties', { ...inner, members });
}

/** Lists whose items are resources of their own in Terraform. */
function cutElements(
  cutting: Cutting,
  owner: PlanResource,
  type: AzurermType,
  body: ObjectValue,
  self: string,
): Cut | undefined {
  let rest = body;
  const parts: PartShape[] = [];
  for (const element of typesOfArm(type.arm)) {
    if (element.identity.kind !== 'element') continue;
    const { list: path } = element.identity;
    const list = valueAt(rest, path);
    if (isAbsent(list) || type.attributes.some(({ arm }) => arm === path)) continue;
    const items = namedItems(list);
    if (items === undefined) return undefined;
    for (const [name, item] of items) {
      const shape = azurermShape(cutting, owner, element, withList(element, item), { self });
      if (shape === undefined) return undefined;
      const segment = path.slice(path.lastIndexOf('.') + 1);
      parts.push({ ...shape, path: `/${segment}/${name}`, hint: hintOf(cutting, name, owner) });
    }
    rest = withoutMember(rest, path.split('.'));
  }
  return { rest, parts };
}

/** References between two resources that are blocks of their own: a subnet and its route table. */
function cutAssociations(
  cutting: Cutting,
  owner: PlanResource,
  type: AzurermType,
  body: ObjectValue,
  self: string,
): Cut | undefined {
  let rest = body;
  const parts: PartShape[] = [];
  const told = toldOf(type.terraform);
  const own = new Set(
    type.attributes
      .filter(({ name, since = 0, until = Infinity }) => {
        return !told.has(name) && since <= PROVIDER && PROVIDER < until;
      })
      .map(at),
  );
  for (const association of typesOfArm(type.arm)) {
    if (association.identity.kind !== 'association') continue;
    for (const attribute of association.attributes) {
      if (attribute.kind !== 'value' || own.has(attribute.arm)) continue;
      for (const piece of piecesAt(rest, attribute)) {
        const shape = azurermShape(cutting, owner, association, piece, { self });
        if (shape === undefined) return undefined;
        parts.push({ ...shape, path: '', hint: hintOf(cutting, nameIn(body), owner) });
      }
      rest = withoutMember(rest, attribute.arm.replace(/\.id$/, '').split('.'));
    }
  }
  return { rest, parts };
}

function at({ arm }: { readonly arm: string }): string {
  return arm;
}

/** What one association says: the reference, or one of several. */
function piecesAt(body: ObjectValue, { arm, isItem }: ValueAttribute): readonly ObjectValue[] {
  const path = arm.replace(/\.id$/, '').split('.');
  const found = valueAt(body, path.join('.'));
  if (isAbsent(found)) return [];
  const wrapped = (value: Value) => wrap(path, value);
  if (isItem !== true) return [wrapped(found)];
  if (found.kind !== 'array') return [wrapped(found)];
  return found.items.map((item) => wrapped({ ...found, items: [item] }));
}

function wrap([name = '', ...rest]: readonly string[], value: Value): ObjectValue {
  const inner = rest.length === 0 ? value : wrap(rest, value);
  const entry: Member = { name, value: inner, at: value.at };
  return { kind: 'object', members: new Map([[name.toLowerCase(), entry]]), at: value.at };
}

function nameIn(body: ObjectValue): string {
  const name = member(body, 'name');
  return name?.kind === 'string' ? name.value : '';
}

/** What a part is called in words a person knows it by. */
function hintOf({ marks }: Cutting, name: string, owner: PlanResource): string {
  const words = marks.pieces(name).map((piece) => {
    if (typeof piece === 'string') return piece;
    return piece.kind === 'parameter' ? piece.name.replace(/Name$/, '') : '';
  });
  return words.join(' ').trim() || owner.symbol;
}
