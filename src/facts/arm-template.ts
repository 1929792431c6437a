import type { Fact } from './fact.ts';

const DOCS = 'MicrosoftDocs/azure-docs articles/azure-resource-manager/templates';

/** What we believe about the language of ARM templates. */
export const ARM_TEMPLATE_FACTS = {
  'ARM-01': {
    fact: 'Names of types, properties, parameters, variables and functions are compared without case.',
    source: `${DOCS}/template-expressions.md, section Use functions (2020-03-17)`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-02': {
    fact: "A string that starts with `[` and ends with `]` is an expression; a leading `[[` is a literal bracket; `''` is a quote inside a literal.",
    source: `${DOCS}/template-expressions.md, section Escape characters (2020-03-17)`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-03': {
    fact: '`if` evaluates only the branch it takes.',
    source: `${DOCS}/template-functions-logical.md, section if (2019-04-15)`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-04': {
    fact: 'A copy loop makes at most 800 items; a count of zero makes none.',
    source: `${DOCS}/copy-resources.md, section Copy limits (2023-08-22)`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-05': {
    fact: 'Expressions of a nested template are evaluated in the parent unless `expressionEvaluationOptions.scope` is `inner`.',
    source: `${DOCS}/linked-templates.md, section Expression evaluation scope in nested templates (2021-03-25)`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-06': {
    fact: 'A resource whose condition is false is not deployed; the condition does not cascade to its child resources.',
    source: `${DOCS}/conditional-resource-deployment.md, introduction (2022-01-19)`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-07': {
    fact: '`cidrHost` counts usable addresses from 0: the first host of an IPv4 prefix is its base plus one.',
    source: `${DOCS}/template-functions-cidr.md, section cidrHost (2024-06-20)`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-08': {
    fact: '`union` of objects merges nested objects, the later value wins, nested arrays are replaced.',
    source: `${DOCS}/template-functions-object.md, section union (2024-01-11)`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-09': {
    fact: '`startsWith`, `endsWith`, `indexOf` and `lastIndexOf` ignore case; `contains` on a string does not, on the keys of an object it does.',
    source: `${DOCS}/template-functions-string.md, sections endsWith, indexOf, contains (2022-02-11)`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-10': {
    fact: 'Values of type securestring and secureobject, Key Vault references and the results of `list*` are secrets.',
    source: `${DOCS}/best-practices.md, section Security recommendations for parameters`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-11': {
    fact: '`reference` gives the run-time properties of a resource; with `Full` the whole resource.',
    source: `${DOCS}/template-functions-resource.md, section reference`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-12': {
    fact: 'An extension resource has the id of what it extends, then `/providers/` and its own type and name; in the old form its type holds `/providers/` and its name the namespace.',
    source: `${DOCS}/scope-extension-resources.md, section Apply to resource (2026-06-26)`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'ARM-13': {
    fact: '`items` sorts by key.',
    source: `${DOCS}/template-functions-object.md, section items (2024-01-11)`,
    readOn: '2026-11-21',
    standing: 'documented',
  },
} as const satisfies Readonly<Record<string, Fact>>;
