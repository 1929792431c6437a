/** Every diagnostic code, once, with what it means. Codes are words, never reused. */
export const DIAGNOSTIC_CODES = {
  'file/too-large': 'The file is larger than the limit and was not read.',
  'file/not-text': 'The file is binary or in an encoding we cannot tell.',
  'file/encoding': 'The file is not UTF-8; it was decoded as stated.',
  'file/unreadable': 'The file or folder could not be opened.',
  'file/directory-loop': 'A link leads back into a folder already being read.',
  'file/too-many': 'The folder holds more files than the limit; the rest was not read.',
  'json/syntax': 'The text is not JSON.',
  'json/duplicate-key': 'An object has the same key twice; the last one counts.',
  'json/too-deep': 'The value is nested deeper than the limit.',
  'yaml/syntax': 'The text is not YAML.',
  'yaml/duplicate-key': 'A mapping has the same key twice; the last one counts.',
  'yaml/alias-bomb': 'Aliases expand to more nodes than the limit.',
  'yaml/too-deep': 'The value is nested deeper than the limit.',
} as const;

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES;
