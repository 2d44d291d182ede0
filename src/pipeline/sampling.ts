import * as tf from '@tensorflow/tfjs';
import { paddedLength, queryResponseBatch } from '../data/batches';
import { hashText, type Seed } from '../data/random';
import { readValues } from '../kernels/defineKernel';
import type { StepRunner } from '../kernels/stepRunner';
import type { StepNumber } from '../kernels/stepValue';
import { tokenBatch } from '../nn/batch';
import { answerPositions, decode } from '../nn/generate';
import type { Gpt } from '../nn/gpt';
import { truncateResponses } from '../rlhf/truncate';
import { queryLimit, type Item } from './items';
import { EOS_ID, PAD_ID } from '../data/tokenizer';

export interface SamplingSettings {
  responseLength: number;
  temperature: number;
  /** Names the random stream: the same seed and name give the same answers. */
  seed: Seed;
  stream: string;
  /** Rows sampled together; more is faster until memory or a watchdog objects. */
  batchSize?: number;
}

const DEFAULT_BATCH = 128;

/**
 * Samples one answer for each prompt. One readback per batch of rows.
 * @param prompts token lists, each beginning with the start token
 * @param onProgress called after every batch with the number of answers done
 * @returns items in the order of the prompts
 */
export async function sampleAnswers(
  model: Gpt,
  prompts: readonly (readonly number[])[],
  settings: SamplingSettings,
  onProgress?: (done: number) => void | Promise<void>,
): Promise<Item[]> {
  const { batchSize = DEFAULT_BATCH } = settings;
  // Prompts of like length share a batch, so that little padding is computed.
  const order = prompts.map((_, i) => i).sort((a, b) => prompts[a].length - prompts[b].length || a - b);
  const items: Item[] = new Array<Item>(prompts.length);
  for (let start = 0; start < order.length; start += batchSize) {
    const rows = order.slice(start, start + batchSize);
    const answers = await sampleBatch(
      model,
      rows.map((i) => prompts[i]),
      settings,
      start,
    );
    rows.forEach((i, k) => (items[i] = { prompt: prompts[i], response: answers[k] }));
    await onProgress?.(start + rows.length);
  }
  return items;
}

/**
 * One batch of answers, end token included where there is one. One readback.
 * @param runner keeps what it took to generate for the next batch of the same width
 */
export async function sampleBatch(
  model: Gpt,
  prompts: readonly (readonly number[])[],
  settings: SamplingSettings,
  offset: number,
  runner?: StepRunner,
): Promise<number[][]> {
  const { responseLength, temperature, seed, stream } = settings;
  const limit = queryLimit(model.shape, responseLength);
  const longest = prompts.reduce((most, prompt) => Math.max(most, prompt.length), 1);
  const queryLength = Math.min(limit, paddedLength(longest, 8));
  const host = queryResponseBatch(
    prompts.map((prompt) => ({ prompt, response: [] })),
    { queryLength, responseLength: 0 },
  );
  const tokens = tokenBatch(host.ids, Float32Array.from(host.mask), queryLength, model.shape.context);
  const lengths = Int32Array.from(prompts, (prompt) => Math.min(prompt.length, queryLength));
  const positions = answerPositions(lengths, responseLength, model.shape.context);
  const inputs = { tokens, positions, responseLength, seed: hashText(String(seed)), offset: offset * responseLength };
  const live = { temperature, stream: hashText(stream) };
  const step = { name: 'sample', uses: [model], inputs, live };
  const draw = (given: typeof inputs, numbers: { temperature: StepNumber; stream: StepNumber }) => {
    const { responseLength, seed, offset } = given;
    const key = { seed, offset, stream: numbers.stream };
    const options = { responseLength, temperature: numbers.temperature, eos: EOS_ID, pad: PAD_ID, key };
    return decode(model, given.tokens, given.positions, options);
  };
  const { responses, mask } = runner ? await runner.run(step, draw) : draw(inputs, live);
  const values = await readValues(responses);
  tf.dispose([positions, tokens.ids, tokens.mask, tokens.positions]);
  if (!runner) tf.dispose([responses, mask]);
  const cut = truncateResponses(values, responseLength, EOS_ID, PAD_ID);
  return prompts.map((_, row) =>
    Array.from(cut.responses.subarray(row * responseLength, row * responseLength + cut.lengths[row])),
  );
}
