// `npm start`: from one page of intent to what deploys it and the proof that it holds; then the same questions to a store that somebody
// else wrote, which has findings. The exit code says whether the commands ran, not whether the examples are sound.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const AS_OF = ['--as-of', '2026-11-21'];
const commands = [
  { args: ['emit', 'examples/perimeter-store', '--to', 'bicep', '--stdout'], lines: 40 },
  { args: ['check', 'examples/perimeter-store', ...AS_OF] },
  {
    args: [
      'trace',
      '--from',
      'deploy:pets/order-service',
      '--to',
      'api.stripe.com:443',
      'examples/perimeter-store',
    ],
  },
  { args: ['check', 'examples/store', ...AS_OF] },
  { args: ['trace', '--from', 'internet', '--to', 'service:store-front:80', 'examples/store'] },
];

for (const [index, { args, lines }] of commands.entries()) {
  if (index > 0) process.stdout.write('\n');
  process.stdout.write(
    `$ sallyport ${args.join(' ')}${lines === undefined ? '' : ` | head -${lines}`}\n\n`,
  );
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'bin', 'sallyport.js'), ...args],
    {
      cwd: root,
      stdio: ['inherit', lines === undefined ? 'inherit' : 'pipe', 'inherit'],
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
  );
  if (lines !== undefined)
    process.stdout.write(`${stdout.split('\n').slice(0, lines).join('\n')}\n`);
  if (status !== 0 && status !== 1) process.exit(status ?? 70);
}
