import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../src/config/strictJson';

const problem = (text: string, depth = 4) => parseStrictJson(text, depth).problem;

describe('strict JSON', () => {
  it('is what JSON is', () => {
    const text = fc
      .jsonValue({ maxDepth: 3, depthSize: 'small' })
      .filter((value) => !/proto|constructor/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(text, (value) => {
        const copy: unknown = JSON.parse(JSON.stringify(value));
        expect(parseStrictJson(JSON.stringify(value, null, 1), 10)).toEqual({ value: copy, problem: null });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('may hold brackets, quotes and colons inside its texts', () => {
    const value = { 'a:{[': '"}]":{', b: ['\\', '"'] };
    expect(parseStrictJson(JSON.stringify(value), 2).value).toEqual(value);
    expect(parseStrictJson('{"a":{"x":1},"b":{"x":1},"c":["a","a"]}', 2).problem).toBeNull();
  });

  it.each([
    ['{"a":1,"a":2}', 1, 8, 'the key "a" twice'],
    ['{"a":1,\n "\\u0061" : 2}', 2, 2, 'the key "a" twice'],
    ['{"a":[{"b":1},{"b":1,"b":1}]}', 1, 22, 'the key "b" twice'],
    ['{"__proto__":1}', 1, 2, 'a key named "__proto__"'],
    ['[{"\\u005f_proto__":1}]', 1, 3, 'a key named "__proto__"'],
    ['{"a":{"constructor":1}}', 1, 7, 'a key named "constructor"'],
    ['[[[[[1]]]]]', 1, 5, 'nested 5 deep'],
    ['{"a":', 1, 6, 'not JSON (Unexpected end of JSON input)'],
  ])('refuses %s and says where', (text, line, column, what) => {
    const found = problem(text);
    expect(found?.what).toBe(what);
    if (!what.startsWith('not')) expect([found?.line, found?.column]).toEqual([line, column]);
  });

  it('refuses what is nested too deep without going there', () => {
    expect(problem('['.repeat(5_000_000))?.what).toBe('nested 5 deep');
    expect(problem('{"a":'.repeat(1_000_000))?.what).toBe('nested 5 deep');
  });

  it('says what is wrong in characters that can be seen', () => {
    expect(problem('{"a\u202E":}')?.what).not.toContain('\u202E');
    expect(problem('{"a\u202E":1,"a\u202E":1}')?.what).toBe('the key "a⟨U+202E⟩" twice');
  });
});
