import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { DivergedError } from '../config/errors';
import { readValues } from '../kernels/defineKernel';
import { joinValues } from '../kernels/joinValues';
import type { Parameters } from '../nn/gpt';
import type { Stage } from './report';

/** Runs a step again without updating anything, showing every activation in order, and hands back its gradients. */
export type Replay = (observe: (name: string, tensor: Tensor) => void) => { value: Tensor; gradients: Parameters };

interface Pending<Host> {
  step: number;
  host: Host;
  values: Tensor;
  replay?: Replay;
}

/** What came back from the device of one push. */
export interface RingRow<Host> {
  step: number;
  host: Host;
  values: Float32Array;
}

/**
 * Small numbers of recent steps, kept on the device and read together: one readback per `capacity` rows. Each row must
 * start with [gradient norm, non-finite flag]; rows may differ in length.
 */
export class DeviceRing<Host> {
  #pending: Pending<Host>[] = [];

  constructor(
    readonly stage: Stage,
    readonly capacity: number,
  ) {}

  /** @param values [n], copied. @param replay how to name the first bad tensor; absent for rows that carry no update. */
  push(step: number, host: Host, values: Tensor, replay?: Replay): void {
    this.#pending.push({ step, host, values: tf.keep(joinValues([values])), replay });
  }

  /** Time to read. The very first step is read by itself, so that whoever waits for the run sees it move. */
  get isFull(): boolean {
    return this.#pending.length >= this.capacity || this.#pending[0]?.step === 1;
  }

  /**
   * Reads and forgets what has collected.
   * @throws DivergedError naming the first step and tensor that was not finite; no update of that step was applied
   */
  async drain(): Promise<RingRow<Host>[]> {
    const pending = this.#pending;
    this.#pending = [];
    if (pending.length === 0) return [];
    const stacked = joinValues(pending.map((row) => row.values));
    const all = await readValues(stacked).finally(() => tf.dispose([stacked, ...pending.map((row) => row.values)]));
    let at = 0;
    const rows = pending.map(({ step, host, values }) => ({
      step,
      host,
      values: Float32Array.from(all.slice(at, (at += values.size))),
    }));
    const bad = rows.findIndex((row, i) => row.values[1] !== 0 && pending[i].replay);
    if (bad >= 0) {
      const name = await firstBadTensor(pending[bad].replay!);
      const step = rows[bad].step;
      throw new DivergedError(
        `${this.stage}: step ${step} produced values that are not finite, first in ${name}; that update and all after it were not applied, the last good weights are kept. Lower the learning rate and start the stage again.`,
        this.stage,
        step,
        name,
      );
    }
    return rows;
  }

  dispose(): void {
    tf.dispose(this.#pending.map((row) => row.values));
    this.#pending = [];
  }
}

async function isFinite(tensor: Tensor): Promise<boolean> {
  return (await readValues(tensor)).every((value) => Number.isFinite(value));
}

/** Replays the step eagerly and reads everything in the order it was computed. Slow, and only after trouble. */
async function firstBadTensor(replay: Replay): Promise<string> {
  const seen: [string, Tensor][] = [];
  const { value, gradients } = replay((name, tensor) => seen.push([name, tf.keep(tensor.clone())]));
  try {
    for (const [name, tensor] of [...seen, ['loss', value] as [string, Tensor]]) {
      if (!(await isFinite(tensor))) return name;
    }
    // Backward: the gradient of the last layer is computed first.
    for (const [name, tensor] of Object.entries(gradients).reverse()) {
      if (!(await isFinite(tensor))) return `gradient of ${name}`;
    }
    return 'the gradient norm';
  } finally {
    tf.dispose([value, gradients, ...seen.map(([, tensor]) => tensor)]);
  }
}
