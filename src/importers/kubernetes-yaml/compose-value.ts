import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import {
  type Diagnostic,
  type DiagnosticCode,
  locate,
  type Place,
  type SourceText,
} from '../../diagnostics/index.ts';
import type { Member, Unknown, Value } from '../../values/index.ts';
import { resolvePlain } from './scalar.ts';

/** Deepest nesting that is kept, aliases unfolded: what is built on a value may recurse over it. */
export const YAML_DEPTH_MAX = 200;
/** Values that aliases may add to one file when unfolded. Real files repeat tens of lines. */
export const ALIAS_NODES_MAX = 100_000;

/** What all documents of one file share. */
export interface YamlFile {
  readonly source: SourceText;
  readonly diagnostics: Diagnostic[];
  /** Values that aliases added so far. */
  aliasNodes: number;
}

interface Anchored {
  readonly value: Value;
  /** Values in it, unfolded. */
  readonly nodes: number;
  readonly height: number;
}

/**
 * One parsed document as a located value. Aliases share the value they name, so memory stays small; what they would
 * unfold to is counted, and past the limit they are unknown.
 * @returns whether a part could not be read, beside the value.
 */
export function composeValue(
  root: Node | null,
  offset: number,
  file: YamlFile,
): { readonly value: Value; readonly isBroken: boolean } {
  const composer = new Composer(offset, file);
  const value = composer.compose(root, 0, 0);
  return { value, isBroken: composer.isBroken };
}

class Composer {
  isBroken = false;
  private readonly offset: number;
  private readonly file: YamlFile;
  private readonly anchors = new Map<string, Anchored | 'open'>();
  /** Values built so far, those behind aliases counted each time. */
  private nodes = 0;
  /** Height of the value composed last. */
  private height = 0;

  constructor(offset: number, file: YamlFile) {
    this.offset = offset;
    this.file = file;
  }

  /** @param from where the value would stand, for one that was left out */
  compose(node: Node | null | undefined, from: number, depth: number): Value {
    if (node === null || node === undefined) {
      this.nodes += 1;
      this.height = 1;
      return { kind: 'null', at: this.at(from) };
    }
    if (isAlias(node)) return this.alias(node, depth);
    if (depth > YAML_DEPTH_MAX) return this.tooDeep(node);
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor === undefined) return this.plainNode(node, depth);
    const before = this.nodes;
    this.anchors.set(anchor, 'open');
    const value = this.plainNode(node, depth);
    this.anchors.set(anchor, { value, nodes: this.nodes - before, height: this.height });
    return value;
  }

  private plainNode(node: Node, depth: number): Value {
    this.nodes += 1;
    const at = this.at(startOf(node));
    if (isMap(node)) return this.map(node, at, depth);
    if (isSeq(node)) {
      const items: Value[] = [];
      let height = 0;
      for (const item of node.items) {
        items.push(this.compose(item as Node | null, startOf(node), depth + 1));
        if (this.height > height) height = this.height;
      }
      this.height = height + 1;
      return { kind: 'array', items, at };
    }
    this.height = 1;
    if (!isScalar(node)) return { kind: 'null', at };
    return scalarValue(node, at);
  }

  private map(node: YAMLMap, at: Place, depth: number): Value {
    const members = new Map<string, Member>();
    const merged: Value[] = [];
    let height = 0;
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      const valueFrom = key === null ? startOf(node) : endOf(key);
      const value = this.compose(pair.value as Node | null, valueFrom, depth + 1);
      if (this.height > height) height = this.height;
      if (isMergeKey(key)) {
        merged.push(...(value.kind === 'array' ? value.items : [value]));
        continue;
      }
      const name = keyText(key);
      if (name === undefined) {
        this.problem('yaml/syntax', 'error', 'a key must be text', this.at(valueFrom));
        this.isBroken = true;
        continue;
      }
      this.addMember(members, { name, value, at: key === null ? at : this.at(startOf(key)) });
    }
    this.height = height + 1;
    this.mergeInto(members, merged);
    return { kind: 'object', members, at };
  }

  private addMember(members: Map<string, Member>, entry: Member): void {
    const key = entry.name.toLowerCase();
    const earlier = members.get(key);
    if (earlier === undefined) {
      members.set(key, entry);
      return;
    }
    const line = locate(earlier.at).line;
    if (earlier.name === entry.name) {
      const message = `the key \`${clip(entry.name)}\` is already written on line ${line}; this one counts`;
      this.problem('yaml/duplicate-key', 'warning', message, entry.at, 'remove one of the two');
      members.set(key, entry);
      return;
    }
    // Kubernetes tells case apart: both are kept, under keys that cannot meet.
    members.set(members.has(entry.name) ? `${key} ${entry.name}` : entry.name, entry);
    const message = `the key \`${clip(entry.name)}\` differs from \`${clip(earlier.name)}\` on line ${line} only in case; both are kept`;
    this.problem('yaml/duplicate-key', 'warning', message, entry.at);
  }

  /** `<<`: what is written in the mapping itself counts, then the mappings named, the first one first. */
  private mergeInto(members: Map<string, Member>, merged: readonly Value[]): void {
    for (const value of merged) {
      if (value.kind === 'unknown') continue;
      if (value.kind !== 'object') {
        const message = 'a merge key (`<<`) takes mappings; this is none';
        const hint = "quote it, `'<<'`, where it is meant as a name";
        this.problem('yaml/syntax', 'error', message, value.at, hint);
        this.isBroken = true;
        continue;
      }
      this.file.aliasNodes += value.members.size;
      for (const [key, entry] of value.members) if (!members.has(key)) members.set(key, entry);
    }
  }

  private alias(node: Alias, depth: number): Value {
    const anchored = this.anchors.get(node.source);
    const at = this.at(startOf(node));
    this.height = 1;
    this.nodes += 1;
    if (anchored === undefined) {
      this.isBroken = true;
      return this.unreadable(
        'yaml/syntax',
        `the alias \`*${clip(node.source)}\` has no anchor before it`,
        at,
      );
    }
    if (anchored === 'open') {
      return this.unreadable(
        'yaml/cycle',
        `the alias \`*${clip(node.source)}\` refers to the value it is inside of`,
        at,
      );
    }
    if (depth + anchored.height > YAML_DEPTH_MAX) return this.tooDeep(node);
    this.file.aliasNodes += anchored.nodes;
    if (this.file.aliasNodes > ALIAS_NODES_MAX) {
      return this.unreadable(
        'yaml/alias-bomb',
        `aliases expand to more than ${ALIAS_NODES_MAX} values; the rest of them is unknown`,
        at,
      );
    }
    this.nodes += anchored.nodes;
    this.height = anchored.height;
    return anchored.value;
  }

  private tooDeep(node: Node): Value {
    const at = this.at(startOf(node));
    this.height = 1;
    const message = `the value is nested deeper than ${YAML_DEPTH_MAX} levels; what lies deeper was not read`;
    return this.unreadable('yaml/too-deep', message, at);
  }

  private unreadable(code: DiagnosticCode, message: string, at: Place): Unknown {
    this.problem(code, 'error', message, at);
    return {
      kind: 'unknown',
      reason: 'malformed',
      text: '',
      missing: 'a value that can be read',
      at,
    };
  }

  /** Each kind of trouble but duplicate keys is said once a file. */
  private problem(
    code: DiagnosticCode,
    severity: Diagnostic['severity'],
    message: string,
    at: Place,
    hint?: string,
  ): void {
    const { diagnostics } = this.file;
    const isOnce = code === 'yaml/alias-bomb' || code === 'yaml/too-deep';
    if (isOnce && diagnostics.some((earlier) => earlier.code === code)) return;
    if (diagnostics.length >= PROBLEMS_MAX) return;
    diagnostics.push({ code, severity, message, at, ...(hint === undefined ? {} : { hint }) });
  }

  private at(offset: number): Place {
    return { source: this.file.source, offset: this.offset + offset };
  }
}

/** After so many the list helps nobody. */
const PROBLEMS_MAX = 200;

function scalarValue(node: Scalar, at: Place): Value {
  const text = String(node.value ?? '');
  const resolved = isText(node) ? text : resolvePlain(text);
  if (resolved === null) return { kind: 'null', at };
  if (typeof resolved === 'string') return { kind: 'string', value: resolved, at };
  return typeof resolved === 'number'
    ? { kind: 'number', value: resolved, at }
    : { kind: 'boolean', value: resolved, at };
}

/** Quotes, blocks and the tag `!!str` make text of anything. */
function isText(node: Scalar): boolean {
  const tag = node.tag;
  if (tag !== undefined) return !/^tag:yaml\.org,2002:(?:int|float|bool|null)$/.test(tag);
  return node.type !== 'PLAIN';
}

function isMergeKey(key: Node | null): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

/** `undefined` for a key that is a mapping or a list. Numbers and booleans are keys by their JSON text. */
function keyText(key: Node | null): string | undefined {
  if (key === null) return 'null';
  if (!isScalar(key)) return undefined;
  const text = String(key.value ?? '');
  return isText(key) ? text : String(resolvePlain(text));
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function endOf(node: Node): number {
  return node.range?.[1] ?? 0;
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
