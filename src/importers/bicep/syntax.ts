/** The tree of a Bicep file (iac-formats 3). Offsets are UTF-16 code units; `end` is behind the last one. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Syntax =
  | TextSyntax
  | InterpolationSyntax
  | NumberSyntax
  | BooleanSyntax
  | NullSyntax
  | NameSyntax
  | ObjectSyntax
  | ArraySyntax
  | CallSyntax
  | MemberSyntax
  | IndexSyntax
  | NestedSyntax
  | AssertedSyntax
  | UnarySyntax
  | BinarySyntax
  | TernarySyntax
  | LoopSyntax
  | ConditionSyntax
  | LambdaSyntax;

export interface TextSyntax extends Span {
  readonly kind: 'text';
  readonly value: string;
}

/** Texts and expressions in turn: `'a-${b}'`. */
export interface InterpolationSyntax extends Span {
  readonly kind: 'interpolation';
  readonly parts: readonly (string | Syntax)[];
}

export interface NumberSyntax extends Span {
  readonly kind: 'number';
  readonly value: number;
}

export interface BooleanSyntax extends Span {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface NullSyntax extends Span {
  readonly kind: 'null';
}

export interface NameSyntax extends Span {
  readonly kind: 'name';
  readonly name: string;
}

export interface ObjectSyntax extends Span {
  readonly kind: 'object';
  readonly entries: readonly ObjectEntry[];
  /** Resources declared inside the body of another. */
  readonly resources: readonly ResourceStatement[];
}

export type ObjectEntry =
  | { readonly kind: 'property'; readonly key: PropertyKey; readonly value: Syntax }
  | { readonly kind: 'spread'; readonly value: Syntax };

export type PropertyKey = TextSyntax | InterpolationSyntax;

export interface ArraySyntax extends Span {
  readonly kind: 'array';
  readonly items: readonly ArrayItem[];
}

export type ArrayItem =
  | { readonly kind: 'item'; readonly value: Syntax }
  | { readonly kind: 'spread'; readonly value: Syntax };

/** `name(…)` or `of.name(…)`. */
export interface CallSyntax extends Span {
  readonly kind: 'call';
  readonly of: Syntax | undefined;
  readonly name: string;
  readonly nameStart: number;
  readonly arguments: readonly Syntax[];
}

/** `of.name`, or `of.?name`. */
export interface MemberSyntax extends Span {
  readonly kind: 'member';
  readonly of: Syntax;
  readonly name: string;
  readonly isSafe: boolean;
}

/** `of[index]`, `of[?index]`, `of[^index]`. */
export interface IndexSyntax extends Span {
  readonly kind: 'index';
  readonly of: Syntax;
  readonly index: Syntax;
  readonly isSafe: boolean;
  readonly isFromEnd: boolean;
}

/** `outer::inner`: a resource declared inside another one. */
export interface NestedSyntax extends Span {
  readonly kind: 'nested';
  readonly of: Syntax;
  readonly name: string;
}

/** `x!`: the person knows that it is not null. */
export interface AssertedSyntax extends Span {
  readonly kind: 'asserted';
  readonly of: Syntax;
}

export interface UnarySyntax extends Span {
  readonly kind: 'unary';
  readonly operator: '!' | '-' | '+';
  readonly operand: Syntax;
}

export type BinaryOperator =
  | '??'
  | '||'
  | '&&'
  | '=='
  | '!='
  | '=~'
  | '!~'
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%';

export interface BinarySyntax extends Span {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Syntax;
  readonly right: Syntax;
}

export interface TernarySyntax extends Span {
  readonly kind: 'ternary';
  readonly condition: Syntax;
  readonly then: Syntax;
  readonly otherwise: Syntax;
}

/** `[for item in over: body]`, `[for (item, index) in over: body]`. */
export interface LoopSyntax extends Span {
  readonly kind: 'loop';
  readonly item: string;
  readonly index: string | undefined;
  readonly over: Syntax;
  readonly body: Syntax;
}

/** `if (condition) {…}`, the body of a resource or module. */
export interface ConditionSyntax extends Span {
  readonly kind: 'condition';
  readonly condition: Syntax;
  readonly body: Syntax;
}

export interface LambdaSyntax extends Span {
  readonly kind: 'lambda';
  readonly parameters: readonly string[];
  readonly body: Syntax;
}

export interface Decorator extends Span {
  /** Without its namespace: `secure` of `@sys.secure()`. */
  readonly name: string;
  readonly arguments: readonly Syntax[];
}

export type TypeSyntax =
  | (Span & { readonly kind: 'named'; readonly path: readonly string[] })
  | (Span & { readonly kind: 'literal'; readonly value: string | number | boolean | null })
  | (Span & { readonly kind: 'nullable'; readonly of: TypeSyntax })
  | (Span & { readonly kind: 'list'; readonly of: TypeSyntax })
  | (Span & { readonly kind: 'union'; readonly members: readonly TypeSyntax[] })
  | (Span & { readonly kind: 'tuple'; readonly items: readonly TypeProperty[] })
  | (Span & { readonly kind: 'shape'; readonly properties: readonly TypeProperty[] })
  /** Types that are looked up in a resource's definition, and accesses into others: nothing is concluded from them. */
  | (Span & { readonly kind: 'other' });

/** A member of an object type, or an item of a tuple, which has no name. */
export interface TypeProperty {
  readonly name: string | undefined;
  readonly type: TypeSyntax;
  readonly decorators: readonly Decorator[];
}

export interface ParameterStatement extends Span {
  readonly kind: 'parameter';
  readonly name: string;
  readonly nameStart: number;
  readonly type: TypeSyntax | undefined;
  readonly value: Syntax | undefined;
  readonly decorators: readonly Decorator[];
}

export interface VariableStatement extends Span {
  readonly kind: 'variable';
  readonly name: string;
  readonly nameStart: number;
  readonly value: Syntax;
  readonly decorators: readonly Decorator[];
}

export interface OutputStatement extends Span {
  readonly kind: 'output';
  readonly name: string;
  readonly nameStart: number;
  readonly type: TypeSyntax | undefined;
  readonly value: Syntax;
  readonly decorators: readonly Decorator[];
}

export interface ResourceStatement extends Span {
  readonly kind: 'resource';
  readonly name: string;
  readonly nameStart: number;
  /** `Namespace/type@version`; a nested one may write its last segment alone. */
  readonly type: TextSyntax;
  readonly isExisting: boolean;
  readonly body: Syntax;
  readonly decorators: readonly Decorator[];
}

export interface ModuleStatement extends Span {
  readonly kind: 'module';
  readonly name: string;
  readonly nameStart: number;
  readonly path: TextSyntax;
  readonly body: Syntax;
  readonly decorators: readonly Decorator[];
}

export interface TypeStatement extends Span {
  readonly kind: 'type';
  readonly name: string;
  readonly nameStart: number;
  readonly type: TypeSyntax;
  readonly decorators: readonly Decorator[];
}

export interface FunctionStatement extends Span {
  readonly kind: 'function';
  readonly name: string;
  readonly nameStart: number;
  readonly parameters: readonly string[];
  readonly body: Syntax;
  readonly decorators: readonly Decorator[];
}

/** `import {a, b as c} from FILE`, `import * as all from FILE`. */
export interface ImportStatement extends Span {
  readonly kind: 'import';
  readonly names: readonly { readonly name: string; readonly as: string; readonly start: number }[];
  readonly everythingAs: string | undefined;
  readonly from: TextSyntax;
}

export interface ScopeStatement extends Span {
  readonly kind: 'scope';
  readonly value: Syntax;
}

/** `extension`, formerly `provider`: resources that are not Azure's. */
export interface ExtensionStatement extends Span {
  readonly kind: 'extension';
  readonly name: string;
}

/** `using 'main.bicep'` and `extends 'shared.bicepparam'` of a parameter file; `using none` has no path. */
export interface UsingStatement extends Span {
  readonly kind: 'using' | 'extends';
  readonly path: TextSyntax | undefined;
}

/** `metadata`, `assert`, `test`: said to people and tools, not to Azure. */
export interface RemarkStatement extends Span {
  readonly kind: 'remark';
}

/** A statement that could not be read. What it declares exists, and is not known. */
export interface BrokenStatement extends Span {
  readonly kind: 'broken';
  readonly keyword: string;
  readonly name: string | undefined;
}

export type Statement =
  | ParameterStatement
  | VariableStatement
  | OutputStatement
  | ResourceStatement
  | ModuleStatement
  | TypeStatement
  | FunctionStatement
  | ImportStatement
  | ScopeStatement
  | ExtensionStatement
  | UsingStatement
  | RemarkStatement
  | BrokenStatement;
