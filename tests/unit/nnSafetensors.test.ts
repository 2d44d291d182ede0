import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/config/errors';
import { fromHalf, toHalf } from '../../src/nn/float16';
import { decodeSafetensors, encodeSafetensors, type HostTensorFile } from '../../src/nn/safetensors';
import { normals } from '../support/numbers';

const FILE: HostTensorFile = {
  tensors: {
    'a.weight': { shape: [2, 3], values: Float32Array.of(1, -2.5, 1e-8, 3e38, 0, -0) },
    scalar: { shape: [], values: Float32Array.of(7) },
    none: { shape: [0, 4], values: new Float32Array(0) },
  },
  metadata: { seed: '1', note: 'ä' },
};

/** A file with this header and so many bytes of data. */
function withHeader(header: string, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const read = (bytes: Uint8Array) => () => decodeSafetensors(bytes, 'model.safetensors');

describe('float16', () => {
  it('keeps every one of its 65536 values, subnormals and zeros with their sign included', () => {
    for (let half = 0; half < 65536; half++) {
      const value = fromHalf(half);
      if (Number.isNaN(value)) expect(Number.isNaN(fromHalf(toHalf(value)))).toBe(true);
      else if (toHalf(value) !== half) expect(toHalf(value), `half ${half}`).toBe(half);
    }
  });

  it('reads known bit patterns', () => {
    expect([0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x03ff, 0x7c00, 0xfc00].map(fromHalf)).toEqual([
      1,
      -2,
      65504,
      2 ** -14,
      2 ** -24,
      1023 * 2 ** -24,
      Infinity,
      -Infinity,
    ]);
  });

  it('rounds to the nearest, halves to even', () => {
    const step = 2 ** -10;
    expect(fromHalf(toHalf(1 + step * 0.49))).toBe(1);
    expect(fromHalf(toHalf(1 + step * 0.5))).toBe(1);
    expect(fromHalf(toHalf(1 + step * 1.5))).toBe(1 + 2 * step);
    expect(fromHalf(toHalf(1 + step * 0.51))).toBe(1 + step);
    expect(toHalf(2 ** -25)).toBe(0);
    expect(toHalf(2 ** -25 * 1.01)).toBe(1);
    expect(toHalf(2 ** -14 - 2 ** -26)).toBe(0x0400);
  });

  it('turns what is too large into infinity, from halfway to the next step on', () => {
    expect(toHalf(65519)).toBe(0x7bff);
    expect(toHalf(65520)).toBe(0x7c00);
    expect(toHalf(-1e30)).toBe(0xfc00);
  });
});

describe('safetensors', () => {
  it('gives back what was written, bit by bit', () => {
    expect(decodeSafetensors(encodeSafetensors(FILE, 'F32'), 'x')).toEqual(FILE);
  });

  it('writes half the bytes in float16 and reads the nearest values', () => {
    const values = normals(1001, 5);
    const bytes = encodeSafetensors({ tensors: { w: { shape: [1001], values } }, metadata: {} }, 'F16');
    const back = decodeSafetensors(bytes, 'x').tensors.w.values;
    expect(bytes.length).toBeLessThan(2 * 1001 + 200);
    back.forEach((value, i) =>
      expect(Math.abs(value - values[i])).toBeLessThanOrEqual(2 ** -11 * Math.abs(values[i]) + 2 ** -25),
    );
    const again = decodeSafetensors(
      encodeSafetensors({ tensors: { w: { shape: [1001], values: back } }, metadata: {} }, 'F16'),
      'x',
    );
    expect(again.tensors.w.values).toEqual(back);
  });

  it('starts the data on a multiple of 8 bytes', () => {
    const header = new DataView(encodeSafetensors(FILE, 'F16').buffer).getBigUint64(0, true);
    expect(Number(header) % 8).toBe(0);
  });

  it('reads a view into a larger buffer', () => {
    const bytes = encodeSafetensors(FILE, 'F32');
    const larger = new Uint8Array(bytes.length + 10);
    larger.set(bytes, 3);
    expect(decodeSafetensors(larger.subarray(3, 3 + bytes.length), 'x')).toEqual(FILE);
  });
});

describe('a broken safetensors file', () => {
  const entry = (dtype: string, shape: string, offsets: string) =>
    `{"h.0.w":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}}`;

  const two = (first: string, second: string) =>
    `{"a":{"dtype":"F32","shape":[1],"data_offsets":${first}},"b":{"dtype":"F32","shape":[1],"data_offsets":${second}}}`;

  it.each([
    ['whose tensors overlap', withHeader(two('[0,4]', '[0,4]'), 4), /b begins at byte 0; expected 4/],
    ['with a gap', withHeader(two('[0,4]', '[8,12]'), 12), /b begins at byte 8; expected 4/],
    ['with bytes of nobody', withHeader(two('[4,8]', '[0,4]'), 16), /8 bytes belong to no tensor/],
    ['with one name twice', withHeader(two('[0,4]', '[4,8]').replace('"b"', '"\\u0061"'), 8), /the key "a" twice/],
    ['with a name of prototypes', withHeader('{"__proto__":{"x":1}}', 0), /a key named "__proto__"/],
    ['with a hidden name', withHeader('{"a\u202e":{}}', 0), /"a⟨U\+202E⟩" has U\+202E, a mark that changes/],
    ['with a header nested deep', withHeader('['.repeat(100_000), 0), /nested 4 deep/],
    ['whose header is no UTF-8', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff), /is no UTF-8/],
    [
      'of a size past all numbers',
      withHeader(entry('F32', '[4294967296,4294967296,0.0]', '[0,0]'), 1),
      /h\.0\.w|belong/,
    ],
    ['with a shape past all numbers', withHeader(entry('F32', '[9007199254740993]', '[0,4]'), 4), /h\.0\.w lacks/],
    ['with too many dimensions', withHeader(entry('F32', '[1,1,1,1,1,1,1,1,1]', '[0,4]'), 4), /has 9 dimensions/],
    [
      'with metadata that is no text',
      withHeader('{"__metadata__":{"a":1}}', 0),
      /__metadata__ is an object; expected texts/,
    ],
    ['of no bytes', new Uint8Array(0), /model\.safetensors: not a safetensors file/],
    [
      'that ends in its header',
      encodeSafetensors(FILE, 'F32').subarray(0, 40),
      /model\.safetensors: not a safetensors file/,
    ],
    ['with a header length of nonsense', new Uint8Array(64).fill(255), /not a safetensors file/],
    ['whose header is no JSON', withHeader('{"a":', 0), /model\.safetensors: the safetensors header: not JSON/],
    ['whose header is no object', withHeader('[1, 2]', 0), /model\.safetensors: .*header/],
    ['whose header is null', withHeader('null', 0), /model\.safetensors: .*header/],
    ['that ends in its data', withHeader(entry('F32', '[2]', '[0,8]'), 4), /h\.0\.w \[2\] spans bytes 0 to 8 of 4/],
    [
      'with offsets that do not fit the shape',
      withHeader(entry('F32', '[3]', '[0,8]'), 8),
      /h\.0\.w .*expected 12 bytes/,
    ],
    ['with negative offsets', withHeader(entry('F32', '[2]', '[-8,0]'), 8), /h\.0\.w/],
    [
      'with an unknown dtype',
      withHeader(entry('BF16', '[2]', '[0,4]'), 4),
      /h\.0\.w has dtype "BF16"; expected F32 or F16/,
    ],
    ['with an entry that is no tensor', withHeader('{"h.0.w":null}', 0), /h\.0\.w/],
    ['without offsets', withHeader('{"h.0.w":{"dtype":"F32","shape":[1]}}', 4), /h\.0\.w/],
    ['without a shape', withHeader('{"h.0.w":{"dtype":"F32","data_offsets":[0,4]}}', 4), /h\.0\.w/],
    ['with half an element', withHeader(entry('F32', '[0.5]', '[0,2]'), 2), /h\.0\.w/],
  ])('%s is a StorageError that says where', (_, bytes, message) => {
    expect(read(bytes)).toThrow(StorageError);
    expect(read(bytes)).toThrow(message);
  });
});
