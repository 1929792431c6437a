import { readFileSync, statSync } from 'node:fs';
import { type AzureLogRecord, azfwRecords } from './azfw-records.ts';
import { FirstPackets } from './first-packets.ts';
import { FollowedFile, type ReadPosition } from './followed-file.ts';
import { readEvent } from './read-event.ts';
import type { LoggedRule } from './record-context.ts';
import { RecordFiles } from './record-files.ts';
import { type LogWriterProgram, readLoggedRules } from './writer-program.ts';

/** Rules as they were from a moment on: events before it are told by the rules before. */
interface RulesSince {
  readonly microseconds: number;
  readonly rules: readonly LoggedRule[];
}

/** Reads what the programs of the appliance wrote and writes it as Azure would. Owns its files. */
export class LogWriter {
  readonly #program: LogWriterProgram;
  readonly #sources: readonly (LogWriterProgram['sources'][number] & {
    readonly file: FollowedFile;
  })[];
  readonly #files: RecordFiles;
  readonly #firstPackets = new FirstPackets();
  #rules: readonly RulesSince[] = [];
  #rulesChanged = -1;
  /** Lines that are no events. */
  broken = 0;
  /** Lines that other programs could not write. */
  lost = 0;
  written = 0;

  /** @throws OperationalError `nva/configuration` */
  constructor(program: LogWriterProgram) {
    this.#program = program;
    this.#files = new RecordFiles(program.output, program.state);
    this.#sources = program.sources.map((source) => ({
      ...source,
      file: new FollowedFile(source.path, this.#files.positions[source.path]),
    }));
    this.#readRules();
  }

  /** One round over all sources. @returns whether there may be more at once */
  round(): boolean {
    this.#readRules();
    // Without rules every record would say that none matched: the lines wait.
    if (this.#rules.length === 0) return false;
    let hasMore = false;
    for (const source of this.#sources) {
      const before = this.#positions();
      const lines = source.file.read();
      if (lines.length === 0) continue;
      hasMore = true;
      const records = lines.flatMap((line) => this.#records(source.kind, line));
      this.written += records.length;
      this.#files.write(records, this.#positions(), before);
      source.file.free();
    }
    return hasMore;
  }

  close(): void {
    for (const { file } of this.#sources) file.close();
  }

  #positions(): Readonly<Record<string, ReadPosition>> {
    return Object.fromEntries(this.#sources.map(({ path, file }) => [path, file.position]));
  }

  #records(
    kind: LogWriterProgram['sources'][number]['kind'],
    line: string,
  ): readonly AzureLogRecord[] {
    const event = readEvent(kind, line);
    if (event === undefined) {
      this.broken += 1;
      return [];
    }
    if (event.kind === 'lost') {
      this.lost += event.lines;
      return [];
    }
    if (event.kind === 'verdict' && !this.#firstPackets.isFirst(event)) return [];
    const { resourceId, forms } = this.#program;
    return azfwRecords(event, { resourceId, rules: this.#rulesAt(event.microseconds) }, forms);
  }

  #rulesAt(microseconds: number): readonly LoggedRule[] {
    const found = this.#rules.find((each) => each.microseconds <= microseconds);
    return (found ?? this.#rules.at(-1))?.rules ?? [];
  }

  /** After a reload numbers mean other rules; the file is written when the kernel has taken the new ones. */
  #readRules(): void {
    const { rules: path } = this.#program;
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (changed === undefined || changed === this.#rulesChanged) return;
    const rules = readLoggedRules(readFileSync(path, 'utf8'), path);
    this.#rulesChanged = changed;
    this.#rules = [{ microseconds: changed * 1000, rules }, ...this.#rules.slice(0, 1)];
  }
}
