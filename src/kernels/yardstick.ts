/**
 * The rate of a bare tiled matrix product, which the bench holds whole training steps against. On WebGPU it goes around
 * TensorFlow.js: one pipeline, one bind group, nothing to pay for but arithmetic and memory.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import registerSource from '../../shaders/yardstickRegisters.wgsl?raw';
import tileSource from '../../shaders/yardstickTiles.wgsl?raw';
import { DeviceError } from '../config/errors';
import type { Engine } from './device';
import type { WebGPUInternals } from './webgpuBackend';

const SIZE = 512;
const REPETITIONS = 10;
const FLOPS = 2 * SIZE ** 3;

interface Shape {
  file: string;
  source: string;
  /** Rows and columns of a workgroup's tile. */
  tile: number;
}

const SHAPES: Shape[] = [
  { file: 'shaders/yardstickRegisters.wgsl', source: registerSource, tile: 32 },
  { file: 'shaders/yardstickTiles.wgsl', source: tileSource, tile: 64 },
];

/** A factor of the product, with values that no compiler can know. */
const factor = () => Float32Array.from({ length: SIZE * SIZE }, (_, i) => ((i * 7) % 13) / 13 - 0.5);

interface Product {
  /** Hands the product to the queue once. */
  run(): void;
  output: GPUBuffer;
  destroy(): void;
}

function buildProduct(device: GPUDevice, { file, source, tile }: Shape): Product {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffers = Array.from({ length: 3 }, () => device.createBuffer({ size: SIZE * SIZE * 4, usage }));
  for (const buffer of buffers.slice(1)) device.queue.writeBuffer(buffer, 0, factor());
  const shaderModule = device.createShaderModule({ label: file, code: `const SIZE = ${SIZE}u;\n${source}` });
  const pipeline = device.createComputePipeline({
    label: file,
    layout: 'auto',
    compute: { module: shaderModule, entryPoint: 'main' },
  });
  const bindings = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return {
    output: buffers[0],
    run() {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(SIZE / tile, SIZE / tile);
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    destroy: () => buffers.forEach((buffer) => buffer.destroy()),
  };
}

/** Whether the first value is that of the product: a shader that did not compile leaves zeros, and they come quickly. */
async function isRight(device: GPUDevice, output: GPUBuffer): Promise<boolean> {
  const staging = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(output, 0, staging, 0, 4);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const [got] = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  const values = factor();
  let expected = 0;
  for (let k = 0; k < SIZE; k++) expected += values[k] * values[k * SIZE];
  return Math.abs(got - expected) <= 1e-3 * Math.max(1, Math.abs(expected));
}

async function gpuRate(device: GPUDevice): Promise<number> {
  let best = 0;
  for (const shape of SHAPES) {
    const product = buildProduct(device, shape);
    product.run();
    if (!(await isRight(device, product.output)))
      throw new DeviceError(`${shape.file}: the product is wrong; expected the sum of the first row and column.`);
    for (let i = 0; i < REPETITIONS; i++) {
      const start = performance.now();
      product.run();
      await device.queue.onSubmittedWorkDone();
      best = Math.max(best, FLOPS / (performance.now() - start) / 1e6);
    }
    product.destroy();
  }
  return best;
}

/** The best matrix product the TensorFlow.js backend itself has, which on wasm is a library of hand-written SIMD. */
async function backendRate(): Promise<number> {
  const [a, b] = [factor(), factor()].map((values) => tf.tensor2d(values, [SIZE, SIZE]) as Tensor2D);
  let best = 0;
  for (let i = 0; i < REPETITIONS; i++) {
    const start = performance.now();
    const product = tf.matMul(a, b);
    await product.data();
    best = Math.max(best, FLOPS / (performance.now() - start) / 1e6);
    product.dispose();
  }
  tf.dispose([a, b]);
  return best;
}

/**
 * GFLOP/s of the better of two tiled products of 512 × 512 matrices on the engine that runs; best of ten.
 * @throws DeviceError when the device computes something else
 */
export async function yardstickRate(engine: Engine): Promise<number> {
  return engine === 'webgpu' ? gpuRate((tf.backend() as unknown as WebGPUInternals).device) : backendRate();
}
