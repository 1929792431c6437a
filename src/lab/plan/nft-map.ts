/** A map of nftables as lines of a table. The kernel takes no empty list of elements. */
export function nftMap(name: string, type: string, elements: readonly string[]): readonly string[] {
  return [
    `  map ${name} {`,
    `    type ${type};`,
    ...(elements.length === 0
      ? []
      : [`    elements = { ${elements.join(',\n                 ')} }`]),
    '  }',
  ];
}
