// Records a terminal session and draws it: `node scripts/transcript.mjs docs/images/lab.svg -- 'sallyport lab up examples/x' 'sallyport lab down'`.
// The commands really run; every line appears after the time it took, long waits shortened. No script, no font, no request: the file
// plays by CSS wherever an image may stand, and shows the whole session where animation is off.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const COLUMNS = 100;
const CHARACTER = 8.4;
const LINE = 19;
const PADDING = 16;
const TYPING_SECONDS = 0.7;
const WAIT_SECONDS_MOST = 1.2;
const AFTER_SECONDS = 6;
/** Foregrounds of SGR codes on a dark ground, each readable (contrast 4.5 and more). */
const COLOURS = {
  30: '#8b949e',
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  37: '#c9d1d9',
  90: '#8b949e',
};

const [output, dashes, ...commands] = process.argv.slice(2);
if (output === undefined || dashes !== '--' || commands.length === 0) {
  console.error("usage: node scripts/transcript.mjs OUT.svg -- 'COMMAND' …");
  process.exit(2);
}

const lines = [];
let clock = 0;
for (const command of commands) {
  lines.push({ at: clock, text: `\u001b[32m$\u001b[39m \u001b[1m${command}\u001b[22m` });
  clock += TYPING_SECONDS;
  clock = await record(command, clock);
  lines.push({ at: clock, text: '' });
}
while (lines.at(-1)?.text === '') lines.pop();
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, svg(lines, clock + AFTER_SECONDS));
console.log(`${output}: ${lines.length} lines, ${(clock + AFTER_SECONDS).toFixed(1)} s`);

/** Runs one command and keeps its lines with the moment each came. */
function record(command, start) {
  return new Promise((resolve, reject) => {
    const shell = spawn(
      'sh',
      ['-c', command.replace(/^sallyport\b/, `node ${join(root, 'bin/sallyport.js')}`)],
      {
        cwd: root,
        env: { ...process.env, FORCE_COLOR: '1', COLUMNS: String(COLUMNS) },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    let now = start;
    let last = performance.now();
    let rest = '';
    const keep = (text) => {
      const moment = performance.now();
      now += Math.min(WAIT_SECONDS_MOST, (moment - last) / 1000);
      last = moment;
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) lines.push({ at: now, text: part });
    };
    shell.stdout.on('data', (data) => keep(data.toString('utf8')));
    shell.on('error', reject);
    shell.on('close', () => {
      if (rest !== '') keep('\n');
      resolve(now + 0.4);
    });
  });
}

function svg(shown, total) {
  const width = Math.ceil(COLUMNS * CHARACTER + 2 * PADDING);
  const height = shown.length * LINE + 2 * PADDING;
  const moments = [...new Set(shown.map(({ at }) => at.toFixed(1)))];
  const rules = moments.map((at, index) => {
    const percent = ((100 * Number(at)) / total).toFixed(2);
    return `@keyframes k${index}{0%,${percent}%{opacity:0}${(Number(percent) + 0.01).toFixed(2)}%,100%{opacity:1}}.k${index}{animation:k${index} ${total.toFixed(1)}s infinite}`;
  });
  const body = shown.map(({ at, text }, index) => {
    const y = PADDING + (index + 1) * LINE - 5;
    return `<text class="k${moments.indexOf(at.toFixed(1))}" x="${PADDING}" y="${y}">${spans(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A recorded terminal session">
<title>A recorded terminal session</title>
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#c9d1d9;white-space:pre}.b{font-weight:700}.d{fill:#8b949e}@media (prefers-reduced-motion:no-preference){${rules.join('')}}</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${body.join('\n')}
</svg>
`;
}

function spans(text) {
  let colour;
  let isBold = false;
  let isDim = false;
  let drawn = '';
  for (const part of text.split(/(\u001b\[[0-9;]*m|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\))/)) {
    const sgr = /^\u001b\[([0-9;]*)m$/.exec(part);
    if (sgr !== null) {
      for (const code of sgr[1].split(';').map(Number)) {
        if (code === 0) [colour, isBold, isDim] = [undefined, false, false];
        else if (code === 1) isBold = true;
        else if (code === 2) isDim = true;
        else if (code === 22) [isBold, isDim] = [false, false];
        else if (code === 39) colour = undefined;
        else if (code in COLOURS) colour = COLOURS[code];
      }
    } else if (part !== '' && !part.startsWith('\u001b')) {
      const classes = [isBold ? 'b' : '', isDim ? 'd' : ''].filter((name) => name !== '').join(' ');
      const fill = colour === undefined ? '' : ` fill="${colour}" style="fill:${colour}"`;
      drawn += `<tspan${classes === '' ? '' : ` class="${classes}"`}${fill}>${escaped(part)}</tspan>`;
    }
  }
  return drawn;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
