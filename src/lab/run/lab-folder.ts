import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
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
  return env['SALLYPORT_LAB_FOLDER'] ?? (uid === 0 ? '/run/sallyport' : `/tmp/sallyport-${uid}`);
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

/**
 * For its owner alone.
 * @throws OperationalError `lab/folder` when it belongs to somebody else or cannot be made
 */
export function makeLabFolder(labs: string, lab: string): LabFolder {
  const folder = labFolder(labs, lab);
  try {
    for (const path of [labs, folder.path, folder.logs]) makePrivately(path);
  } catch (cause) {
    if (cause instanceof OperationalError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OperationalError('lab/folder', `\`${folder.path}\` cannot be used: ${why}`, {
      cause,
      hint: 'name another with SALLYPORT_LAB_FOLDER',
    });
  }
  return folder;
}

/** Labs that left something here, running or not. */
export function labsIn(labs: string): readonly string[] {
  try {
    return readdirSync(labs, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}

/** `/tmp` is everybody's: a folder that is there already may be somebody's trap. */
function makePrivately(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new OperationalError('lab/folder', `\`${path}\` belongs to somebody else`, {
      hint: 'name another with SALLYPORT_LAB_FOLDER',
    });
  }
  chmodSync(path, 0o700);
}
