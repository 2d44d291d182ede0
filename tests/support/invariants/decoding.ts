/** Decoding with a cache is the full forward pass. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomUniform } from '../../../src/kernels/randomUniform';
import { filterProbabilities } from '../../../src/kernels/sampleTokens';
import { numberOf } from '../../../src/kernels/stepValue';
import { tokenBatch } from '../../../src/nn/batch';
import { generate, type SamplingOptions } from '../../../src/nn/generate';
import { hiddenStates, languageModelHead, type Gpt } from '../../../src/nn/gpt';
import { responseLogprobs, responseStates, type ResponseBatch } from '../../../src/rlhf/responses';
import { PAD, ROWS, SHAPE, tinyModel, tinyPrompts } from '../tinyRollout';
import { SAMPLING, prompts } from './prompts';
import { reading, withModels } from './reading';

/** One answer token after the other, read off the full forward pass of what has been generated. */
async function decodeInFull(model: Gpt, tokens: number[], mask: number[], options: SamplingOptions) {
  const slots = options.responseLength;
  const { ids: query, mask: queryMask } = tinyPrompts();
  const width = 4 + slots;
  const ids = Array.from({ length: ROWS }, (_, b) => [
    ...query.slice(b * 4, b * 4 + 4),
    ...tokens.slice(b * slots, (b + 1) * slots),
  ]).flat();
  for (let b = 0; b < ROWS; b++)
    expect(mask.slice(b * width, b * width + 4)).toEqual([...queryMask.slice(b * 4, b * 4 + 4)]);
  return reading(() => {
    const batch: ResponseBatch = {
      tokens: tokenBatch(Int32Array.from(ids), Float32Array.from(mask), width, SHAPE.context),
      responses: tf.tensor2d(tokens, [ROWS, slots], 'int32'),
      mask: tf.ones([ROWS, slots]),
      lengths: tf.fill([ROWS], slots, 'int32') as Tensor1D,
      queryLength: 4,
    };
    const logits = languageModelHead(model, responseStates(hiddenStates(model, batch.tokens), batch));
    const { topK = 0, topP = 1 } = options;
    const temperature = numberOf(options.temperature);
    const { probs } = filterProbabilities(logits, { temperature: temperature || 1, topK, topP });
    return {
      correct: responseLogprobs(model, batch).correct,
      probs,
      uniforms: randomUniform([slots, ROWS], options.key),
    };
  });
}

export function describeDecoding(): void {
  describe('decoding with a cache', () => {
    it('takes the most likely token of the full forward pass', () =>
      withModels([tinyModel(4)], async (model) => {
        const options = { ...SAMPLING, temperature: 0, eos: -1 };
        const { responses, mask } = await reading(() => ({ ...generate(model, prompts(), options) }));
        const { correct } = await decodeInFull(model, responses, mask, options);
        expect(new Set(responses).size).toBeGreaterThan(2);
        expect(correct).toEqual(correct.map(() => 1));
      }));

    it.each([
      ['everything', {}],
      ['a temperature and a nucleus', { temperature: 0.8, topP: 0.8, key: { seed: 2, stream: 2 } }],
      ['the five most likely', { topK: 5 }],
    ])('draws from %s what the full forward pass draws with the same uniforms', (_, changes) =>
      withModels([tinyModel(5)], async (model) => {
        const options = { ...SAMPLING, ...changes };
        const { responses, mask } = await reading(() => ({ ...generate(model, prompts(), options) }));
        const { probs, uniforms } = await decodeInFull(model, responses, mask, options);
        expect(new Set(responses).size).toBeGreaterThan(4);
        const slots = options.responseLength;
        let ended = 0;
        for (let b = 0; b < ROWS; b++) {
          let isDone = false;
          for (let t = 0; t < slots; t++) {
            const row = probs.slice((b * slots + t) * SHAPE.vocabulary, (b * slots + t + 1) * SHAPE.vocabulary);
            let [picked, sum] = [0, row[0]];
            while (sum < uniforms[t * ROWS + b]) sum += row[++picked];
            expect(responses[b * slots + t], `row ${b} slot ${t}`).toBe(isDone ? PAD : picked);
            expect(mask[b * (4 + slots) + 4 + t]).toBe(isDone ? 0 : 1);
            isDone ||= picked === options.eos;
          }
          ended += isDone ? 1 : 0;
        }
        expect(ended, 'rows that ended by themselves').toBeGreaterThan(0);
        expect(ended).toBeLessThan(ROWS);
      }),
    );
  });
}
