/**
 * Drawing tokens on the device.
 *   p = softmax(logits / temperature) over the kept tokens: the topK largest, then the nucleus of mass topP
 *   picked = first kept token, in id order, whose cumulative probability reaches u (inverse CDF)
 * logits [B, V]. Thresholds are found by bisection instead of sorting. TensorFlow.js' own `multinomial` is biased on WebGPU,
 * and reading logits back for every token would cap generation at a few hundred tokens a second. No gradient.
 */
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import filterSource from '../../shaders/filterProbabilities.wgsl?raw';
import keptSource from '../../shaders/keptTokens.wgsl?raw';
import stepSource from '../../shaders/sampleStep.wgsl?raw';
import { defineKernel, runKernel, type HostArray } from './defineKernel';
import { f32, u32, type Uniform } from './dispatch';
import { rowTeam } from './rowTeam';
import { expectShape, expectType } from './shapes';
import { numberOf, type StepNumber } from './stepValue';

export interface FilterOptions {
  /** Divides the logits; 0 keeps the largest alone (ties share). */
  temperature: number;
  /** Tokens kept, with ties of the last one; 0 keeps all. */
  topK?: number;
  /** Mass kept of what topK left, in [0, 1]; 1 keeps all. */
  topP?: number;
  /**
   * `standard`: the smallest set of most probable tokens whose mass reaches topP. `lmhp`, as in lm-human-preferences
   * (2019): those whose cumulative mass is at most topP, one fewer. Both keep at least one, and ties of the last.
   */
  rule?: 'standard' | 'lmhp';
}

type Filter = Required<FilterOptions>;

/** What may be drawn from a row: logits from `threshold` up. */
interface Kept {
  highest: number;
  threshold: number;
  /** Sum of the weights exp((x − highest) / temperature) of the kept tokens. */
  total: number;
}

const weightOf = (x: number, highest: number, temperature: number) =>
  temperature === 0 ? 1 : Math.exp((x - highest) / temperature);

/** @param sorted scratch, as long as a row */
function keptTokens(logits: HostArray, start: number, sorted: Float64Array, filter: Filter): Kept {
  const { temperature, topK, topP, rule } = filter;
  const vocabulary = sorted.length;
  let highest = -Infinity;
  for (let i = 0; i < vocabulary; i++) if (logits[start + i] > highest) highest = logits[start + i];
  let threshold = temperature === 0 ? highest : -Infinity;
  const isFiltered = temperature > 0 && (topP < 1 || (topK > 0 && topK < vocabulary));
  if (isFiltered) {
    for (let i = 0; i < vocabulary; i++) sorted[i] = -logits[start + i];
    sorted.sort(); // largest logit first
    if (topK > 0 && topK < vocabulary) threshold = -sorted[topK - 1];
  }
  let total = 0;
  const addKept = () => {
    total = 0;
    for (let i = start; i < start + vocabulary; i++) {
      if (!(logits[i] < threshold)) total += weightOf(logits[i], highest, temperature);
    }
  };
  addKept();
  if (isFiltered && topP < 1) {
    threshold = Math.max(threshold, nucleus(sorted, topP * total, highest, temperature, rule));
    addKept();
  }
  return { highest, threshold, total };
}

/** @returns the smallest logit of the nucleus. `sorted` holds negated logits, ascending */
function nucleus(
  sorted: Float64Array,
  wanted: number,
  highest: number,
  temperature: number,
  rule: Filter['rule'],
): number {
  let smallest = highest;
  let mass = 0;
  for (let i = 0; i < sorted.length; i++) {
    mass += weightOf(-sorted[i], highest, temperature);
    if (sorted[i + 1] === sorted[i]) continue; // a tie stays together
    if (rule === 'lmhp' && mass > wanted) break;
    smallest = -sorted[i];
    if (rule === 'standard' && mass >= wanted) break;
  }
  return smallest;
}

export function filterProbabilitiesReference(
  logits: HostArray,
  probs: HostArray,
  kept: HostArray,
  vocabulary: number,
  filter: Filter,
): void {
  const sorted = new Float64Array(vocabulary);
  for (let row = 0; row < kept.length; row++) {
    const start = row * vocabulary;
    const { highest, threshold, total } = keptTokens(logits, start, sorted, filter);
    kept[row] = 0;
    for (let i = start; i < start + vocabulary; i++) {
      const isKept = !(logits[i] < threshold);
      if (isKept) kept[row]++;
      probs[i] = isKept ? weightOf(logits[i], highest, filter.temperature) / total : 0;
    }
  }
}

/** First kept token whose cumulative weight reaches u; the last possible one should rounding leave the sum below u. */
function pick(
  logits: HostArray,
  start: number,
  end: number,
  u: number,
  { highest, threshold, total }: Kept,
  temperature: number,
): number {
  const reach = temperature === 0 ? 0 : u * total;
  let cumulative = 0;
  let lastPossible = start;
  for (let i = start; i < end; i++) {
    if (logits[i] < threshold) continue;
    const weight = weightOf(logits[i], highest, temperature);
    cumulative += weight;
    if (!(weight > 0)) continue;
    lastPossible = i;
    if (cumulative >= reach) break;
  }
  return lastPossible - start;
}

export interface StepOptions extends Omit<FilterOptions, 'rule' | 'temperature'> {
  /** Divides the logits; 0 keeps the largest alone (ties share). May change from step to step. */
  temperature: StepNumber;
  /** Id that ends an answer. */
  eos: number;
  /** Id written once an answer has ended. */
  pad: number;
  /** Column of `mask` that this token occupies. */
  slot: number;
}

interface StepAttrs extends Required<StepOptions> {
  step: number;
  temperature: number;
}

/** Books of a batch of answers, written in place. */
interface StepState {
  tokens: HostArray;
  done: HostArray;
  mask: HostArray;
}

export function sampleStepReference(
  logits: HostArray,
  uniforms: HostArray,
  { tokens, done, mask }: StepState,
  next: HostArray,
  attrs: StepAttrs,
): void {
  const rows = done.length;
  const [vocabulary, responses, slots] = [logits.length / rows, tokens.length / rows, mask.length / rows];
  const sorted = new Float64Array(vocabulary);
  const filter: Filter = { ...attrs, rule: 'standard' };
  for (let row = 0; row < rows; row++) {
    const start = row * vocabulary;
    const kept = keptTokens(logits, start, sorted, filter);
    const u = uniforms[attrs.step * rows + row];
    const picked = pick(logits, start, start + vocabulary, u, kept, attrs.temperature);
    const wasDone = done[row] !== 0;
    const token = wasDone ? attrs.pad : picked;
    next[row] = token;
    tokens[row * responses + attrs.step] = token;
    mask[row * slots + attrs.slot] = wasDone ? 0 : 1;
    if (!wasDone && token === attrs.eos) done[row] = 1;
  }
}

function filterUniforms(
  rows: number,
  vocabulary: number,
  { temperature, topK, topP }: Omit<Filter, 'rule'>,
): Uniform[] {
  // Keeping the whole vocabulary is keeping all: the search for a threshold is skipped.
  const active = topK < vocabulary ? topK : 0;
  return [
    u32('rows', rows),
    u32('vocabulary', vocabulary),
    f32('temperature', temperature),
    u32('topK', active),
    f32('topP', topP),
  ];
}

defineKernel<Filter>({
  name: 'FilterProbabilities',
  inputs: ['logits'],
  outputs: ([logits]) => [
    { shape: logits, dtype: 'float32' },
    { shape: [logits[0]], dtype: 'int32' },
  ],
  reference: ([logits], [probs, kept], [shape], filter) =>
    filterProbabilitiesReference(logits, probs, kept, shape[1], filter),
  program: ([logits], [probs, kept], filter) => {
    const [rows, vocabulary] = logits.shape;
    const team = rowTeam(`${filterSource}\n${keptSource}`, rows);
    return [
      {
        ...team,
        file: 'shaders/filterProbabilities.wgsl',
        constants: { ...team.constants, LMHP_RULE: filter.rule === 'lmhp' },
        bindings: [probs, kept, logits],
        uniforms: filterUniforms(rows, vocabulary, filter),
      },
    ];
  },
});

defineKernel<StepAttrs>({
  name: 'SampleStep',
  inputs: ['logits', 'uniforms', 'tokens', 'done', 'mask'],
  outputs: ([logits]) => [{ shape: [logits[0]], dtype: 'int32' }],
  reference: ([logits, uniforms, tokens, done, mask], [next], _, attrs) =>
    sampleStepReference(logits, uniforms, { tokens, done, mask }, next, attrs),
  wasm: {
    // Filters need a search for their threshold; they are for looking at a model, not for training it.
    fits: ([[, vocabulary]], { temperature, topK, topP }) =>
      vocabulary % 4 === 0 && (temperature === 0 || (topP === 1 && (topK === 0 || topK >= vocabulary))),
    scratch: ([[, vocabulary]]) => vocabulary,
    calls: ([logits, uniforms, tokens, done, mask], [next], shapes, { temperature, eos, pad, slot, step }) => {
      const [[rows, vocabulary], , [, responses], , [, slots]] = shapes;
      const sizes = [rows, vocabulary, responses, slots, temperature, eos, pad, slot, step];
      const args = [logits, uniforms, tokens, done, mask, next, ...sizes];
      return [{ kernel: 'sampleStep', args, items: rows, work: 10 * rows * vocabulary }];
    },
  },
  program: ([logits, uniforms, tokens, done, mask], [next], attrs) => {
    const [rows, vocabulary] = logits.shape;
    const team = rowTeam(`${stepSource}\n${keptSource}`, rows);
    return [
      {
        ...team,
        file: 'shaders/sampleStep.wgsl',
        constants: { ...team.constants, LMHP_RULE: false },
        bindings: [next, tokens, done, mask, logits, uniforms],
        uniforms: [
          ...filterUniforms(rows, vocabulary, attrs),
          u32('responses', tokens.shape[1]),
          u32('step', attrs.step),
          u32('slots', mask.shape[1]),
          u32('slot', attrs.slot),
          u32('eos', attrs.eos),
          u32('pad', attrs.pad),
        ],
      },
    ];
  },
});

function checkFilter(where: string, { temperature, topK, topP }: Omit<Filter, 'rule'>): void {
  if (!(temperature >= 0)) throw new RangeError(`${where}: temperature is ${temperature}; expected 0 or more.`);
  if (!(Number.isInteger(topK) && topK >= 0)) {
    throw new RangeError(`${where}: topK is ${topK}; expected a whole number, 0 to keep all.`);
  }
  if (!(topP >= 0 && topP <= 1)) throw new RangeError(`${where}: topP is ${topP}; expected 0 to 1.`);
}

/**
 * Probabilities that tokens are drawn with.
 * @param logits [B, V]
 * @returns `probs` [B, V], 0 for removed tokens, and `kept` [B] int32, how many may be drawn
 * @throws RangeError when shape or options are out of range
 * @source order of the filters and the standard rule as in Hugging Face transformers; `lmhp`: lm-human-preferences,
 * utils/core.py `take_top_p_logits`
 */
export function filterProbabilities(logits: Tensor2D, options: FilterOptions): { probs: Tensor2D; kept: Tensor1D } {
  const filter: Filter = { topK: 0, topP: 1, rule: 'standard', ...options };
  expectShape('filterProbabilities', 'logits', logits, [-1, -1]);
  checkFilter('filterProbabilities', filter);
  const [probs, kept] = runKernel('FilterProbabilities', { logits }, filter);
  return { probs: probs as Tensor2D, kept: kept as Tensor1D };
}

/** Books of a batch of R-token answers in rows of Tmax slots; `sampleStep` writes into them. */
export interface SamplingState {
  /** [B, R] int32 */
  tokens: Tensor2D;
  /** [B] float32, 1 once the end token has been drawn */
  done: Tensor1D;
  /** [B, Tmax] float32, 1 where a slot holds a real token, the end token included */
  mask: Tensor2D;
}

/**
 * Draws token `step` of every answer. Writes tokens[:, step], mask[:, slot] and done.
 * @param logits [B, V] at the token before
 * @param uniforms [R, B] float32 in [0, 1); row `step` is used
 * @returns the drawn ids [B] int32, to be fed next; `pad` for rows that are done
 * @throws RangeError when shapes, step, slot or options are out of range
 */
export function sampleStep(
  logits: Tensor2D,
  uniforms: Tensor2D,
  step: number,
  state: SamplingState,
  options: StepOptions,
): Tensor1D {
  const attrs = { topK: 0, topP: 1, ...options, step };
  const { tokens, done, mask } = state;
  expectShape('sampleStep', 'logits', logits, [-1, -1]);
  expectShape('sampleStep', 'uniforms', uniforms, [-1, logits.shape[0]]);
  expectShape('sampleStep', 'tokens', tokens, [logits.shape[0], -1]);
  expectType('sampleStep', 'tokens', tokens, 'int32');
  expectShape('sampleStep', 'done', done, [logits.shape[0]]);
  expectType('sampleStep', 'done', done, 'float32');
  expectShape('sampleStep', 'mask', mask, [logits.shape[0], -1]);
  expectType('sampleStep', 'mask', mask, 'float32');
  checkFilter('sampleStep', { ...attrs, temperature: numberOf(attrs.temperature) });
  if (!(step >= 0 && step < tokens.shape[1] && step < uniforms.shape[0])) {
    throw new RangeError(
      `sampleStep: step is ${step}; expected 0 to ${Math.min(tokens.shape[1], uniforms.shape[0]) - 1}.`,
    );
  }
  if (!(attrs.slot >= 0 && attrs.slot < mask.shape[1])) {
    throw new RangeError(`sampleStep: slot is ${attrs.slot}; expected 0 to ${mask.shape[1] - 1}.`);
  }
  return runKernel('SampleStep', { logits, uniforms, tokens, done, mask }, attrs)[0] as Tensor1D;
}
