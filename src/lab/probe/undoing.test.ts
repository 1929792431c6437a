import { describe, expect, it } from 'vitest';
import { undoing } from './undoing.ts';

describe('what a probe puts up', () => {
  it('is taken down after it, and when it fails', async () => {
    const { undoneAfter } = undoing();
    const told: string[] = [];
    const undo = async () => told.push('down');
    expect(await undoneAfter(async () => told.push('up'), undo)).toBe(1);
    const failing = undoneAfter(() => Promise.reject(new Error('no')), undo);
    await expect(failing).rejects.toThrow('no');
    expect(told).toEqual(['up', 'down', 'down']);
  });

  it('is taken down at once, and once, when it is given up; what is down already stays so', async () => {
    const { undoneAfter, undoAll } = undoing();
    const told: string[] = [];
    let finish = (): void => {};
    await undoneAfter(
      async () => {},
      async () => told.push('first'),
    );
    const working = undoneAfter(
      () => new Promise<void>((done) => (finish = done)),
      async () => told.push('second'),
    );
    await undoAll();
    expect(told).toEqual(['first', 'second']);
    finish();
    await working;
    await undoAll();
    expect(told).toEqual(['first', 'second']);
  });

  it('does not keep the rest up where one cannot be taken down', async () => {
    const { undoneAfter, undoAll } = undoing();
    const told: string[] = [];
    const never = () => new Promise<void>(() => {});
    void undoneAfter(never, () => Promise.reject(new Error('gone'))).catch(() => {});
    void undoneAfter(never, async () => told.push('down'));
    await undoAll();
    expect(told).toEqual(['down']);
  });
});
