import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeThreads } from '../../src/cli/nodeThreads';
import { startEngine } from '../../src/kernels/device';
import { matMul } from '../../src/kernels/matMul';
import { declareShared } from '../../src/kernels/wasm/declareShared';
import { simdKernels, simdModule, TABLE_FLOATS } from '../../src/kernels/wasm/simd';
import { SharingMeter } from '../../src/kernels/wasm/sharingMeter';
import { CONTROL_BYTES, threadControl, WORD } from '../../src/kernels/wasm/threadControl';
import { mostThreads, type ThreadHost } from '../../src/kernels/wasm/threadPool';
import { SIMD_CASES, type SimdCase } from '../support/simdCases';
import { trainTinyModel } from '../support/tinyTraining';

afterAll(async () => void (await startEngine('cpu')));

const digest = (values: Float32Array | Int32Array) => createHash('sha256').update(values).digest('hex');

/** What a program computes, to the bit: a digest of each result. */
function bitsOf(build: SimdCase['build']): Record<string, string> {
  const outputs = tf.tidy(build);
  const bits = Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [name, digest(tensor.dataSync() as Float32Array)]),
  );
  tf.dispose(outputs);
  return bits;
}

describe('any number of threads gives the same bits', () => {
  const alone = new Map<string, Record<string, string>>();

  it.each([1, 2, 4])('every SIMD kernel with %i threads', { timeout: 60_000 }, async (threads) => {
    const { adapter } = await startEngine('wasm', { threads: nodeThreads(threads) });
    expect(adapter).toBe(`processor, WebAssembly SIMD, ${threads} ${threads === 1 ? 'thread' : 'threads'}`);
    for (const { name, build } of SIMD_CASES) {
      const bits = bitsOf(build);
      if (threads === 1) alone.set(name, bits);
      else expect(bits, name).toEqual(alone.get(name));
    }
  });

  it('ten training steps with 1, 2 and 4 threads', { timeout: 60_000 }, async () => {
    const runs = [];
    for (const threads of [1, 2, 4]) {
      await startEngine('wasm', { threads: nodeThreads(threads) });
      const { losses, weights } = trainTinyModel(10);
      runs.push({ losses, weights: weights.map(digest) });
    }
    expect(runs[0].losses[9]).toBeLessThan(runs[0].losses[0]);
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });
});

/** Gives the caller the workers that a host starts. */
function watched(host: ThreadHost, onStart: (kill: (cause: string) => void) => void): ThreadHost {
  return {
    ...host,
    startThread: (start, onDeath) => {
      onStart(onDeath);
      return host.startThread(start, onDeath);
    },
  };
}

const large = () => tf.ones([256, 256]) as tf.Tensor2D;

describe('threads that fail', () => {
  it('one that ended is an error that says so', async () => {
    let kill = (_: string) => {};
    await startEngine('wasm', { threads: watched(nodeThreads(2), (onDeath) => (kill = onDeath)) });
    expect(matMul(large(), large()).dataSync()[0]).toBe(256);
    kill('out of memory');
    expect(() => matMul(large(), large())).toThrow(/thread 1 ended: out of memory; expected all 2 threads/);
    await startEngine('wasm');
    expect(matMul(large(), large()).dataSync()[0]).toBe(256);
  });

  it('one that does not start is an error that says so, and the engine can be started without', async () => {
    const host = { ...nodeThreads(2), startThread: () => Promise.reject(new Error('no more threads')) };
    await expect(startEngine('wasm', { threads: host })).rejects.toThrow(/a thread did not start.*no more threads/);
    expect((await startEngine('wasm')).adapter).toMatch(/1 thread$/);
  });

  it('one that never comes holds nobody up', async () => {
    const host = { ...nodeThreads(3), startThread: () => Promise.resolve({ stop: () => {} }) };
    await startEngine('wasm', { threads: host });
    expect(matMul(large(), large()).dataSync()[0]).toBe(256);
  });
});

const SCRATCH = 32_768;

/** A heap with one helper and nobody else; `job` opens a job for gelu and waits until it is done. */
async function helperAlone() {
  const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536, shared: true });
  const control = 8;
  const { words, args } = threadControl(memory, control);
  const start = { module: simdModule(true), memory, control, thread: 1, functions: ['gelu'] };
  const helper = await nodeThreads(2).startThread(start, () => {});
  const job = (input: number, output: number, items: number) => {
    args.set([input, output]);
    words[WORD.argCount] = 2;
    words[WORD.items] = items;
    words[WORD.stride] = 3;
    words[WORD.scratch] = SCRATCH;
    words[WORD.scratchBytes] = 4 * TABLE_FLOATS;
    Atomics.store(words, WORD.next, 0);
    Atomics.add(words, WORD.generation, 1);
    Atomics.notify(words, WORD.generation);
    const limit = performance.now() + 20_000;
    const isDone = () => Atomics.load(words, WORD.next) >= items || Atomics.load(words, WORD.failed) !== 0;
    while (!isDone() && performance.now() < limit);
    Atomics.add(words, WORD.generation, 1);
    while (Atomics.load(words, WORD.inside) !== 0 && performance.now() < limit);
    return Atomics.exchange(words, WORD.failed, 0);
  };
  return { memory, job, stop: () => helper.stop() };
}

describe('a helper', () => {
  const [input, output, items] = [CONTROL_BYTES + 64, 8192, 100];

  it('does all of a job whose owner is busy, again and again', async () => {
    const { memory, job, stop } = await helperAlone();
    const x = new Float32Array(memory.buffer, input, 4 * items).map((_, i) => Math.sin(i));
    new Float32Array(memory.buffer, input, 4 * items).set(x);
    for (let round = 0; round < 50; round++) {
      const y = new Float32Array(memory.buffer, output, 4 * items);
      y.fill(0);
      expect(job(input, output, items)).toBe(0);
      const got = y.slice();
      simdKernels(simdModule(true), memory).gelu(input, output, SCRATCH, 0, items);
      expect(got).toEqual(y.slice());
      expect(got[1]).not.toBe(0);
    }
    stop();
  });

  it('whose piece fails says which thread it was, and goes on', async () => {
    const { job, stop } = await helperAlone();
    expect(job(2 ** 31, output, items)).toBe(2); // 1 + its number
    expect(job(input, output, items)).toBe(0);
    stop();
  });
});

describe('the meter of sharing', () => {
  const window = (meter: SharingMeter, sharedMs: number) => {
    let shared = 0;
    for (let call = 0; call < 64; call++) {
      if (meter.shouldShare()) shared++;
      meter.note(sharedMs, 2);
    }
    return shared;
  };
  /** Calls until it shares again. */
  const rest = (meter: SharingMeter) => {
    let calls = 0;
    while (!meter.shouldShare()) calls++;
    return calls;
  };

  it('shares while that is quicker than working alone', () => {
    const meter = new SharingMeter();
    expect([1, 1.9, 1].map((ms) => window(meter, ms))).toEqual([64, 64, 64]);
    expect(rest(meter)).toBe(0);
  });

  it('rests where waiting costs more than help brings, longer each time, and tries again', () => {
    const meter = new SharingMeter();
    expect(window(meter, 3)).toBe(64);
    expect(rest(meter)).toBe(512);
    window(meter, 3);
    expect(rest(meter)).toBe(1024);
    window(meter, 1);
    expect(rest(meter)).toBe(0);
    window(meter, 3);
    expect(rest(meter)).toBe(512);
  });
});

it('as many threads as cores, up to four', () => {
  expect([1, 2, 3, 8, NaN].map(mostThreads)).toEqual([1, 2, 3, 4, 1]);
});

it('a module without a memory that could be shared is refused', () => {
  const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
  expect(() => declareShared(empty)).toThrow(/no memory with a maximum size/);
});
