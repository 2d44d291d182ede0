/** The tiny prompts as a batch, and how they are answered. */
import { tokenBatch } from '../../../src/nn/batch';
import type { PromptBatch, SamplingOptions } from '../../../src/nn/generate';
import { PAD, SHAPE, tinyPrompts } from '../tinyRollout';

export function prompts(queryLength?: number): PromptBatch {
  const { ids, mask, ...rest } = tinyPrompts(queryLength);
  return { tokens: tokenBatch(ids, mask, rest.queryLength, SHAPE.context), ...rest };
}

export const SAMPLING: SamplingOptions = {
  responseLength: 12,
  temperature: 1,
  eos: 0,
  pad: PAD,
  key: { seed: 5, stream: 2 },
};
