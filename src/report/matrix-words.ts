import type { CellLevel, CellService, MatrixCell } from '../questions/matrix/index.ts';
import { servicesText } from './port-names.ts';

/** How a level reads in a grid and in words. The sign alone says it; colour only repeats it. */
export const LEVEL_SIGNS: Readonly<Record<CellLevel, string>> = {
  all: '#',
  some: '+',
  open: '?',
  none: '.',
};

export const LEVEL_WORDS: Readonly<Record<CellLevel, string>> = {
  all: 'every port',
  some: 'some flows',
  open: 'cannot be told',
  none: 'nothing',
};

/** `tcp 443 (https); udp 53 (dns), to some destinations; perhaps tcp 80 (http)`. */
export function cellText({ level, allowed, open, isPartial }: MatrixCell, most = 4): string {
  if (level === 'none') return LEVEL_WORDS.none;
  const sure = level === 'all' ? LEVEL_WORDS.all : told(allowed, most);
  const some = isPartial && allowed.length > 0 ? ', to some destinations only' : '';
  const perhaps = open.length === 0 ? '' : `perhaps ${told(open, most)}`;
  return [`${sure}${some}`, perhaps].filter((part) => part !== '').join('; ');
}

function told(services: readonly CellService[], most: number): string {
  return services.length === 0 ? '' : servicesText(services, most);
}
