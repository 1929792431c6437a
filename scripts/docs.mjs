// Writes the generated pages of docs/ from the catalogue, the facts and the schemas. `--check` only compares.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The generated pages by file name. */
export async function generatedDocs() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-docs-'));
  try {
    const outfile = join(folder, 'docs.mjs');
    await build({
      entryPoints: [join(root, 'scripts', 'docs-source.ts')],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'warning',
      // What reads the project's own sources finds them from where it was written.
      define: {
        'import.meta.url': JSON.stringify(
          pathToFileURL(join(root, 'tests', 'support', 'source-tree.ts')).href,
        ),
      },
    });
    const pages = await import(pathToFileURL(outfile).href);
    return {
      'checks.md': pages.checksPage(),
      'diagnostics.md': pages.diagnosticsPage(),
      'facts.md': pages.factsPage(),
      'sallyport.schema.json': pages.configurationSchema(),
      'perimeter-defaults.md': pages.defaultsPage(),
      '../schemas/perimeter-expect.schema.json': pages.expectSchema(),
      '../schemas/perimeter.schema.json': pages.perimeterSchema(),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  let stale = 0;
  for (const [name, text] of Object.entries(await generatedDocs())) {
    const file = join(root, 'docs', name);
    if (process.argv.includes('--check')) {
      let now = '';
      try {
        now = readFileSync(file, 'utf8');
      } catch {}
      if (now !== text) {
        stale += 1;
        console.log(`docs/${name} is out of date: npm run docs`);
      }
    } else {
      writeFileSync(file, text);
      console.log(`docs/${name}`);
    }
  }
  process.exitCode = stale > 0 ? 1 : 0;
}
