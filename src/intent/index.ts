export { DEFAULTS, type Default, type DefaultKey } from './defaults.ts';
export { type DefinedPerimeter, definePerimeter } from './define-perimeter.ts';
export { type Expanded, type ExpandOptions, expand } from './expand/expand.ts';
export { type Answers, type Decisions, decide, PURPOSES, type Purpose } from './init/decide.ts';
export { writePage } from './init/write-page.ts';
export { type PagePath, type Places, placesIn, placesOfBuilt } from './places.ts';
export { isPage, readPage } from './read-page.ts';
export { EXPECTATION_SCHEMA } from './schema/expectation.ts';
export { PERIMETER_SCHEMA, type Perimeter } from './schema/page.ts';
