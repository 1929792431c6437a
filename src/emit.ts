/** Writing: a page of intent, what it expands to, and every format it can be emitted in. Touches no file, clock or process. */
export * from './emitters/index.ts';
export {
  DEFAULTS,
  type Default,
  type DefaultKey,
  type DefinedPerimeter,
  definePerimeter,
  type Expanded,
  type ExpandOptions,
  expand,
  PERIMETER_SCHEMA,
  type Perimeter as PerimeterPage,
  readPage,
} from './intent/index.ts';
