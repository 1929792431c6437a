import { parseExpression, parseText, separate } from './parse-expression.ts';
import { parseDecorators, parseResource } from './parse-resource.ts';
import type {
  Decorator,
  ObjectEntry,
  ObjectSyntax,
  PropertyKey,
  ResourceStatement,
} from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** `{…}`: properties, spreads and, in the body of a resource, resources nested in it. */
export function parseObject(reader: TokenReader): ObjectSyntax {
  const { start } = reader.expect('{', 'an object is written `{ name: value }`');
  reader.enter();
  const entries: ObjectEntry[] = [];
  const resources: ResourceStatement[] = [];
  let decorators: readonly Decorator[] = [];
  for (;;) {
    reader.skipNewlines();
    const close = reader.take('}');
    if (close !== undefined) {
      reader.leave();
      return { kind: 'object', entries, resources, start, end: close.end };
    }
    if (reader.is('@')) {
      decorators = parseDecorators(reader);
      if (!reader.isName('resource')) {
        throw reader.unexpected(
          '`resource`',
          'inside a body, decorators belong to a nested resource',
        );
      }
    }
    // `resource` may also be the name of a property.
    if (reader.isName('resource') && reader.tokens.peek(1).kind === 'name') {
      resources.push(parseResource(reader, decorators));
      decorators = [];
    } else if (reader.take('...') !== undefined) {
      entries.push({ kind: 'spread', value: parseExpression(reader) });
    } else {
      const key = parseKey(reader);
      reader.expect(':', 'a property is written `name: value`');
      reader.skipNewlines();
      entries.push({ kind: 'property', key, value: parseExpression(reader) });
    }
    separate(reader, '}', 'properties stand on lines of their own, or are separated by commas');
  }
}

function parseKey(reader: TokenReader): PropertyKey {
  const { kind } = reader.peek();
  if (kind === 'text' || kind === 'text-start') return parseText(reader);
  const hint = "names that are no words are written as texts: `'my-name': value`";
  const { value, start, end } = reader.expectName('the name of a property', hint);
  return { kind: 'text', value, start, end };
}
