// `npm start`: the main job on the bundled example, and two traces. Findings are expected here: the exit code says
// whether the commands ran, not whether the example is sound.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const commands = [
  ['check', 'examples/store', '--as-of', '2026-11-21'],
  ['trace', '--from', 'deploy:order-service', '--to', 'ghcr.io:443', 'examples/store'],
  ['trace', '--from', 'internet', '--to', 'service:store-front:80', 'examples/store'],
];

for (const [index, args] of commands.entries()) {
  if (index > 0) process.stdout.write('\n');
  process.stdout.write(`$ sallyport ${args.join(' ')}\n\n`);
  const { status } = spawnSync(process.execPath, [join(root, 'bin', 'sallyport.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0 && status !== 1) process.exit(status ?? 70);
}
