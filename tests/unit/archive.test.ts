/** An archive opens again to the identical state, and nothing else opens. */
import { unzipSync, zipSync } from 'fflate';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { StorageError } from '../../src/config/errors';
import { sha256 } from '../../src/data/sha256';
import { startEngine } from '../../src/kernels/device';
import type { RunArchive } from '../../src/pipeline/archiveEntries';
import { readArchive } from '../../src/pipeline/archiveReader';
import { writeArchive } from '../../src/pipeline/archiveWriter';
import { restoreRun } from '../../src/pipeline/restore';
import { disposeRun } from '../../src/pipeline/run';
import { snapshotRun } from '../../src/pipeline/snapshot';
import { archiveOfTinyRun } from '../support/tinyArchive';

const asFile = (bytes: Uint8Array) => new Blob([new Uint8Array(bytes)]);
const tokenizer = readFileSync('public/tokenizer.json', 'utf8');

describe('a run archive', () => {
  let archive: RunArchive;
  let bytes: Uint8Array;
  /** The archive with entries changed, packed again; checksums follow unless they are the point. */
  async function forged(change: (files: Record<string, Uint8Array>) => void, isHonest = true): Promise<Uint8Array> {
    const files = unzipSync(bytes);
    change(files);
    if (isHonest) {
      const sums: Record<string, unknown> = {};
      for (const [name, contents] of Object.entries(files))
        if (name !== 'checksums.json') sums[name] = { bytes: contents.length, sha256: await sha256(contents) };
      files['checksums.json'] = encode(JSON.stringify({ version: 1, files: sums }));
    }
    return zipSync(files, { level: 0 });
  }
  const encode = (text: string) => new TextEncoder().encode(text);
  const decode = (contents: Uint8Array) => new TextDecoder().decode(contents);
  async function refusal(forgery: Uint8Array): Promise<string> {
    const error: unknown = await readArchive(asFile(forgery)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StorageError);
    return (error as StorageError).message;
  }
  /** Changes the manifest by a piece of text. */
  const edited = (from: string | RegExp, to: string) =>
    forged((files) => {
      const text = decode(files['manifest.json']);
      expect(text).toMatch(from);
      files['manifest.json'] = encode(text.replace(from, to));
    });

  beforeAll(async () => {
    await startEngine('wasm');
    archive = await archiveOfTinyRun();
    bytes = await writeArchive(archive);
  }, 60_000);

  it('opens to what was put in, and is written again byte by byte', async () => {
    const opened = await readArchive(asFile(bytes));
    const byName = ({ name: a }: { name: string }, { name: b }: { name: string }) => (a < b ? -1 : 1);
    expect(opened.snapshot.tensors.toSorted(byName)).toEqual(archive.snapshot.tensors.toSorted(byName));
    expect({ ...opened, snapshot: opened.snapshot.manifest }).toEqual({
      ...archive,
      snapshot: archive.snapshot.manifest,
    });
    expect(await sha256(await writeArchive(opened))).toBe(await sha256(bytes));
  });

  it('is read entry by entry, so that no more than one lies in memory beside the run', async () => {
    const file = asFile(bytes);
    const slices: number[] = [];
    const slice = vi.spyOn(file, 'slice').mockImplementation((from, to) => {
      slices.push((to ?? file.size) - (from ?? 0));
      return Blob.prototype.slice.call(file, from, to);
    });
    const whole = vi.spyOn(file, 'arrayBuffer');
    const { snapshot } = await readArchive(file);
    expect(snapshot.tensors).toHaveLength(archive.snapshot.tensors.length);
    const largest = Math.max(...Object.values(unzipSync(bytes)).map((contents) => contents.length));
    expect(bytes.length).toBeGreaterThan(4 * largest);
    expect(slices.reduce((sum, bytes) => sum + bytes)).toBeGreaterThan(0.9 * bytes.length);
    expect(Math.max(...slices)).toBeLessThan(2 * largest);
    expect(whole).not.toHaveBeenCalled();
    slice.mockRestore();
  });

  it('restores a run whose archive is the same', async () => {
    const run = restoreRun((await readArchive(asFile(bytes))).snapshot, tokenizer);
    const { manifest } = archive.snapshot;
    const again = (await snapshotRun(run, manifest))!.snapshot;
    disposeRun(run);
    const { metrics, samples } = archive;
    const sum = async (snapshot: typeof again) => sha256(await writeArchive({ snapshot, metrics, samples }));
    expect(await sum(again)).toBe(await sum(archive.snapshot));
  });

  it('holds models under the names of Hugging Face, and every entry has its checksum', () => {
    const files = unzipSync(bytes);
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        'manifest.json',
        'models/policy.safetensors',
        'models/learner.safetensors',
        'policyOptimizer/first.safetensors',
        'valueOptimizer/second.safetensors',
        'answers.jsonl',
        'labels.jsonl',
        'metrics.jsonl',
        'samples.jsonl',
      ]),
    );
    expect(decode(files['models/policy.safetensors'])).toContain('"transformer.h.0.attn.c_attn.weight"');
    const { files: sums } = JSON.parse(decode(files['checksums.json'])) as { files: object };
    expect(Object.keys(sums).sort()).toEqual(
      Object.keys(files)
        .filter((name) => name !== 'checksums.json')
        .sort(),
    );
  });

  it('is refused with the name of the entry that was damaged', async () => {
    const damaged = await forged((files) => files['models/sft.safetensors'].fill(7, 4000, 4001), false);
    expect(await refusal(damaged)).toMatch(/models\/sft\.safetensors has SHA-256/);
  });

  it('is refused when it was cut off, is no zip file, or lacks a part', async () => {
    expect(await refusal(bytes.slice(0, bytes.length / 2))).toMatch(/no whole zip/);
    expect(await refusal(encode('no archive'))).toMatch(/no whole zip/);
    expect(await refusal(new Uint8Array())).toMatch(/no whole zip/);
    expect(await refusal(await forged((files) => delete files['metrics.jsonl']))).toMatch(/metrics\.jsonl is missing/);
    expect(await refusal(await forged((files) => delete files['models/sft.safetensors'], false))).toMatch(
      /models\/sft\.safetensors is missing/,
    );
  });

  it.each(['../manifest.json', '/etc/passwd', 'models/../x.safetensors', 'models\\sft.safetensors', 'x'])(
    'is refused with an entry named %s',
    async (name) => {
      const files = Object.entries(unzipSync(bytes));
      const forgery = zipSync(Object.fromEntries([...files, [name, encode('{}')]].map(([k, v]) => [k, v])), {
        level: 0,
      });
      expect(await refusal(forgery)).toMatch(/is no part of a run archive/);
    },
  );

  it('is refused when an entry declares more than deflate can pack', async () => {
    const forgery = bytes.slice();
    const view = new DataView(forgery.buffer, forgery.byteOffset);
    // The central directory holds the declared size 24 bytes behind its signature.
    const at = forgery.findIndex((_, i) => i + 4 <= forgery.length && view.getUint32(i, true) === 0x02014b50);
    view.setUint32(at + 24, 0x3fffffff, true);
    expect(await refusal(forgery)).toMatch(/declares 1073741823 bytes/);
  });

  it.each([
    [/"taken": \d+/, '"taken": -1', /position/],
    [/"klCoef": [\d.e-]+/, '"klCoef": "big"', /ppo\.klCoef is/],
    [/"ppo\.klCoef": [\d.]+/, '"ppo.klCoef": 1e9', /ppo\.klCoef: got/],
    [/"world": "/, '"isAdmin": true, "world": "', /isAdmin/],
    [/"version": 1,\s+"world"|"version": 1/, '"version": 2', /settings.version: got 2; expected 1/],
    ['"hasAverage"', '"__proto__"', /__proto__/],
  ] as const)('is refused when %s of the manifest became %s', async (from, to, expected) => {
    expect(await refusal(await edited(from, to))).toMatch(expected);
  });

  it('is refused with samples or metrics of another make, by line', async () => {
    const withSamples = await forged((files) => void (files['samples.jsonl'] = encode('{"policy":"ppo"}\n')));
    expect(await refusal(withSamples)).toMatch(/samples\.jsonl, line 1/);
    const withMetrics = await forged(
      (files) => void (files['metrics.jsonl'] = encode('\n{"stage":"ppo","step":1,"x":"1"}\n')),
    );
    expect(await refusal(withMetrics)).toMatch(/metrics\.jsonl, line 2/);
  });
});
