import type { Attribute, AzurermType, Identity } from '../../../azurerm/index.ts';
import type { Gap } from '../../../diagnostics/index.ts';
import type { ObjectValue, Value } from '../../../values/index.ts';
import type { TerraformResource } from '../terraform-resource.ts';

/** Arguments of every resource that say where it is or how Terraform treats it. */
const EVERYWHERE: ReadonlySet<string> = new Set([
  'id',
  'name',
  'location',
  'tags',
  'resource_group_name',
  'timeouts',
]);
/** Inside blocks the provider shows these beside what was written. */
const SHOWN_INSIDE: ReadonlySet<string> = new Set([
  'id',
  'principal_id',
  'tenant_id',
  'private_ip_address',
  'connector_identity',
  'ingress_application_gateway_identity',
  'oms_agent_identity',
  'secret_identity',
  'web_app_routing_identity',
]);
const NAMES_MAX = 6;

interface Subject {
  readonly resource: TerraformResource;
  readonly type: AzurermType;
  /** Arguments that say where the resource is or what it belongs to. */
  readonly used: ReadonlySet<string>;
}

interface Unread {
  readonly names: Map<string, number>;
  readonly first: TerraformResource;
  count: number;
}

/** Arguments that say something and are not read, by type: named once, with how often they were seen. */
export class UnreadArguments {
  private readonly matters = new Map<string, { first: TerraformResource; count: number }>();
  private readonly harmless = new Map<string, Unread>();
  private readonly known = new WeakMap<readonly Attribute[], ReadonlyMap<string, Attribute>>();

  private readonly used = new Map<AzurermType, ReadonlySet<string>>();

  note(resource: TerraformResource, type: AzurermType): void {
    this.noteIn({ resource, type, used: this.usedOf(type) }, resource.values, type.attributes, '');
  }

  gaps(): readonly Gap[] {
    const gaps: Gap[] = [...this.matters].map(([what, { first, count }]) => ({
      what,
      why: 'what this argument does is not read',
      at: first.at,
      ...(count === 1 ? {} : { count }),
    }));
    for (const [type, { names, first, count }] of this.harmless) {
      const listed = [...names.keys()].sort();
      const more = listed.length > NAMES_MAX ? ` and ${listed.length - NAMES_MAX} more` : '';
      const what = `${type}: ${listed.slice(0, NAMES_MAX).join(', ')}${more}`;
      gaps.push({ what, why: '', at: first.at, ...(count === 1 ? {} : { count }) });
    }
    return gaps;
  }

  private noteIn(
    subject: Subject,
    values: ObjectValue,
    attributes: readonly Attribute[],
    path: string,
  ): void {
    const { resource, type, used } = subject;
    const known = this.knownOf(attributes);
    for (const [key, { name, value }] of values.members) {
      const attribute = known.get(key);
      if (attribute === undefined) {
        if (used.has(key) || !saysSomething(value)) continue;
        if (path !== '' && (SHOWN_INSIDE.has(key) || isIdOfName(key, known))) continue;
        if (type.isNarrow === true || type.harmless?.includes(key) === true)
          this.noteHarmless(resource, type, name);
        else this.noteMatter(resource, `${type.terraform}.${path}${name}`);
      } else if (attribute.kind === 'block' && value.kind === 'array') {
        for (const item of value.items) {
          if (item.kind !== 'object') continue;
          const inner = attribute.attributes;
          this.noteIn(subject, item, inner, `${path}${name}.`);
        }
      }
    }
  }

  private usedOf(type: AzurermType): ReadonlySet<string> {
    let used = this.used.get(type);
    if (used === undefined) {
      const parts = (type.parts ?? []).flatMap((part) => part.attributes.map((one) => one.name));
      used = new Set([...EVERYWHERE, ...namesOf(type.identity), ...parts]);
      this.used.set(type, used);
    }
    return used;
  }

  private knownOf(attributes: readonly Attribute[]): ReadonlyMap<string, Attribute> {
    let known = this.known.get(attributes);
    if (known === undefined) {
      const named = attributes.flatMap((one): [string, Attribute][] =>
        one.kind === 'block' && one.onlyIf !== undefined
          ? [
              [one.onlyIf.name, one],
              [one.name, one],
            ]
          : [[one.name, one]],
      );
      known = new Map(named);
      this.known.set(attributes, known);
    }
    return known;
  }

  private noteMatter(first: TerraformResource, what: string): void {
    const seen = this.matters.get(what);
    if (seen === undefined) this.matters.set(what, { first, count: 1 });
    else seen.count += 1;
  }

  private noteHarmless(first: TerraformResource, { terraform }: AzurermType, name: string): void {
    const seen = this.harmless.get(terraform) ?? { names: new Map(), first, count: 0 };
    seen.names.set(name, (seen.names.get(name) ?? 0) + 1);
    seen.count = Math.max(...seen.names.values());
    this.harmless.set(terraform, seen);
  }
}

/** The id of a part that is referred to by its name. */
function isIdOfName(key: string, known: ReadonlyMap<string, Attribute>): boolean {
  return key.endsWith('_id') && known.has(`${key.slice(0, -3)}_name`);
}

function namesOf(identity: Identity): readonly string[] {
  switch (identity.kind) {
    case 'named-parent':
      return identity.parents;
    case 'parent-id':
      return [identity.parent, ...(identity.formerly ?? [])];
    case 'extension':
      return [identity.scope];
    case 'association':
    case 'element':
      return [identity.target];
    default:
      return [];
  }
}

/** `null`, `""`, `false`, `[]` and `{}` are what the provider writes for an argument nobody gave. */
function saysSomething(value: Value): boolean {
  switch (value.kind) {
    case 'null':
      return false;
    case 'boolean':
      return value.value;
    case 'string':
      return value.value !== '';
    case 'array':
      return value.items.some(saysSomething);
    case 'object':
      return [...value.members.values()].some((entry) => saysSomething(entry.value));
    default:
      return true;
  }
}
