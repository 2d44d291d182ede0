/**
 * Runs the steps of a loop as fast as the engine can: on WebGPU the first run of a step is captured and later ones are
 * replayed, elsewhere it is simply called. The numbers are the same either way.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { compileFor, lookThrough } from './compileFor';
import { isCollecting } from './pipelines';
import { Plan } from './plan';
import { StepValue } from './stepValue';
import type { WebGPUInternals } from './webgpuBackend';

/** What a step may read besides its tensors, by name: it may change from run to run. */
export type LiveNumbers = Record<string, number>;
export type LiveValues<L extends LiveNumbers> = { readonly [K in keyof L]: StepValue<number> };

export interface Step<I, L extends LiveNumbers> {
  /** Says which step of the loop this is. */
  name: string;
  /** Models and optimisers it works on, in place: another object is another step. */
  uses?: readonly object[];
  /** Tensors it works on, kept by the caller. Their shapes, and everything among them that is no tensor, name the step. */
  inputs: I;
  /** Numbers that may change without making it another step. */
  live?: L;
}

interface Entry {
  outputs: unknown;
  live: Record<string, StepValue<number>>;
  /** Null where the engine does not capture. */
  plan: Plan | null;
}

/** Plans kept at a time; the one used longest ago goes first. Widths of batches make the number of different steps. */
const CAPACITY = 24;

/** Whether WebGPU steps are captured. Tests and the bench switch it off to compare; nothing else does. */
export const stepMode = { captures: true };

/** Whether steps are captured on the engine in use. */
export function capturesSteps(): boolean {
  return stepMode.captures && tf.getBackend() === 'webgpu';
}

export class StepRunner {
  /** In order of use, the latest last. */
  readonly #entries = new Map<string, Entry>();

  constructor(readonly capacity = CAPACITY) {}

  /** Plans alive. */
  get plans(): number {
    return [...this.#entries.values()].filter(({ plan }) => plan !== null).length;
  }

  /**
   * @param compute what the step does. It may read nothing back, and build nothing from host data that is not in
   * `inputs` or `live`. Weights and optimiser states change in place.
   * @returns its results. They belong to the runner and hold until the step runs again: copy what is to be kept
   */
  async run<I extends object, O extends object, L extends LiveNumbers = Record<never, never>>(
    step: Step<I, L>,
    compute: (inputs: I, live: LiveValues<L>) => O,
  ): Promise<O> {
    const tensors: Tensor[] = [];
    const key = `${step.name}|${(step.uses ?? []).map(identity).join()}|${describe(step.inputs, tensors)}`;
    const numbers: LiveNumbers = step.live ?? {};
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    if (known) {
      for (const [name, value] of Object.entries(numbers)) known.live[name].value = value;
      if (known.plan?.replay(tensors)) {
        this.#entries.set(key, known);
        return known.outputs as O;
      }
      free(known);
    }
    const live = liveValues(numbers);
    const work = (inputs: Tensor[]) => compute(rebuild(step.inputs, inputs.values()) as I, live as LiveValues<L>);
    const entry = await begin(step, tensors, work, live);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.capacity) this.#evict();
    return entry.outputs as O;
  }

  /** Frees the plans and their results. */
  dispose(): void {
    for (const entry of this.#entries.values()) free(entry);
    this.#entries.clear();
  }

  #evict(): void {
    const [oldest, entry] = this.#entries.entries().next().value!;
    this.#entries.delete(oldest);
    free(entry);
  }
}

/** The first time that a step is run. */
async function begin(
  step: Step<object, LiveNumbers>,
  tensors: Tensor[],
  work: (inputs: Tensor[]) => object,
  live: Entry['live'],
): Promise<Entry> {
  if (!capturesSteps()) return { ...once(tensors, work), live };
  const kind = `${step.name}|${(step.uses ?? []).map(shapes).join()}|${describe(step.inputs, [])}`;
  if (isCollecting()) return { ...lookThrough(kind, () => once(tensors, work)).result, live };
  await compileFor(kind, () => tf.dispose(collect(tf.tidy(() => work(tensors) as tf.TensorContainerObject))));
  return capture(tensors, work, live);
}

function once(tensors: Tensor[], work: (inputs: Tensor[]) => object): Omit<Entry, 'live'> {
  const outputs = tf.tidy(() => work(tensors) as tf.TensorContainerObject);
  for (const output of collect(outputs)) tf.keep(output);
  return { outputs, plan: null };
}

function capture(tensors: Tensor[], work: (inputs: Tensor[]) => object, live: Entry['live']): Entry {
  let shape: object = {};
  const plan = new Plan(tf.backend() as unknown as WebGPUInternals, tensors, (inputs) => {
    shape = work(inputs);
    return collect(shape);
  });
  return { outputs: rebuild(shape, plan.outputs.values()), plan, live };
}

function free({ plan, outputs }: Entry): void {
  if (plan) plan.dispose();
  else tf.dispose(collect(outputs as object));
}

const identities = new WeakMap<object, number>();
let nextIdentity = 1;

function identity(object: object): number {
  let known = identities.get(object);
  if (known === undefined) identities.set(object, (known = nextIdentity++));
  return known;
}

/** Numbers as a step gets them. */
export const liveValues = (numbers: LiveNumbers) =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, new StepValue(value)]));

/** What an object is like to the pipelines that work on it: a model of the same shapes needs the same ones. */
function shapes(object: object): string {
  const { parameters } = object as { parameters?: unknown };
  return typeof parameters === 'object' && parameters !== null ? describe(parameters, []) : object.constructor.name;
}

/** Shapes and types of the tensors in it, which are added to `tensors`, and everything else as it stands. */
function describe(value: unknown, tensors: Tensor[]): string {
  if (value instanceof tf.Tensor) {
    tensors.push(value);
    return `${value.dtype}[${value.shape}]`;
  }
  if (ArrayBuffer.isView(value)) {
    throw new TypeError('StepRunner: an input is a host array; make it a tensor, so that its values can change.');
  }
  if (value === null || typeof value !== 'object') return String(value);
  return `{${Object.entries(value)
    .map(([name, part]) => `${name}:${describe(part, tensors)}`)
    .join()}}`;
}

function collect(tree: object): Tensor[] {
  const tensors: Tensor[] = [];
  describe(tree, tensors);
  return tensors;
}

/** The same tree with other tensors in it. */
function rebuild(value: unknown, tensors: Iterator<Tensor>): unknown {
  if (value instanceof tf.Tensor) return tensors.next().value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rebuild(part, tensors)]));
}
