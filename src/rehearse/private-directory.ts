import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { OperationalError } from '../diagnostics/index.ts';

/** Where a rehearsal keeps everything; owner-only. */
export interface PrivateDirectory {
  readonly path: string;
  readonly state: string;
  /** The CLI's AZURE_CONFIG_DIR. */
  readonly azure: string;
  /** What `az aks get-credentials` writes to. */
  readonly kubeconfig: string;
  readonly ca: string;
  /** The authority and all that is trusted anyway: for variables that replace the trust of a program. */
  readonly bundle: string;
  readonly certificate: string;
  readonly key: string;
  /** Who serves it, where, and the word that opens its own commands. */
  readonly owner: string;
}

const MARK = 'sallyport-rehearsal';

/**
 * Makes the directory, or takes one that an earlier rehearsal made.
 * @throws OperationalError `rehearse/directory` when it is the configuration of the person's own CLI, somebody else's, or holds
 * something else
 */
export function openPrivateDirectory(wanted: string, env: NodeJS.ProcessEnv): PrivateDirectory {
  const path = resolve(wanted);
  for (const own of [
    join(homedir(), '.azure'),
    env['AZURE_CONFIG_DIR'],
    join(homedir(), '.kube'),
  ]) {
    if (own !== undefined && own !== '' && overlaps(path, own) && !isOurs(own)) {
      throw refused(path, `it is where your own tools keep what they know (\`${own}\`)`);
    }
  }
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const found = lstatSync(path);
    if (!found.isDirectory()) throw refused(path, 'it is not a folder');
    if (process.getuid !== undefined && found.uid !== process.getuid()) {
      throw refused(path, 'it belongs to another user');
    }
    if (readdirSync(path).length > 0 && !isOurs(path)) {
      throw refused(path, 'it is not empty, and what is in it is not a rehearsal');
    }
    chmodSync(path, 0o700);
    writePrivately(
      join(path, MARK),
      'Made by `sallyport rehearse`; it may be deleted when none runs.\n',
    );
    writePrivately(join(path, '.gitignore'), '*\n');
    for (const name of ['azure', 'kube'])
      mkdirSync(join(path, name), { recursive: true, mode: 0o700 });
  } catch (error) {
    if (error instanceof OperationalError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new OperationalError('rehearse/directory', `\`${path}\` cannot be used: ${why}`, {
      cause: error,
    });
  }
  return directoryAt(path);
}

/** The names of what lies in it, whether or not it is there. */
export function directoryAt(wanted: string): PrivateDirectory {
  const path = resolve(wanted);
  return {
    path,
    state: join(path, 'state.db'),
    azure: join(path, 'azure'),
    kubeconfig: join(path, 'kube', 'config'),
    ca: join(path, 'ca.pem'),
    bundle: join(path, 'ca-bundle.pem'),
    certificate: join(path, 'server.pem'),
    key: join(path, 'server-key.pem'),
    owner: join(path, 'endpoint.json'),
  };
}

export function isOurs(path: string): boolean {
  return existsSync(join(path, MARK)) || existsSync(join(dirname(path), MARK));
}

/** For its owner alone, also when it was there with other permissions. */
export function writePrivately(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
}

function overlaps(path: string, other: string): boolean {
  const [one, two] = [real(path), real(resolve(other))];
  return one === two || one.startsWith(two + sep) || two.startsWith(one + sep);
}

/** Links in what is there already are followed; the rest of the path is as written. */
function real(path: string): string {
  for (let there = path; ; there = dirname(there)) {
    if (existsSync(there)) return join(realpathSync(there), path.slice(there.length));
    if (dirname(there) === there) return path;
  }
}

function refused(path: string, why: string): OperationalError {
  return new OperationalError('rehearse/directory', `\`${path}\` is not used: ${why}`, {
    hint: 'name another with --directory',
  });
}
