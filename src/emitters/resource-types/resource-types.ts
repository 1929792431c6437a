/**
 * The published shapes of Azure resources (data/resource-types), as far as the bundled extract goes: one version of
 * each type, descriptions left out, equal types kept once.
 */
export interface ResourceTypes {
  /** By type in lower case. */
  readonly resources: ReadonlyMap<string, ResourceShape>;
  readonly shapeAt: (index: number) => Shape;
}

export interface ResourceShape {
  /** With Azure's own capitals. */
  readonly type: string;
  /** The version whose shape is bundled. */
  readonly version: string;
  /** Every version that exists, the bundled one included. */
  readonly versions: ReadonlySet<string>;
  /** Where it can be written, in bits: 1 tenant, 2 management group, 4 subscription, 8 resource group, 16 extension. */
  readonly scopes: number;
  readonly body: Shape;
}

export type Shape =
  | {
      readonly kind: 'string';
      readonly lengthMin?: number;
      readonly lengthMax?: number;
      readonly pattern?: string;
      readonly isSecret: boolean;
    }
  | { readonly kind: 'int'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'bool' }
  | { readonly kind: 'any' }
  /** `isOpen`: other texts are legal too. */
  | { readonly kind: 'enum'; readonly values: readonly string[]; readonly isOpen: boolean }
  | {
      readonly kind: 'array';
      readonly item: number;
      readonly lengthMin?: number;
      readonly lengthMax?: number;
    }
  | {
      readonly kind: 'object';
      readonly name: string;
      /** By name in lower case. */
      readonly properties: ReadonlyMap<string, PropertyShape>;
      /** Shape of members of any other name; absent: there are none. */
      readonly others?: number;
    }
  | {
      readonly kind: 'choice';
      /** The member that says which of `elements` it is. */
      readonly discriminator: string;
      readonly properties: ReadonlyMap<string, PropertyShape>;
      /** By the value of the discriminator in lower case. */
      readonly elements: ReadonlyMap<string, { readonly value: string; readonly shape: number }>;
    };

export interface PropertyShape {
  readonly name: string;
  readonly shape: number;
  readonly isRequired: boolean;
  readonly isReadOnly: boolean;
}

/** The bundled data as it is written; every node is decoded when first asked for. @throws SyntaxError for no JSON */
export function parseResourceTypes(text: string): ResourceTypes {
  const data = JSON.parse(text) as BundledTypes;
  const decoded: Shape[] = [];
  const shapeAt = (index: number): Shape => {
    decoded[index] ??= decode(data.types[index] ?? ['any']);
    return decoded[index];
  };
  const resources = new Map<string, ResourceShape>();
  for (const [type, entry] of Object.entries(data.resources)) {
    resources.set(type.toLowerCase(), {
      type,
      version: entry.version,
      versions: new Set(entry.versions.map((version) => version.toLowerCase())),
      scopes: entry.scopes,
      get body() {
        return shapeAt(entry.body);
      },
    });
  }
  return { resources, shapeAt };
}

interface BundledTypes {
  readonly resources: Readonly<
    Record<
      string,
      {
        readonly version: string;
        readonly body: number;
        readonly scopes: number;
        readonly versions: string[];
      }
    >
  >;
  readonly types: readonly Node[];
}

type Node = readonly [string, ...unknown[]];
type Properties = Readonly<Record<string, readonly [shape: number, flags: number]>>;

const REQUIRED = 1;
const READ_ONLY = 2;

function decode([kind, ...rest]: Node): Shape {
  switch (kind) {
    case 'string': {
      const [lengthMin, lengthMax, pattern, isSecret] = rest;
      return {
        kind,
        ...numbers({ lengthMin, lengthMax }),
        ...(typeof pattern === 'string' ? { pattern } : {}),
        isSecret: isSecret === 1,
      };
    }
    case 'int':
      return { kind, ...numbers({ min: rest[0], max: rest[1] }) };
    case 'bool':
      return { kind };
    case 'enum':
      return { kind, values: rest[0] as string[], isOpen: rest[1] === 1 };
    case 'array':
      return {
        kind,
        item: rest[0] as number,
        ...numbers({ lengthMin: rest[1], lengthMax: rest[2] }),
      };
    case 'object': {
      const [name, properties, others] = rest as [string, Properties, number | null];
      return {
        kind,
        name,
        properties: propertiesOf(properties),
        ...(others === null ? {} : { others }),
      };
    }
    case 'choice': {
      const [discriminator, properties, elements] = rest as [
        string,
        Properties,
        Record<string, number>,
      ];
      return {
        kind,
        discriminator,
        properties: propertiesOf(properties),
        elements: new Map(
          Object.entries(elements).map(([value, shape]) => [value.toLowerCase(), { value, shape }]),
        ),
      };
    }
    default:
      return { kind: 'any' };
  }
}

function propertiesOf(written: Properties): ReadonlyMap<string, PropertyShape> {
  return new Map(
    Object.entries(written).map(([name, [shape, flags]]) => [
      name.toLowerCase(),
      {
        name,
        shape,
        isRequired: (flags & REQUIRED) !== 0,
        isReadOnly: (flags & READ_ONLY) !== 0,
      },
    ]),
  );
}

function numbers<Name extends string>(
  candidates: Readonly<Record<Name, unknown>>,
): { readonly [Each in Name]?: number } {
  return Object.fromEntries(
    Object.entries(candidates).filter(([, value]) => typeof value === 'number'),
  ) as { readonly [Each in Name]?: number };
}
