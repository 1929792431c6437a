import { Argument, InvalidArgumentError, Option } from 'commander';
import { collected } from './input-options.ts';

/** Arguments and options that several commands share. */

export function paths(): Argument {
  return new Argument('[path...]', 'folders and files to read').default(
    ['.'],
    'the current folder',
  );
}

export function format(...choices: string[]): Option {
  return new Option('-f, --format <format>', 'how to print').choices(choices).default('text');
}

export function listed(value: string, previous: readonly string[] = []): readonly string[] {
  return value
    .split(',')
    .reduce<readonly string[]>((list, id) => collected(id.trim(), list), previous);
}

export function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0) || !Number.isFinite(number)) {
    throw new InvalidArgumentError('Write a number of seconds above 0.');
  }
  return number;
}
