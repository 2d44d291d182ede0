import { createHash } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { stream } from '../../src/data/random';
import { sha256, sha256OnHost } from '../../src/data/sha256';

afterEach(() => vi.unstubAllGlobals());

const random = stream(1, 'sha256');
const bytesOf = (length: number) => Uint8Array.from({ length }, () => random.int(256));

test('agrees with the published digests', () => {
  const text = (words: string) => sha256OnHost(new TextEncoder().encode(words));
  expect(text('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(text('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('both routines give the same digest at every length around a block', async () => {
  for (let length = 0; length <= 130; length++) {
    const bytes = bytesOf(length);
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(sha256OnHost(bytes), `${length} bytes, own loop`).toBe(expected);
    expect(await sha256(bytes), `${length} bytes, browser`).toBe(expected);
  }
});

test('a page on plain http has no routine of the browser and gets the same digest', async () => {
  const bytes = bytesOf(1000);
  const expected = await sha256(bytes);
  vi.stubGlobal('crypto', {});
  expect(await sha256(bytes)).toBe(expected);
});

test('a view into a larger buffer is hashed alone', async () => {
  const whole = bytesOf(300);
  expect(await sha256(whole.subarray(100, 171))).toBe(sha256OnHost(whole.slice(100, 171)));
});
