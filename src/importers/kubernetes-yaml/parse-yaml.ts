import { Composer, type ErrorCode, Parser } from 'yaml';
import {
  type Diagnostic,
  InvariantError,
  type Place,
  type SourceText,
} from '../../diagnostics/index.ts';
import type { Value } from '../../values/index.ts';
import { composeValue, type YamlFile } from './compose-value.ts';
import { countColumns, depthOfTokens } from './nesting.ts';
import { type DocumentText, splitDocuments } from './split-documents.ts';
import { SYNTAX_HINTS, SYNTAX_MESSAGES } from './syntax-messages.ts';

export interface YamlDocument {
  /** `undefined` when the document could not be read; a diagnostic says why. */
  readonly value: Value | undefined;
  /** The start of its text, marker included. */
  readonly at: Place;
  readonly text: string;
}

export interface ParsedYaml {
  readonly documents: readonly YamlDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Documents with more columns than this could exhaust the stack of the tokenizer. Real ones have some thirty. */
const COLUMNS_MAX = 400;
/** And documents nested deeper than this the stack of the composer. */
const NESTING_MAX = 300;
const SYNTAX_ERRORS_MAX = 20;

const COMPOSE = {
  // Plain text for every scalar: what it means is ours to say. Unique keys are checked by us, in linear time.
  schema: 'failsafe',
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

/**
 * A YAML stream as located values, document by document: what is wrong in one leaves the others alone.
 * Scalars mean what they mean to `kubectl` (K8P-101). Never throws, whatever the text is; aliases cannot make it use
 * more memory than the text. 1.9 MB with 3,000 Kubernetes objects take 0.65 s, nearly all of it in the package
 * `yaml`; composing from its token tree instead was no faster (0.4 s for the tokens alone) and checks less.
 */
export function parseYaml(text: string, source: SourceText): ParsedYaml {
  const file: YamlFile = { source, diagnostics: [], aliasNodes: 0 };
  const documents = splitDocuments(text).map((document) => readDocument(document, file));
  return { documents, diagnostics: file.diagnostics };
}

function readDocument(document: DocumentText, file: YamlFile): YamlDocument {
  const { text, offset } = document;
  const at: Place = { source: file.source, offset };
  if (countColumns(text) > COLUMNS_MAX) {
    tooDeep(file, at);
    return { value: undefined, at, text };
  }
  try {
    const tokens = [...new Parser().parse(text)];
    if (depthOfTokens(tokens) > NESTING_MAX) {
      tooDeep(file, at);
      return { value: undefined, at, text };
    }
    const [parsed, second] = new Composer(COMPOSE).compose(tokens, true, text.length);
    if (parsed === undefined) return { value: { kind: 'null', at }, at, text };
    if (second !== undefined) {
      const start = offset + (second.range?.[0] ?? 0);
      syntaxError(file, 'MULTIPLE_DOCS', { source: file.source, offset: start });
      return { value: undefined, at, text };
    }
    const [error] = parsed.errors;
    if (error !== undefined) {
      const isCutOff = error.code === 'BAD_INDENT' && error.pos[0] >= text.trimEnd().length - 1;
      const code = isCutOff ? 'MISSING_CHAR' : error.code;
      syntaxError(file, code, { source: file.source, offset: offset + error.pos[0] });
      return { value: undefined, at, text };
    }
    const { value, isBroken } = composeValue(parsed.contents, offset, file);
    return { value: isBroken ? undefined : value, at, text };
  } catch (error) {
    // The parser gives up on some texts by throwing; a broken promise of ours is not among them.
    if (error instanceof InvariantError) throw error;
    if (error instanceof RangeError) tooDeep(file, at);
    else syntaxError(file, 'IMPOSSIBLE', at);
    return { value: undefined, at, text };
  }
}

function syntaxError(file: YamlFile, code: ErrorCode, at: Place): void {
  const errors = file.diagnostics.filter((one) => one.code === 'yaml/syntax').length;
  if (errors >= SYNTAX_ERRORS_MAX) return;
  const message = SYNTAX_MESSAGES[code] ?? 'the text is not YAML';
  const hint = SYNTAX_HINTS[code];
  file.diagnostics.push({
    code: 'yaml/syntax',
    severity: 'error',
    message,
    at,
    ...(hint === undefined ? {} : { hint }),
  });
}

function tooDeep(file: YamlFile, at: Place): void {
  file.diagnostics.push({
    code: 'yaml/too-deep',
    severity: 'error',
    message: 'the document is nested too deep to be read',
    at,
  });
}
