import { AZURERM_TYPES, type BlockAttribute } from '../../../azurerm/index.ts';
import { member, type ObjectValue, stringOf } from '../../../values/index.ts';
import type { ResourceName } from '../../arm-template/resource-id.ts';
import type { TerraformResource } from '../terraform-resource.ts';
import type { Identities } from './identities.ts';

/** Types that are written apart although their parent lists them too. */
const SEPARATE: ReadonlySet<string> = new Set(
  [...AZURERM_TYPES.values()].flatMap(({ attributes }) =>
    attributes.flatMap((attribute) =>
      attribute.kind === 'block' && attribute.isAlsoSeparate !== undefined
        ? [attribute.isAlsoSeparate]
        : [],
    ),
  ),
);

/**
 * What states and plans show in two places: subnets, routes and rules in their parents, associations on their subnets.
 * The resource of its own counts; what the parent shows may be of before the last change.
 */
export class WrittenTwice {
  private readonly identities: Identities;
  /** Ids of children written on their own, also of those that are taken away. */
  private readonly separate = new Set<string>();
  /** `subnet key|argument` of associations that are taken away. */
  private readonly stale = new Set<string>();

  constructor(
    identities: Identities,
    resources: readonly TerraformResource[],
    gone: readonly TerraformResource[],
  ) {
    this.identities = identities;
    for (const resource of resources) this.noteSeparate(resource);
    for (const resource of gone) this.noteGone(resource);
  }

  /** Is a child that its parent shows written nowhere else, and not taken away? */
  isOnlyInline(parent: ResourceName, block: BlockAttribute, item: ObjectValue): boolean {
    if (block.isAlsoSeparate === undefined) return true;
    const name = this.identities.nameIn(member(item, 'name'));
    if (name === undefined) return true;
    const segment = block.arm.slice(block.arm.lastIndexOf('.') + 1);
    return !this.separate.has(`${parent.key}/${segment}/${name}`.toLowerCase());
  }

  /** Does the apply take away the association that an argument still shows? */
  isStale(owner: ResourceName, argument: string): boolean {
    return this.stale.has(`${owner.key}|${argument}`);
  }

  private noteSeparate(resource: TerraformResource): void {
    if (resource.mode !== 'managed' || !SEPARATE.has(resource.type)) return;
    const identity = this.identities.of(resource);
    if (identity !== undefined) this.separate.add(identity.key);
  }

  private noteGone({ type, values }: TerraformResource): void {
    const id = stringOf(member(values, 'id'))?.toLowerCase();
    if (id === undefined) return;
    if (SEPARATE.has(type)) this.separate.add(id);
    const identity = AZURERM_TYPES.get(type)?.identity;
    if (identity?.kind !== 'association') return;
    const target = stringOf(member(values, identity.target))?.toLowerCase() ?? id;
    for (const { name } of AZURERM_TYPES.get(type)?.attributes ?? []) {
      this.stale.add(`${target}|${name}`);
    }
  }
}
