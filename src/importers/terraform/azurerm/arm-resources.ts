import {
  type Attribute,
  AZURERM_TYPES,
  type AzurermType,
  append,
  type Draft,
  mergeInto,
  put,
  putLiterals,
  type ReadContext,
  readAttributes,
  readItem,
  valueAt,
} from '../../../azurerm/index.ts';
import type { Gap } from '../../../diagnostics/index.ts';
import {
  itemsOf,
  member,
  type ObjectValue,
  type Unknown,
  type Value,
} from '../../../values/index.ts';
import {
  parseResourceId,
  type ResourceName,
  resourceNameAt,
} from '../../arm-template/resource-id.ts';
import type { ImportedPart } from '../../imported-part.ts';
import type { TerraformResource } from '../terraform-resource.ts';
import { apiVersionOf, azapiTypeOf, isUpdate, readAzapi } from './azapi.ts';
import { type Built, draftOf, toResource, withoutName } from './built-resource.ts';
import { Identities, type IdentityScope } from './identities.ts';
import { resolveReference } from './references.ts';
import { UnreadArguments } from './unread-arguments.ts';
import { UnreadTypes } from './unread-types.ts';
import { WrittenTwice } from './written-twice.ts';

export interface TerraformScope extends IdentityScope {
  /** `4.20.0`, where the input says so: names and defaults differ between major versions. */
  readonly providerVersion?: string;
  /** What the apply takes away: others may still list it. */
  readonly gone?: readonly TerraformResource[];
}

/** iac-formats 4.3: names and defaults of this version hold where none is said. */
const PROVIDER_DEFAULT = 4;

/**
 * Terraform's resources in ARM's words, whatever said them. Associations and rules written apart are put into the
 * resources they belong to; what has no place there is a gap. O(size of the input).
 */
export function armResourcesOf(
  resources: readonly TerraformResource[],
  scope: TerraformScope = {},
): ImportedPart {
  return new Assembly(resources, scope).part();
}

class Assembly {
  private readonly resources: readonly TerraformResource[];
  private readonly identities: Identities;
  private readonly provider: number;
  private readonly built: Built[] = [];
  private readonly byKey = new Map<string, Built[]>();
  private readonly unreadTypes = new UnreadTypes();
  private readonly unreadArguments = new UnreadArguments();
  private readonly gaps: Gap[] = [];
  private readonly twice: WrittenTwice;

  constructor(resources: readonly TerraformResource[], scope: TerraformScope) {
    this.resources = resources;
    this.identities = new Identities(resources, scope);
    const major = Number.parseInt(scope.providerVersion ?? '', 10);
    this.provider = Number.isNaN(major) ? PROVIDER_DEFAULT : major;
    this.twice = new WrittenTwice(this.identities, resources, scope.gone ?? []);
  }

  part(): ImportedPart {
    const later: TerraformResource[] = [];
    for (const resource of this.resources) {
      const type = AZURERM_TYPES.get(resource.type);
      const kind = type?.identity.kind;
      if (azapiTypeOf(resource) !== undefined && !isUpdate(resource)) this.buildAzapi(resource);
      else if (isUpdate(resource)) later.push(resource);
      else if (type === undefined) this.unreadTypes.note(resource);
      else if (kind === 'association' || kind === 'element') later.push(resource);
      else this.build(resource, type);
    }
    for (const resource of later) this.attach(resource);
    return {
      resources: this.built.map(toResource),
      objects: [],
      diagnostics: [],
      gaps: [...this.gaps, ...this.unreadTypes.gaps(), ...this.unreadArguments.gaps()],
    };
  }

  private build(resource: TerraformResource, type: AzurermType): void {
    const identity = this.identities.of(resource);
    if (identity === undefined) {
      const why = 'its id could not be worked out, so nothing it allows or denies is known';
      this.gaps.push({ what: resource.address, why, at: resource.at });
      return;
    }
    const context = this.contextOf(resource, identity);
    const draft = draftOf(identity, resource.at);
    readAttributes(resource.values, type.attributes, draft, context);
    putLiterals(type.always, draft, resource.at);
    const made = this.add({ identity, draft, ...this.standing(resource) });
    for (const block of type.attributes) this.buildChildren(made, block, resource, context);
    for (const { type: partType, name, attributes } of type.parts ?? []) {
      this.addPart(made, partType, name, resource, (part) =>
        readAttributes(resource.values, attributes, part, context),
      );
    }
    if (resource.mode === 'managed') this.unreadArguments.note(resource, type);
  }

  /** Blocks that are resources of their own in ARM. */
  private buildChildren(
    parent: Built,
    block: Attribute,
    resource: TerraformResource,
    context: ReadContext,
  ): void {
    if (block.kind !== 'block' || block.child === undefined) return;
    const written = member(resource.values, block.name);
    if (written?.kind !== 'array') return;
    const childType = `${parent.identity.type}/${block.child}`;
    for (const item of written.items) {
      if (item.kind !== 'object') continue;
      const name = this.identities.nameIn(member(item, 'name')) ?? 'default';
      this.addPart(parent, childType, name, resource, (part) => {
        const members = readItem(block, item, context);
        if (members.kind === 'object') mergeInto(part, withoutName(members));
      });
    }
  }

  private addPart(
    parent: Built,
    type: string,
    name: string,
    resource: TerraformResource,
    fill: (draft: Draft) => void,
  ): void {
    const segment = type.slice(type.lastIndexOf('/') + 1);
    const id = `${parent.identity.id}/${segment}/${name}`;
    const names = [...parent.identity.names, name];
    const identity: ResourceName = { id, key: id.toLowerCase(), type, names };
    const draft = draftOf(identity, resource.at);
    fill(draft);
    this.add({ identity, draft, ...this.standing(resource) });
  }

  private buildAzapi(resource: TerraformResource): void {
    const identity = this.identities.of(resource);
    if (identity === undefined) return;
    const draft = draftOf(identity, resource.at);
    readAzapi(resource, draft, this.contextOf(resource, identity));
    const apiVersion = apiVersionOf(resource);
    const version = apiVersion === undefined ? {} : { apiVersion };
    this.add({ identity, draft, ...version, ...this.standing(resource) });
  }

  /** Associations, elements and updates: into the resource they are part of. */
  private attach(resource: TerraformResource): void {
    const type = AZURERM_TYPES.get(resource.type);
    const target = this.targetOf(resource, type);
    if (target === undefined) {
      const why = 'what it is a part of is not known, so any resource of that kind may have it';
      this.gaps.push({ what: resource.address, why, at: resource.at });
      return;
    }
    for (const owner of this.ownersOf(target, resource)) {
      const context = this.contextOf(resource, target);
      const draft: Draft = new Map();
      if (type === undefined) {
        readAzapi(resource, draft, context);
        mergeInto(owner.draft, { kind: 'object', members: draft, at: resource.at });
      } else if (type.identity.kind === 'element') {
        this.addElement(owner, type.identity.list, resource, type, context);
      } else this.associate(owner, resource, type, context);
    }
    if (type !== undefined) this.unreadArguments.note(resource, type);
  }

  private associate(
    owner: Built,
    resource: TerraformResource,
    type: AzurermType,
    context: ReadContext,
  ): void {
    for (const attribute of type.attributes) {
      const draft: Draft = new Map();
      const exists = existsBeside(owner, resource);
      if (exists === undefined) {
        readAttributes(resource.values, [attribute], draft, context);
      } else put(draft, attribute.arm.replace(/\.id$/, ''), exists);
      const items = attribute.kind === 'value' && attribute.isItem === true;
      const patch: ObjectValue = { kind: 'object', members: draft, at: resource.at };
      if (!items) mergeInto(owner.draft, patch);
      else {
        append(owner.draft, attribute.arm, itemsOf(valueAt(patch, attribute.arm)), resource.at);
      }
    }
  }

  private addElement(
    owner: Built,
    list: string,
    resource: TerraformResource,
    type: AzurermType,
    context: ReadContext,
  ): void {
    const draft: Draft = new Map();
    readAttributes(resource.values, type.attributes, draft, context);
    const item: Value = existsBeside(owner, resource) ??
      draft.get('')?.value ?? { kind: 'object', members: draft, at: resource.at };
    append(owner.draft, list, [item], resource.at);
  }

  private targetOf(
    resource: TerraformResource,
    type: AzurermType | undefined,
  ): ResourceName | undefined {
    const identity = type?.identity;
    if (type === undefined || identity === undefined) return this.identities.of(resource);
    if (identity.kind !== 'association' && identity.kind !== 'element') return undefined;
    const written = member(resource.values, identity.target);
    if (identity.kind === 'element' && identity.isTargetName === true) {
      const name = this.identities.nameIn(written);
      if (name === undefined) return undefined;
      return resourceNameAt(this.identities.groupOf(resource), type.arm, [name]);
    }
    const id = this.identities.idIn(written);
    return id === undefined ? undefined : parseResourceId(id);
  }

  /** The resource of that id; one that is only mentioned stands in for it where it is not in the input. */
  private ownersOf(target: ResourceName, resource: TerraformResource): readonly Built[] {
    const owners = this.byKey.get(target.key);
    if (owners !== undefined) return owners;
    const at = resource.at;
    return [this.add({ identity: target, draft: draftOf(target, at), at, isReference: true })];
  }

  private add(built: Built): Built {
    this.built.push(built);
    const known = this.byKey.get(built.identity.key);
    if (known === undefined) this.byKey.set(built.identity.key, [built]);
    else known.push(built);
    return built;
  }

  private standing(resource: TerraformResource): Pick<Built, 'at' | 'isReference' | 'exists'> {
    return {
      at: resource.at,
      isReference: resource.mode === 'data',
      ...(resource.exists === undefined ? {} : { exists: resource.exists }),
    };
  }

  private contextOf(resource: TerraformResource, identity: ResourceName): ReadContext {
    return {
      self: { id: identity.id },
      provider: this.provider,
      isLookup: resource.mode === 'data',
      resolve: (unknown, expects) => resolveReference(unknown, expects, this.identities),
      via: resource.at.via ?? [resource.address],
      keepItem: (block, item) => this.twice.isOnlyInline(identity, block, item),
      isStale: (attribute) => this.twice.isStale(identity, attribute.name),
    };
  }
}

/** Whether a part is there, beyond whether its owner is: on the owner's own condition it is. */
function existsBeside({ exists }: Built, part: TerraformResource): Unknown | undefined {
  const isSame = exists?.symbol !== undefined && exists.symbol === part.exists?.symbol;
  return isSame ? undefined : part.exists;
}
