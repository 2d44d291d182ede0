/**
 * A step captured once and replayed many times. Building a step in JavaScript costs far more than a small GPU needs to do
 * it; a replay writes the step's inputs and the numbers that change, and puts the recorded commands into one command
 * buffer. Inputs and outputs are tensors of the plan's own with fixed buffers.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { DeviceError } from '../config/errors';
import { activeCapture, setCapture, type Capture, type Command } from './capture';
import { counters } from './counters';
import { throwTrouble } from './pipelines';
import { SubmitPace } from './submitPace';
import { bindingOf, bytesOf, copyBytes, flush, STORAGE_USAGE, type WebGPUInternals } from './webgpuBackend';

export class Plan {
  readonly #capture: Capture;
  readonly #inputs: Tensor[];
  readonly #outputs: Tensor[] = [];
  readonly #pace = new SubmitPace();
  #isDisposed = false;

  /**
   * Runs `step` once and writes down what it does.
   * @param inputs what the step works on; their values are copied, they stay the caller's
   * @param step builds everything else; what it returns is what the plan hands out
   * @throws DeviceError when the step reads a value back, or leaves tensors behind that it does not return
   */
  constructor(
    readonly backend: WebGPUInternals,
    inputs: readonly Tensor[],
    step: (inputs: Tensor[]) => Tensor[],
  ) {
    if (activeCapture())
      throw new DeviceError('plan: a step that is being captured starts another one; run them in turn.');
    this.#inputs = inputs.map((input) => this.#fixedTensor(input.shape, input.dtype));
    this.#fill(inputs);
    flush(backend);
    this.#capture = {
      scope: backend.bufferManager.openScope(),
      commands: [],
      live: [],
      outer: new Map(),
      firstId: nextDataId(backend),
    };
    setCapture(this.#capture);
    const handedIn = this.#pace.watch(backend.queue);
    try {
      this.#runStep(step);
    } catch (error) {
      this.dispose();
      throw error;
    } finally {
      flush(backend);
      void handedIn();
      setCapture(null);
      backend.bufferManager.closeScope();
    }
    for (const dataId of [...this.#inputs, ...this.#outputs].map((tensor) => tensor.dataId))
      this.#capture.outer.delete(dataId);
  }

  /** The plan's own tensors; every replay overwrites them. */
  get outputs(): readonly Tensor[] {
    return this.#outputs;
  }

  /**
   * Does the step again with other values.
   * @param inputs of the shapes and types the plan was captured with
   * @returns false when a tensor it binds is gone, a number asks for another program or the pool of temporaries began
   * anew; nothing was done then
   */
  replay(inputs: readonly Tensor[]): boolean {
    throwTrouble();
    const { backend } = this;
    const { outer, live, commands, scope } = this.#capture;
    if (this.#isDisposed || scope.isRetired) return false;
    for (const [dataId, buffer] of outer) {
      if (!backend.tensorMap.has(dataId) || backend.tensorMap.get(dataId).resource !== buffer) return false;
    }
    const uniforms = live.map(({ buffer, bytes }) => ({ buffer, bytes: bytes() }));
    if (uniforms.some(({ bytes }) => bytes === null)) return false;
    for (const { buffer, bytes } of uniforms) backend.queue.writeBuffer(buffer, 0, bytes!);
    this.#fill(inputs);
    const size = this.#pace.size(commands.length);
    const handedIn = this.#pace.watch(backend.queue);
    for (let at = 0; at < commands.length; at += size) {
      encode(backend, commands, at, Math.min(commands.length, at + size));
      flush(backend);
    }
    void handedIn();
    // Values cached on the host are those of an earlier run.
    for (const dataId of outer.keys()) backend.tensorMap.get(dataId).values = null;
    for (const output of this.#outputs) backend.tensorMap.get(output.dataId).values = null;
    backend.bufferManager.noteStep();
    return true;
  }

  /** Gives every buffer back. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    flush(this.backend);
    for (const tensor of [...this.#inputs, ...this.#outputs]) {
      const buffer = this.backend.tensorMap.get(tensor.dataId).resource!;
      tensor.dispose();
      this.backend.bufferManager.releaseBuffer(buffer, false);
    }
    this.backend.bufferManager.releaseScope(this.#capture.scope);
  }

  #runStep(step: (inputs: Tensor[]) => Tensor[]): void {
    const { backend } = this;
    const results = tf.tidy(() => step(this.#inputs));
    for (const result of results) {
      backend.uploadToGPU(result.dataId);
      const output = this.#fixedTensor(result.shape, result.dtype);
      const target = backend.tensorMap.get(output.dataId).resource!;
      copyBytes(backend, bindingOf(backend.tensorMap.get(result.dataId)), { buffer: target }, bytesOf(result));
      this.#outputs.push(output);
    }
    for (const result of new Set(results)) if (!this.#inputs.includes(result)) result.dispose();
    const left = this.#capture.scope.inUse.size;
    if (left > 0) {
      throw new DeviceError(
        `plan: ${left} tensors made inside a captured step outlive it; return them from the step instead of keeping them.`,
      );
    }
  }

  #fixedTensor(shape: number[], dtype: string): Tensor {
    const { backend } = this;
    const info = backend.makeTensorInfo(shape, dtype);
    const data = backend.tensorMap.get(info.dataId);
    data.resource = backend.bufferManager.acquireOwn(bytesOf({ shape }), STORAGE_USAGE());
    data.external = true;
    return tf.keep(tf.engine().makeTensorFromTensorInfo(info));
  }

  /** Values still on the host are written straight into the fixed buffers; what lies on the device is copied there. */
  #fill(inputs: readonly Tensor[]): void {
    const { backend } = this;
    inputs.forEach((input, i) => {
      const from = backend.tensorMap.get(input.dataId);
      const to = backend.tensorMap.get(this.#inputs[i].dataId).resource!;
      if (from.resource) copyBytes(backend, bindingOf(from), { buffer: to }, bytesOf(input));
      else if (from.values instanceof Float32Array || from.values instanceof Int32Array)
        backend.queue.writeBuffer(to, 0, from.values as Float32Array<ArrayBuffer>);
      else throw new DeviceError(`plan: input ${i} of type ${input.dtype} has no float32 or int32 values.`);
    });
  }
}

/** Tensors made from here on have at least this id. */
function nextDataId(backend: WebGPUInternals): number {
  const { dataId } = backend.makeTensorInfo([], 'float32');
  backend.disposeData(dataId);
  return (dataId as { id: number }).id + 1;
}

function encode(backend: WebGPUInternals, commands: readonly Command[], from: number, to: number): void {
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  const encoder = backend.commandEncoder!;
  let pass: GPUComputePassEncoder | null = null;
  for (let i = from; i < to; i++) {
    const command = commands[i];
    if (command.kind === 'dispatch') {
      pass ??= encoder.beginComputePass();
      pass.setPipeline(command.pipeline);
      pass.setBindGroup(0, command.bindGroup);
      pass.dispatchWorkgroups(...command.groups);
      counters.dispatches++;
    } else {
      pass?.end();
      pass = null;
      encoder.copyBufferToBuffer(command.from, command.fromOffset, command.to, command.toOffset, command.bytes);
    }
  }
  pass?.end();
}
