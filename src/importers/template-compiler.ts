import { member, path, stringOf, type Value } from '../values/index.ts';

/** What made a template, as it says itself: `compiled Bicep 0.30.3`; `undefined` for one written by hand. */
export function compilerOf(root: Value): string | undefined {
  const generator = path(root, 'metadata', '_generator');
  if (stringOf(member(generator, 'name'))?.toLowerCase() !== 'bicep') return undefined;
  const version = stringOf(member(generator, 'version'));
  return version === undefined ? 'compiled Bicep' : `compiled Bicep ${version}`;
}
