import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../tests/support/temporary-folder.ts';
import { OperationalError } from '../../diagnostics/index.ts';
import {
  folderFault,
  labFolder,
  labsFolder,
  labsIn,
  makeLabFolder,
  removeLabFolder,
} from './lab-folder.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

function fresh(name: string, mode = 0o700): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

function refusal(labs: string, lab = 'lab'): string {
  try {
    makeLabFolder(labs, lab);
  } catch (error) {
    expect(error).toBeInstanceOf(OperationalError);
    const { code, message, hint } = error as OperationalError;
    expect(code).toBe('lab/folder');
    expect(hint).toContain('SALLYPORT_LAB_FOLDER');
    return message;
  }
  return '';
}

describe('the folder of a lab', () => {
  it('is made for its owner alone, found again, and removed wholly', () => {
    const labs = join(folder.path, 'deep', 'labs');
    const made = makeLabFolder(labs, 'lab');
    expect(statSync(made.path).mode & 0o777).toBe(0o700);
    expect(labsIn(labs)).toEqual(['lab']);
    expect(makeLabFolder(labs, 'lab')).toEqual(made);
    removeLabFolder(made);
    expect(labsIn(labs)).toEqual([]);
    expect(existsSync(made.path)).toBe(false);
  });

  it('is nobody else’s: what no lab made is neither taken, listed nor removed', () => {
    const labs = fresh('home', 0o755);
    const own = join(labs, 'lab');
    mkdirSync(own);
    writeFileSync(join(own, 'thesis.txt'), 'years');
    expect(refusal(labs)).toContain('something else is in it');
    expect(labsIn(labs)).toEqual([]);
    removeLabFolder(labFolder(labs, 'lab'));
    expect(readFileSync(join(own, 'thesis.txt'), 'utf8')).toBe('years');
    expect(statSync(labs).mode & 0o777).toBe(0o755);
  });

  it('is not made where others may write, behind a link, or as somebody else', () => {
    expect(refusal(fresh('open', 0o777))).toContain('may be written by others');
    symlinkSync(fresh('target'), join(folder.path, 'link'));
    expect(refusal(join(folder.path, 'link'))).toContain('is a link');
  });

  it('has a name that every program of the lab takes', () => {
    expect(refusal(join(folder.path, 'my labs'))).toContain('holds more than letters');
    expect(refusal(join(folder.path, 'x'.repeat(80)))).toContain('longer than 63 characters');
  });

  it('is refused below /proc, where asking for all steps at once never ends', () => {
    expect(refusal('/proc/labs')).toContain('cannot be used');
  });

  it('is meant by a relative path from where the command stands', () => {
    expect(labsFolder({ SALLYPORT_LAB_FOLDER: 'labs' })).toBe(join(process.cwd(), 'labs'));
    expect(labsFolder({ SALLYPORT_LAB_FOLDER: '' })).toBe(labsFolder({}));
  });
});

describe('a fault of the disk', () => {
  const lab = labFolder('/run/sallyport', 'lab');

  it('is told with what shows it', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    expect(folderFault(full, lab)).toMatchObject({
      code: 'lab/folder',
      message: 'no space is left for `/run/sallyport/lab`',
      hint: 'df -h /run/sallyport shows it; name another with SALLYPORT_LAB_FOLDER',
    });
  });

  it('is not made of any other', () => {
    const bug = new TypeError('x is not a function');
    expect(folderFault(bug, lab)).toBe(bug);
    const known = new OperationalError('lab/busy', 'wait');
    expect(folderFault(known, lab)).toBe(known);
  });
});
