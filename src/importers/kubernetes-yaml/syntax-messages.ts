import type { ErrorCode } from 'yaml';

/**
 * What is wrong, in our words: the parser's own messages may quote the text, and the text may be a Secret.
 */
export const SYNTAX_MESSAGES: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: 'an alias may have neither anchor nor tag',
  BAD_ALIAS: 'an alias name is malformed, or its anchor is not set before it',
  BAD_COLLECTION_TYPE: 'a tag does not fit the collection it stands at',
  BAD_DIRECTIVE: 'a directive is malformed',
  BAD_DQ_ESCAPE: 'a text in `"` has an escape that does not exist',
  BAD_INDENT: 'the indentation fits no level above',
  BAD_PROP_ORDER: 'an anchor or tag stands in the wrong place',
  BAD_SCALAR_START: 'an unquoted text starts with a reserved character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping or list starts where a value of one line is expected',
  BLOCK_IN_FLOW: 'an indented block stands inside brackets',
  IMPOSSIBLE: 'the text is not YAML',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a closing quote, a bracket, a colon or a space is missing',
  MULTILINE_IMPLICIT_KEY: 'a key runs over several lines; a `:` may be missing',
  MULTIPLE_ANCHORS: 'a value has two anchors',
  MULTIPLE_DOCS: 'a second document starts without a `---` line',
  MULTIPLE_TAGS: 'a value has two tags',
  NON_STRING_KEY: 'a key is not text',
  TAB_AS_INDENT: 'a tab is used for indentation; YAML wants spaces',
  UNEXPECTED_TOKEN: 'something stands here that fits nowhere',
};

/** What usually mends it; mistakes whose message says so already have none. */
export const SYNTAX_HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_ALIAS: 'a text that starts with `*` or `&` stands in quotes',
  BAD_DQ_ESCAPE: "double the `\\`, or put the text in `'`",
  BAD_INDENT: 'line it up with the keys beside it',
  BLOCK_AS_IMPLICIT_KEY: 'put it on a line of its own, indented; a text with `: ` stands in quotes',
  MISSING_CHAR: 'close what is open; if the file looks cut off, write it again',
  MULTIPLE_DOCS: 'put `---` on a line of its own between the two',
  TAB_AS_INDENT: 'replace the tab by spaces',
  UNEXPECTED_TOKEN: 'a text with `: `, ` #`, brackets or braces stands in quotes',
};
