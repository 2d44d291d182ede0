/** Memory that really runs out: 512 MB of a device that computes nothing, and the heap of the wasm engine. */
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DeviceError, StorageError } from '../../src/config/errors';
import { startEngine } from '../../src/kernels/device';
import type { WorkerEvent } from '../../src/worker/protocol';
import { Session } from '../../src/worker/session';
import { startIdleGpu } from '../support/idleGpu';
import { tinySettings } from '../support/tinySettings';

async function read(path: string): Promise<Uint8Array> {
  if (path !== 'tokenizer.json') throw new StorageError(`${path}: not there; expected in this test.`);
  return new Uint8Array(readFileSync(`public/${path}`));
}

/** SFT asks for 500 MB and more for its activations; half of the rows fit. */
const overrides = {
  ...tinySettings.overrides,
  'model.layers': 4,
  'model.width': 64,
  'model.heads': 4,
  'data.demonstrations': 600,
  'sft.batchSize': 512,
  'sampling.responseLength': 24,
};

describe('a run whose stage does not fit into the device', () => {
  const events: WorkerEvent[] = [];
  let restarts = 0;
  const session = new Session(read, (event) => void events.push(event), {
    restartEngine: async () => {
      restarts++;
      await startIdleGpu();
    },
    snapshotEveryMs: 0,
  });
  const failures = () => events.filter((event) => event.type === 'failed');
  afterEach(() => session.close());

  it('is kept, says what would need less, and goes on with it on an empty device', { timeout: 300_000 }, async () => {
    await startIdleGpu();
    const settings = { ...tinySettings, overrides };
    void session.handle({ type: 'start', plan: 'scratch', settings, runId: 'large' });
    await vi.waitFor(() => expect(failures()).toHaveLength(1), { timeout: 120_000 });
    expect(failures()[0]).toMatchObject({
      kind: 'device',
      trouble: 'memory',
      stage: 'sft',
      smaller: { 'sft.batchSize': 256 },
      recoversAt: { stage: 'pretrain' },
      message: expect.stringContaining('choose smaller batches or a smaller preset'),
    });
    expect(restarts).toBe(1);
    void session.handle({ type: 'recoverSmaller' });
    const reached = () =>
      events.findLast((event) => event.type === 'status' && event.status.stage === 'sft' && event.status.step > 0);
    await vi.waitFor(() => expect(reached()).toBeDefined(), { timeout: 120_000 });
    expect(events.filter((event) => event.type === 'settingChanged')).toMatchObject([
      { stage: 'sft', key: 'sft.batchSize', value: 256 },
    ]);
    expect(failures()).toHaveLength(1);
  });
});

describe('the wasm engine', () => {
  it('refuses a tensor that its heap cannot grow by, and goes on with smaller ones', async () => {
    await startEngine('wasm');
    const before = tf.memory().numTensors;
    const held: tf.Tensor[] = [];
    const fill = () => {
      for (let i = 0; i < 20; i++) held.push(tf.engine().makeTensorFromTensorInfo(unwritten(2 ** 26)));
    };
    expect(fill).toThrowError(DeviceError);
    expect(fill).toThrowError(
      /^memory: the heap of the wasm engine is .* choose smaller batches or a smaller preset\.$/,
    );
    tf.dispose(held);
    const small = tf.tensor1d([1, 2]).square();
    expect([...(await small.data())]).toEqual([1, 4]);
    small.dispose();
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(1);
  });
});

/** A tensor on the heap whose values nobody has set, so that the system need not find memory for them. */
function unwritten(floats: number): tf.TensorInfo {
  const backend = tf.backend() as unknown as { makeOutput(shape: number[], dtype: string): tf.TensorInfo };
  return backend.makeOutput([floats], 'float32');
}
