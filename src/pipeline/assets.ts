import { ConfigError, StorageError } from '../config/errors';
import { SHIPPED_PRESETS, type Preset } from '../config/rows';
import { loadModel } from '../nn/checkpoint';
import type { Gpt, GptShape } from '../nn/gpt';

/** Reads one of the files that ship with the app, by its path under `public/`. */
export type AssetReader = (path: string) => Promise<Uint8Array>;

export const TOKENIZER_PATH = 'tokenizer.json';

export type ShippedModel = 'base' | 'sft' | 'rm';

export const modelPath = (preset: Preset, name: ShippedModel) => `models/${preset}/${name}.safetensors`;

/** Metadata key of the fingerprint of world and tokenizer: the two and a checkpoint belong together. */
export const WORLD_KEY = 'world';

/**
 * A shipped checkpoint on the device.
 * @param world fingerprint of the world and tokenizer in use
 * @throws ConfigError for a preset that ships no checkpoints
 * @throws StorageError when the file is missing, broken, or made for another world
 */
export async function loadShipped(
  read: AssetReader,
  preset: Preset,
  name: ShippedModel,
  shape: GptShape,
  world: string,
): Promise<Gpt> {
  if (!SHIPPED_PRESETS.includes(preset)) {
    throw new ConfigError(
      `preset: ${preset} ships no checkpoints; start from nothing (headless: --stages pretrain,sft,rm,ppo), or choose ${SHIPPED_PRESETS.join(' or ')}.`,
    );
  }
  const path = modelPath(preset, name);
  const { model, metadata } = loadModel(await read(path), shape, path);
  if (metadata[WORLD_KEY] !== world) {
    throw new StorageError(
      `${path}: made for world ${metadata[WORLD_KEY] ?? 'unknown'}, this one is ${world}; the shipped models do not know it: start from nothing (headless: --stages pretrain,sft,rm,ppo), set world.size back, or rebuild them with \`npm run checkpoints\`.`,
    );
  }
  return model;
}
