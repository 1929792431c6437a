import { AZURERM_TYPES, type AzurermType } from '../../../azurerm/index.ts';
import { isAbsent, member, stringOf, type Unknown, type Value } from '../../../values/index.ts';
import { UNKNOWN_RESOURCE_GROUP, UNKNOWN_SUBSCRIPTION } from '../../arm-template/options.ts';
import {
  nameCountOf,
  parseResourceId,
  placeOfId,
  type ResourceName,
  resourceNameAt,
} from '../../arm-template/resource-id.ts';
import { tokenOf } from '../../arm-template/unknowns.ts';
import type { TerraformResource } from '../terraform-resource.ts';
import { azapiTypeOf } from './azapi.ts';

/** Where resources lie that do not say it. */
export interface IdentityScope {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
}

/** References lead from resource to resource; real chains are three or four long. */
const STEPS_MAX = 40;

/** The ARM ids of Terraform resources: as they are known, or as names, groups and parents make them. */
export class Identities {
  private readonly byAddress = new Map<string, TerraformResource>();
  private readonly known = new Map<string, ResourceName | undefined>();
  private readonly subscriptions = new Map<string, Set<string>>();
  private readonly allSubscriptions = new Set<string>();
  private readonly scope: IdentityScope;
  private depth = 0;

  constructor(resources: readonly TerraformResource[], scope: IdentityScope) {
    this.scope = scope;
    for (const resource of resources) {
      this.byAddress.set(resource.address, resource);
      this.noteSubscription(resource);
    }
  }

  at(address: string): TerraformResource | undefined {
    return this.byAddress.get(address);
  }

  /** @returns `undefined` for what is no ARM resource of its own, or names itself */
  of(resource: TerraformResource): ResourceName | undefined {
    const { address } = resource;
    if (this.known.has(address)) return this.known.get(address);
    if (this.depth > STEPS_MAX) return undefined;
    // A resource that needs its own id for its id has none.
    this.known.set(address, undefined);
    this.depth += 1;
    const made = this.make(resource);
    this.depth -= 1;
    this.known.set(address, made);
    return made;
  }

  /** The id a value stands for: written, or that of the resource it refers to. */
  idIn(value: Value | undefined): string | undefined {
    if (value?.kind === 'string') return value.value === '' ? undefined : value.value;
    if (value?.kind !== 'unknown' || value.symbol === undefined) return undefined;
    const filled = this.filledText(value.symbol);
    if (filled !== undefined) return filled.startsWith('/') ? filled : undefined;
    const reference = referenceOf(value.symbol);
    if (reference === undefined) return undefined;
    const { address, path } = reference;
    const resource = this.at(address);
    if (resource === undefined) return undefined;
    if (path === 'id' || path === '') return this.of(resource)?.id;
    // The value of an attribute that is itself a reference.
    const next = member(resource.values, path);
    if (next === undefined || this.depth > STEPS_MAX) return undefined;
    this.depth += 1;
    const id = this.idIn(next);
    this.depth -= 1;
    return id;
  }

  /**
   * `"${azurerm_virtual_hub.x.id}/hubRouteTables/y"`: a text whose symbol keeps what is known of it, with ids and names
   * put in for the references. `undefined` for other symbols.
   */
  filledText(
    symbol: string,
    settle: (symbol: string) => string | undefined = (inner) => this.toldBy(inner),
  ): string | undefined {
    if (!symbol.startsWith('text:')) return undefined;
    return symbol.slice('text:'.length).replace(/«(terraform:[^«»]*)»/g, (token, inner: string) => {
      return settle(inner.replaceAll('∕', '/')) ?? token;
    });
  }

  /** The id or the name that a reference stands for. */
  private toldBy(symbol: string): string | undefined {
    const reference = referenceOf(symbol);
    const resource = reference === undefined ? undefined : this.at(reference.address);
    if (reference === undefined || resource === undefined) return undefined;
    if (reference.path === 'id') return this.of(resource)?.id;
    if (reference.path === 'name') return this.nameIn(member(resource.values, 'name'));
    return this.subscriptionTold(resource, reference.path);
  }

  /** The subscription that is deployed to, which a configuration asks for without naming it. */
  subscriptionTold({ type, values }: TerraformResource, path: string): string | undefined {
    const isAsked = type === 'azurerm_subscription' || type === 'azurerm_client_config';
    if (!isAsked || path !== 'subscription_id' || !isAbsent(member(values, path))) return undefined;
    return this.subscriptionOf('');
  }

  /** A name, or the token of one that only an apply tells. */
  nameIn(value: Value | undefined): string | undefined {
    if (value === undefined || value.kind === 'null') return undefined;
    if (value.kind === 'number') return String(value.value);
    if (value.kind === 'string') return value.value === '' ? undefined : value.value;
    if (value.kind !== 'unknown') return undefined;
    const named = this.named(value);
    if (named !== undefined) return named;
    return tokenOf(value);
  }

  private named(value: Unknown): string | undefined {
    const reference = value.symbol === undefined ? undefined : referenceOf(value.symbol);
    const resource = reference === undefined ? undefined : this.at(reference.address);
    if (reference === undefined || resource === undefined) return undefined;
    const path = reference.path === '' ? 'name' : reference.path;
    const written = member(resource.values, path);
    if (written?.kind === 'string') return written.value;
    if (written?.kind !== 'unknown' || written.symbol === value.symbol) return undefined;
    if (this.depth > STEPS_MAX) return undefined;
    this.depth += 1;
    const name = this.nameIn(written);
    this.depth -= 1;
    return name;
  }

  private make(resource: TerraformResource): ResourceName | undefined {
    const azapi = azapiTypeOf(resource);
    if (azapi !== undefined) return this.makeAzapi(resource, azapi);
    if (resource.type === 'azurerm_subscription') {
      const own =
        this.nameIn(member(resource.values, 'subscription_id')) ?? this.subscriptionOf('');
      return parseResourceId(`/subscriptions/${own}`);
    }
    const type = AZURERM_TYPES.get(resource.type);
    if (type === undefined) return this.written(resource);
    if (type.identity.kind === 'association') return undefined;
    if (type.identity.kind === 'element') return this.element(resource, type.identity);
    return this.written(resource, type) ?? this.built(resource, type);
  }

  /** A part of a resource has an id below it, by which others refer to it. */
  private element(
    resource: TerraformResource,
    { target, list }: Extract<AzurermType['identity'], { kind: 'element' }>,
  ): ResourceName | undefined {
    const written = this.written(resource);
    if (written !== undefined) return written;
    const owner = this.idIn(member(resource.values, target));
    const own = this.nameIn(member(resource.values, 'name'));
    if (owner === undefined || own === undefined) return undefined;
    return parseResourceId(`${owner}/${list.slice(list.lastIndexOf('.') + 1)}/${own}`);
  }

  /** The id the provider shows. Of extensions it is `scope|name`, of some `id|tenant`. */
  private written(resource: TerraformResource, type?: AzurermType): ResourceName | undefined {
    const id = stringOf(member(resource.values, 'id'));
    if (id === undefined || !id.startsWith('/')) return undefined;
    const [front = '', name] = id.split('|');
    if (type?.identity.kind === 'extension' && name !== undefined && !isOfType(front, type.arm)) {
      return resourceNameAt(front, type.arm, [name]);
    }
    return parseResourceId(front);
  }

  private built(resource: TerraformResource, type: AzurermType): ResourceName | undefined {
    const { identity, arm } = type;
    const { values } = resource;
    const own = this.nameIn(member(values, 'name')) ?? `«unnamed ${resource.address}»`;
    switch (identity.kind) {
      case 'resource-group':
        return resourceNameAt(`/subscriptions/${this.subscriptionOf(own)}`, arm, [own]);
      case 'group':
        return resourceNameAt(this.groupOf(resource), arm, [own]);
      case 'named-parent': {
        const parents = identity.parents.map(
          (parent) => this.nameIn(member(values, parent)) ?? `«${parent} of ${resource.address}»`,
        );
        return resourceNameAt(this.groupOf(resource), arm, [...parents, own]);
      }
      case 'parent-id':
        return this.belowParent(resource, type, identity.parent, identity.formerly ?? [], own);
      case 'extension': {
        const scope = this.idIn(member(values, identity.scope));
        const token =
          this.nameIn(member(values, identity.scope)) ?? `«scope of ${resource.address}»`;
        return resourceNameAt(scope ?? `/${token}`, arm, [own]);
      }
      default:
        return undefined;
    }
  }

  private belowParent(
    resource: TerraformResource,
    { arm }: AzurermType,
    parent: string,
    formerly: readonly string[],
    own: string,
  ): ResourceName {
    const id = this.idIn(member(resource.values, parent));
    const segment = arm.slice(arm.lastIndexOf('/') + 1);
    const above = id === undefined ? undefined : parseResourceId(id);
    if (above !== undefined) {
      const full = `${above.id}/${segment}/${own}`;
      return {
        id: full,
        key: full.toLowerCase(),
        type: `${above.type}/${segment}`,
        names: [...above.names, own],
      };
    }
    const names = [parent, ...formerly].map((name) => this.nameIn(member(resource.values, name)));
    const name = names.find((each) => each !== undefined) ?? `«${parent} of ${resource.address}»`;
    return resourceNameAt(this.groupOf(resource), arm, [name.replaceAll('/', '∕'), own]);
  }

  private makeAzapi(resource: TerraformResource, type: string): ResourceName | undefined {
    const written = this.written(resource);
    if (written !== undefined) return written;
    const target = this.idIn(member(resource.values, 'resource_id'));
    if (target !== undefined) return parseResourceId(target);
    const own = this.nameIn(member(resource.values, 'name')) ?? `«unnamed ${resource.address}»`;
    const parent = this.idIn(member(resource.values, 'parent_id'));
    const count = nameCountOf(type);
    const above = parent === undefined ? undefined : parseResourceId(parent);
    const isChild =
      above !== undefined && type.toLowerCase().startsWith(`${above.type.toLowerCase()}/`);
    if (above !== undefined && isChild) {
      const full = `${above.id}/${type.slice(above.type.length + 1)}/${own}`;
      return { id: full, key: full.toLowerCase(), type, names: [...above.names, own] };
    }
    if (count === 1) return resourceNameAt(parent ?? this.groupOf(resource), type, [own]);
    const token =
      this.nameIn(member(resource.values, 'parent_id')) ?? `parent of ${resource.address}`;
    const parents = Array.from({ length: count - 1 }, () => `«${token.replace(/[«»/]/g, '')}»`);
    return resourceNameAt(this.groupOf(resource), type, [...parents, own]);
  }

  /** The id of the group a resource says it lies in. */
  groupOf(resource: TerraformResource): string {
    const written = member(resource.values, 'resource_group_name');
    const group = this.nameIn(written) ?? this.scope.resourceGroup ?? UNKNOWN_RESOURCE_GROUP;
    return `/subscriptions/${this.subscriptionOf(group)}/resourceGroups/${group}`;
  }

  /** Of a group in this input whose ids are known, that subscription; else the only one there is. */
  private subscriptionOf(group: string): string {
    const ofGroup = this.subscriptions.get(group.toLowerCase());
    const [first] = ofGroup ?? [];
    if (ofGroup?.size === 1 && first !== undefined) return first;
    if (this.scope.subscriptionId !== undefined) return this.scope.subscriptionId;
    const [only] = this.allSubscriptions;
    return this.allSubscriptions.size === 1 && only !== undefined ? only : UNKNOWN_SUBSCRIPTION;
  }

  private noteSubscription({ values, type }: TerraformResource): void {
    const written = member(values, 'id');
    if (isAbsent(written) || written.kind !== 'string') return;
    const { subscriptionId, resourceGroup } = placeOfId(written.value);
    if (subscriptionId === '' || type === 'azurerm_role_assignment') return;
    this.allSubscriptions.add(subscriptionId);
    const key = resourceGroup.toLowerCase();
    if (key === '') return;
    const known = this.subscriptions.get(key);
    if (known === undefined) this.subscriptions.set(key, new Set([subscriptionId]));
    else known.add(subscriptionId);
  }
}

function isOfType(id: string, type: string): boolean {
  return parseResourceId(id)?.type.toLowerCase() === type.toLowerCase();
}

/** Address and path of a symbol made by `terraformAttribute`. */
export function referenceOf(
  symbol: string,
): { readonly address: string; readonly path: string } | undefined {
  if (!symbol.startsWith('terraform:')) return undefined;
  const end = symbol.lastIndexOf('#');
  if (end < 0) return undefined;
  return { address: symbol.slice('terraform:'.length, end), path: symbol.slice(end + 1) };
}
