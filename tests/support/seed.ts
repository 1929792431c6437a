import fc from 'fast-check';

/**
 * `npm test` starts every random test from a seed made of the commit: a commit passes or fails alike wherever it is tested, and
 * each commit tries other values. A run of Vitest by hand starts from a new seed each time, and `npm run soak` goes much further.
 */
const seed = Number(process.env['SALLYPORT_SEED']);
if (Number.isSafeInteger(seed) && seed !== 0) fc.configureGlobal({ seed });
