import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { OperationalError } from '../../diagnostics/index.ts';

/** Where a lab keeps everything it knows; owner-only. The same path inside and outside of the lab. */
export interface LabFolder {
  readonly lab: string;
  readonly path: string;
  readonly plan: string;
  readonly state: string;
  /** Socket on which the supervisor takes questions. */
  readonly control: string;
  /** What the supervisor itself says. */
  readonly log: string;
  /** A folder with the output of each daemon. */
  readonly logs: string;
  readonly authority: string;
}

/**
 * As root below `/run`, which a reboot empties. Everybody else: below `/tmp`, because `/run` is hidden inside such a lab.
 * `SALLYPORT_LAB_FOLDER` names another.
 */
export function labsFolder(env: NodeJS.ProcessEnv): string {
  const uid = process.getuid?.() ?? 0;
  const { SALLYPORT_LAB_FOLDER: named = '' } = env;
  if (named !== '') return resolve(named);
  return uid === 0 ? '/run/sallyport' : `/tmp/sallyport-${uid}`;
}

export function labFolder(labs: string, lab: string): LabFolder {
  const path = join(labs, lab);
  return {
    lab,
    path,
    plan: join(path, 'plan.json'),
    state: join(path, 'state.json'),
    control: join(path, 'control.sock'),
    log: join(path, 'supervisor.log'),
    logs: join(path, 'logs'),
    authority: join(path, 'ca.crt'),
  };
}

/** An empty file that tells a lab's folder from anybody else's: nothing is removed from a folder without it. */
const MARK = '.sallyport-lab';
/** As configurations of the lab's programs take it without quotes. */
const PLAIN_PATH = /^[A-Za-z0-9/._@+-]+$/;
/** HAProxy takes paths of sockets up to 97 characters: a host of twenty and `haproxy.sock` stand behind the folder's. */
const PATH_MOST = 97 - '/'.length - 20 - '/haproxy.sock'.length;
const OTHERS_MAY_WRITE = 0o022;
const ANOTHER = 'name another with SALLYPORT_LAB_FOLDER';

/**
 * For its owner alone. What is there already keeps its rights and its files: it is taken only if it is a lab's, or empty.
 * @throws OperationalError `lab/folder` when it belongs to somebody else or cannot be made
 */
export function makeLabFolder(labs: string, lab: string): LabFolder {
  const folder = labFolder(labs, lab);
  const refused = (why: string) =>
    new OperationalError('lab/folder', `\`${folder.path}\` cannot hold a lab: ${why}`, {
      hint: ANOTHER,
    });
  if (!PLAIN_PATH.test(folder.path)) {
    throw refused('its name holds more than letters, digits, `/`, `.`, `_`, `-`, `+` and `@`');
  }
  if (folder.path.length > PATH_MOST) {
    throw refused(`its name is longer than ${PATH_MOST} characters`);
  }
  try {
    for (const path of [labs, folder.path]) makePrivately(path);
    if (!isLab(folder) && readdirSync(folder.path).length > 0) {
      throw refused('it is there already, and something else is in it');
    }
    writeFileSync(join(folder.path, MARK), '', { mode: 0o600 });
    makePrivately(folder.logs);
  } catch (error) {
    throw folderFault(error, folder);
  }
  return folder;
}

/** What the folder is to blame for, as people can mend it; any other error as it came. */
export function folderFault(error: unknown, { path }: LabFolder): unknown {
  if (error instanceof OperationalError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
  if (!isFull && !/^E(?:ACCES|PERM|ROFS|IO|NOENT|NOTDIR|NOTEMPTY|EXIST|LOOP)$/.test(code))
    return error;
  return new OperationalError(
    'lab/folder',
    isFull ? `no space is left for \`${path}\`` : `\`${path}\` cannot be used: ${message}`,
    { cause: error, hint: isFull ? `df -h ${dirname(path)} shows it; ${ANOTHER}` : ANOTHER },
  );
}

/** Nothing stays of it. A folder that no lab made is left as it is. */
export function removeLabFolder(folder: LabFolder): void {
  if (isLab(folder)) rmSync(folder.path, { recursive: true, force: true });
}

/** The usual folder of labs goes with the last of them; one that somebody named is theirs. */
export function removeEmptyLabs(env: NodeJS.ProcessEnv): void {
  if ((env['SALLYPORT_LAB_FOLDER'] ?? '') !== '') return;
  try {
    rmdirSync(labsFolder(env));
  } catch {
    // Others are in it, or it is gone.
  }
}

/** Labs that left something here, running or not. */
export function labsIn(labs: string): readonly string[] {
  try {
    return readdirSync(labs, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isLab(labFolder(labs, entry.name)))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}

function isLab({ path }: LabFolder): boolean {
  return existsSync(join(path, MARK));
}

/** `/tmp` is everybody's: a folder that is there already may be somebody's trap. */
function makePrivately(path: string): void {
  makeFolder(path);
  const why = distrust(lstatSync(path));
  if (why === undefined) return;
  throw new OperationalError('lab/folder', `\`${path}\` ${why}`, { hint: ANOTHER });
}

/** Step by step: asked for all steps at once below `/proc`, Node asks the kernel for ever. */
function makeFolder(path: string): void {
  const tried = tryFolder(path);
  if (tried === undefined) return;
  if (tried.code !== 'ENOENT' || dirname(path) === path) throw tried;
  makeFolder(dirname(path));
  const again = tryFolder(path);
  if (again !== undefined) throw again;
}

/** Undefined when it is there afterwards. */
function tryFolder(path: string): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(path, { mode: 0o700 });
    return undefined;
  } catch (error) {
    const fault = error as NodeJS.ErrnoException;
    return fault.code === 'EEXIST' ? undefined : fault;
  }
}

function distrust(found: Stats): string | undefined {
  if (!found.isDirectory()) return 'is a link and no folder';
  if (found.uid !== process.getuid?.()) return 'belongs to somebody else';
  return (found.mode & OTHERS_MAY_WRITE) === 0 ? undefined : 'may be written by others';
}
