import {
  type Diagnostic,
  type DiagnosticCode,
  OperationalError,
  wholeFile,
} from '../diagnostics/index.ts';
import type { FileSystem } from '../io/index.ts';
import type { FileReport } from '../model/index.ts';
import { below, compareText, type FileLimits } from './file-paths.ts';

/** Folders nobody keeps a perimeter in: of tools, of packages, of what was built. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['node_modules', 'dist']);

export interface CollectedFile {
  /** As the person would write it. */
  readonly path: string;
  readonly size: number;
  /** Named by the person, not found in a folder. */
  readonly isGiven: boolean;
}

export interface CollectedFiles {
  /** In the order of their paths, by code units. */
  readonly files: readonly CollectedFile[];
  /** Folders and files that were passed over. */
  readonly reports: readonly FileReport[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The files below `paths`, each once however many links lead to it. Order of `paths` and of folder listings changes
 * nothing. Hidden folders, `node_modules` and `dist` are passed over, unless the person named them.
 * @throws OperationalError when one of `paths` itself is not there or cannot be opened. Whatever cannot be opened
 *   below them is a diagnostic, and the rest is read.
 */
export async function collectFiles(
  disk: FileSystem,
  paths: readonly string[],
  limits: FileLimits,
): Promise<CollectedFiles> {
  const walk = new Walk(disk, limits);
  for (const path of [...new Set(paths.map(tidy))].sort(compareText)) await walk.enterGiven(path);
  walk.files.sort((a, b) => compareText(a.path, b.path));
  return walk;
}

class Walk implements CollectedFiles {
  readonly files: CollectedFile[] = [];
  readonly reports: FileReport[] = [];
  readonly diagnostics: Diagnostic[] = [];
  private readonly disk: FileSystem;
  private readonly limits: FileLimits;
  /** Real paths already met, with the path they were met under. */
  private readonly met = new Map<string, string>();
  private isFull = false;

  constructor(disk: FileSystem, limits: FileLimits) {
    this.disk = disk;
    this.limits = limits;
  }

  async enterGiven(path: string): Promise<void> {
    const found = await this.disk.stat(path);
    if (found.kind === 'folder') {
      await this.disk.list(path);
      await this.enterFolder(path, []);
    } else if (found.kind === 'file') await this.addFile(path, found.size, true);
    else this.skip(path, 'device', 'it is neither a file nor a folder');
  }

  /** `above` holds the real paths of the folders we are in. */
  private async enterFolder(path: string, above: readonly string[]): Promise<void> {
    const real = await this.asked(path, () => this.disk.realpath(path));
    if (real === undefined) return;
    const earlier = this.met.get(real);
    if (above.includes(real)) {
      this.report(
        'file/directory-loop',
        'warning',
        `\`${path}\` leads back to \`${earlier}\``,
        path,
      );
      this.skip(path, 'folder', 'it leads back into a folder already being read');
      return;
    }
    if (earlier !== undefined) {
      this.skip(path, 'folder', `it is the same folder as \`${earlier}\``);
      return;
    }
    this.met.set(real, path);
    const entries = await this.asked(path, () => this.disk.list(path));
    const inside = [...above, real];
    for (const entry of [...(entries ?? [])].sort((a, b) => compareText(a.name, b.name))) {
      if (this.isFull) return;
      const child = below(path, entry.name);
      const found =
        entry.kind === 'folder'
          ? { kind: 'folder' as const, size: 0 }
          : await this.asked(child, () => this.disk.stat(child));
      if (found === undefined) continue;
      if (found.kind === 'folder') await this.enterInner(child, entry.name, inside);
      else if (found.kind === 'file') await this.addFile(child, found.size, false);
      else this.skip(child, 'device', 'it is neither a file nor a folder');
    }
  }

  private async enterInner(path: string, name: string, above: readonly string[]): Promise<void> {
    if (name.startsWith('.')) this.skip(path, 'folder', 'hidden folders are not read');
    else if (SKIPPED_FOLDERS.has(name)) this.skip(path, 'folder', `\`${name}\` is not read`);
    else await this.enterFolder(path, above);
  }

  private async addFile(path: string, size: number, isGiven: boolean): Promise<void> {
    if (this.files.length >= this.limits.filesMax) {
      this.isFull = true;
      this.report(
        'file/too-many',
        'error',
        `there are more than ${this.limits.filesMax} files; from \`${path}\` on nothing was read`,
        path,
        'name the folders that matter',
      );
      return;
    }
    const real = await this.asked(path, () => this.disk.realpath(path));
    if (real === undefined) return;
    const earlier = this.met.get(real);
    if (earlier !== undefined) {
      if (earlier !== path) this.skip(path, 'file', `it is the same file as \`${earlier}\``);
      return;
    }
    this.met.set(real, path);
    this.files.push({ path, size, isGiven });
  }

  /** Asks the world; a refusal is a diagnostic and `undefined`. */
  private async asked<T>(path: string, question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      this.report('file/unreadable', 'error', error.message, path, error.hint);
      this.skip(path, 'unreadable', error.message);
      return undefined;
    }
  }

  private skip(file: string, recognisedAs: string, detail: string): void {
    this.reports.push({ file, outcome: 'skipped', recognisedAs, detail });
  }

  private report(
    code: DiagnosticCode,
    severity: Diagnostic['severity'],
    message: string,
    path: string,
    hint?: string,
  ): void {
    this.diagnostics.push({
      code,
      severity,
      message,
      at: wholeFile(path),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** `./a/` and `a` are one path. */
function tidy(path: string): string {
  const cut = path.replace(/^(?:\.\/+)+(?=.)/, '').replace(/(?<=.)[/\\]+$/, '');
  return cut === '' ? '.' : cut;
}
