import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { DeviceError } from '../../src/config/errors';
import { defineKernel, readValues, runKernel } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { f32 } from '../../src/kernels/dispatch';
import type { WebGPUInternals } from '../../src/kernels/webgpuBackend';

/** `sum` is not declared: the error is in line 6 of the file. */
const BROKEN = `// y = scale * x
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  y[id.x] = uniforms.scale * sum;
}`;

for (const [name, source] of [
  ['BrokenOnPurpose', BROKEN],
  ['WholeOnPurpose', BROKEN.replace('sum', 'x[id.x]')],
]) {
  defineKernel<{ scale: number }>({
    name,
    inputs: ['x'],
    outputs: ([x]) => [{ shape: x, dtype: 'float32' }],
    reference: ([x], [y], _, { scale }) => y.set(x.map((value) => scale * value)),
    program: ([x], [y], { scale }) => [
      {
        file: `shaders/${name}.wgsl`,
        source,
        constants: { WORKGROUP: 4, SWITCH: true },
        bindings: [y, x],
        uniforms: [f32('scale', scale)],
        workgroups: [1],
      },
    ],
  });
}

const run = (name: string) => runKernel(name, { x: tf.tensor1d([1, 2, 3, 4]) }, { scale: 2 })[0];

async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return null;
}

// A new device each time: a broken one stays refused.
beforeEach(async () => void (await startEngine('webgpu')));

describe('WGSL that does not compile', () => {
  it('is thrown by the next read, with file and line', async () => {
    const y = run('BrokenOnPurpose');
    const error = await failureOf(() => readValues(y));
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as DeviceError).message).toMatch(/^shaders\/BrokenOnPurpose\.wgsl:6:\d+: .*sum/);
  });

  it('is thrown by the read of any other tensor, which may depend on it', async () => {
    const whole = run('WholeOnPurpose');
    run('BrokenOnPurpose');
    expect(await failureOf(() => readValues(whole))).toBeInstanceOf(DeviceError);
  });

  it('refuses every later kernel until the engine starts again', async () => {
    const broken = run('BrokenOnPurpose');
    await failureOf(() => readValues(broken));
    expect(await failureOf(() => run('WholeOnPurpose'))).toBeInstanceOf(DeviceError);
    await startEngine('webgpu');
    expect([...(await readValues(run('WholeOnPurpose')))]).toEqual([2, 4, 6, 8]);
  });
});

describe('an error that nobody captured', () => {
  it('is thrown by the next read', async () => {
    const y = run('WholeOnPurpose');
    const { device } = tf.backend() as unknown as WebGPUInternals;
    const seen = new Promise((resolve) => device.addEventListener('uncapturederror', resolve, { once: true }));
    device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    await seen;
    const error = await failureOf(() => readValues(y));
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as DeviceError).message).toMatch(/^webgpu: /);
  });
});
