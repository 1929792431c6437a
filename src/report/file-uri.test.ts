import { describe, expect, it } from 'vitest';
import { fileUri } from './file-uri.ts';

describe('a path as a URI reference', () => {
  it.each([
    ['infra/main.json', 'infra/main.json'],
    ['./infra/main.json', 'infra/main.json'],
    ['../infra/my main.json', '../infra/my%20main.json'],
    ['infra\\sub\\a#b?.json', 'infra/sub/a%23b%3F.json'],
    ['/srv/infra/ä.json', 'file:///srv/infra/%C3%A4.json'],
    ['C:\\infra\\a.json', 'file:///C:/infra/a.json'],
    ['a:b.json', 'a%3Ab.json'],
    ['bad\ud800.json', 'bad%EF%BF%BD.json'],
  ])('%j', (path, uri) => {
    expect(fileUri(path)).toBe(uri);
    expect(() => new URL(uri, 'file:///base/')).not.toThrow();
  });
});
