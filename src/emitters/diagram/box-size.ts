import { plainText } from './plain-text.ts';
import { fitted, textWidth } from './text-width.ts';
import { BOX_KINDS, type Box } from './topology.ts';

export const CAPTION = { size: 10.5, height: 14, isBold: false } as const;
export const NAME = { size: 13, height: 18, isBold: true } as const;
export const LINE = { size: 11.5, height: 15.5, isBold: false } as const;

/** Room around the text of a box: the bar on its left counts in. */
export const PADDING = { left: 14, right: 10, top: 8, bottom: 8 } as const;
export const HEADER_PADDING = 8;
const TEXT_MAX = 270;
const WIDTH_MIN = 96;

export interface BoxText {
  readonly text: string;
  readonly style: typeof CAPTION | typeof NAME | typeof LINE;
}

export interface BoxSize {
  /** Of a box without children, or the least of one with. */
  readonly width: number;
  readonly height: number;
  /** Height of the text. */
  readonly header: number;
}

/** What is written in a box, shortened so that it fits. */
export function boxTexts(box: Box): readonly BoxText[] {
  const sized = (text: string, style: BoxText['style']): BoxText => ({
    text: fitted(plainText(text), TEXT_MAX, style.size, style.isBold),
    style,
  });
  const isOwnName = BOX_KINDS[box.kind].toLowerCase() === box.name.toLowerCase();
  return [
    ...(isOwnName ? [] : [sized(BOX_KINDS[box.kind], CAPTION)]),
    sized(box.name, NAME),
    ...box.lines.map((line) => sized(line, LINE)),
  ];
}

export function boxSize(box: Box): BoxSize {
  const texts = boxTexts(box);
  const text = Math.max(
    ...texts.map(({ text: each, style }) => textWidth(each, style.size, style.isBold)),
  );
  const header = texts.reduce<number>((sum, { style }) => sum + style.height, PADDING.top);
  return {
    width: Math.max(WIDTH_MIN, Math.ceil(text + PADDING.left + PADDING.right)),
    height: header + PADDING.bottom,
    header,
  };
}
