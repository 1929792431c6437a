// The oracle of the packet sets on far more policies than a test run asks, new ones every time.
//   npm run soak                          10^8 points, from a seed nobody chose
//   npm run soak -- --points 1e9
//   npm run soak -- --seed 123 --points 1    repeats one round: the line of a failure says which
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { loadTypeScript } from './load-typescript.mjs';

const SEEDS = 2 ** 25;
const { values } = options();
const wanted = wholeNumber('--points', values.points, 1e12);
const seed =
  values.seed === undefined ? randomInt(SEEDS) : wholeNumber('--seed', values.seed, SEEDS);

const { compareRound } = await loadTypeScript('tests/support/small-universe.ts');
console.log(`soak: ${wanted.toExponential(0)} points from seed ${seed}`);
const began = performance.now();
let points = 0;
let told = began;
for (let round = seed; points < wanted; round += 1) {
  const compared = compareRound(round);
  if ('question' in compared) {
    console.log(JSON.stringify(compared));
    console.log(`soak: FAILED; repeat it: npm run soak -- --seed ${round} --points 1`);
    process.exit(1);
  }
  points += compared.points;
  if (performance.now() - told > 10_000) {
    told = performance.now();
    console.log(`  ${progress()}`);
  }
}
console.log(`soak: ok, ${progress()}, from seed ${seed}`);

function progress() {
  const seconds = (performance.now() - began) / 1000;
  const megabytes = process.resourceUsage().maxRSS / 1024;
  const share = Math.min(100, (100 * points) / wanted);
  return `${share.toFixed(0)} %: ${(points / 1e6).toFixed(1)} M points in ${seconds.toFixed(0)} s, ${(points / 1e6 / seconds).toFixed(2)} M a second, peak ${megabytes.toFixed(0)} MB`;
}

function wholeNumber(name, text, most) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  console.error(`${name} takes a whole number up to ${most}, not \`${text}\``);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      options: { points: { type: 'string', default: '1e8' }, seed: { type: 'string' } },
    });
  } catch (error) {
    console.error(`soak: ${error.message.split('\n')[0]}`);
    process.exit(2);
  }
}
