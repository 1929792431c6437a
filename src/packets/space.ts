import { invariant } from '../diagnostics/index.ts';

/**
 * The fields of a flow and where their bits lie. A field of `n` atoms takes ⌈log₂ n⌉ binary levels, most significant bit
 * first; fields follow each other in the order given, the first nearest the root. Order decides size: the field with the
 * largest sets first, the service fields between two address fields, address fields never next to each other.
 */
export interface Field {
  readonly name: string;
  /** How many atoms, at least 1. A field of one atom takes no level. */
  readonly atoms: number;
}

export interface PlacedField extends Field {
  readonly bits: number;
  /** Level of the most significant bit; the field owns `firstLevel`…`firstLevel + bits - 1`. */
  readonly firstLevel: number;
}

export interface Space {
  readonly fields: readonly PlacedField[];
  readonly levels: number;
}

export function space(fields: readonly Field[]): Space {
  let firstLevel = 0;
  const placed = fields.map((field) => {
    invariant(field.atoms >= 1 && field.atoms <= 1 << 30, 'a field has 1 to 2^30 atoms');
    const bits = field.atoms === 1 ? 0 : 32 - Math.clz32(field.atoms - 1);
    const at = { ...field, bits, firstLevel };
    firstLevel += bits;
    return at;
  });
  return { fields: placed, levels: firstLevel };
}

/**
 * The last code of a field. Codes above the last atom are *the last atom again*: every code then means something, the
 * whole field costs no node, and neither emptiness nor counting has impossible values to step around.
 */
export function lastCode(field: PlacedField): number {
  return 2 ** field.bits - 1;
}
