import * as tf from '@tensorflow/tfjs';
import { paddedLength, queryResponseBatch } from '../data/batches';
import { hashText, type Seed } from '../data/random';
import { readStep } from '../kernels/readStep';
import type { StepRunner } from '../kernels/stepRunner';
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
 * @param runner keeps what it took to generate for batches of the same width
 * @returns items in the order of the prompts
 */
export async function sampleAnswers(
  model: Gpt,
  prompts: readonly (readonly number[])[],
  settings: SamplingSettings,
  runner?: StepRunner,
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
      runner,
    );
    rows.forEach((i, k) => (items[i] = { prompt: prompts[i], response: answers[k] }));
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
  const inputs = { tokens, positions, responseLength, seed: hashText(String(seed)) };
  const live = { temperature, stream: hashText(stream), offset: offset * responseLength };
  const { responses: values } = await readStep(
    runner,
    { name: 'sample', uses: [model], inputs, live },
    (given, now) => {
      const { responseLength, seed } = given;
      const { stream, offset, temperature } = now;
      const options = { responseLength, temperature, eos: EOS_ID, pad: PAD_ID, key: { seed, offset, stream } };
      return { responses: decode(model, given.tokens, given.positions, options).responses };
    },
  );
  tf.dispose([positions, tokens.ids, tokens.mask, tokens.positions]);
  const cut = truncateResponses(values, responseLength, EOS_ID, PAD_ID);
  return prompts.map((_, row) =>
    Array.from(cut.responses.subarray(row * responseLength, row * responseLength + cut.lengths[row])),
  );
}
