import * as tf from '@tensorflow/tfjs';
import { StorageError } from '../config/errors';
import { readValues } from '../kernels/defineKernel';
import { parameterShapes, type Gpt, type GptShape, type Parameters } from './gpt';
import { decodeSafetensors, encodeSafetensors, type HostTensorFile } from './safetensors';

/** Reads a model's weights from the device, in Hugging Face names. Costs one readback per tensor. */
export async function modelValues(parameters: Parameters): Promise<HostTensorFile['tensors']> {
  const tensors: HostTensorFile['tensors'] = {};
  for (const [name, tensor] of Object.entries(parameters)) {
    tensors[name] = { shape: tensor.shape.slice(), values: Float32Array.from(await readValues(tensor)) };
  }
  return tensors;
}

/** Puts weights on the device; the arrays are copied, because updates happen in place. */
export function modelFromValues(shape: GptShape, tensors: HostTensorFile['tensors'], where: string): Gpt {
  const heads: [string, number[]][] = tensors['score.weight']
    ? [
        ['score.weight', [1, shape.width]],
        ['score.bias', [1]],
      ]
    : [];
  const all = [...parameterShapes(shape), ...heads];
  // Everything is checked before anything is made: a file that does not fit leaves no tensor behind.
  for (const [name, expected] of all) {
    const tensor = tensors[name];
    if (!tensor)
      throw new StorageError(
        `${where}: ${name} is missing; expected a GPT-2 with ${shape.layers} layers of width ${shape.width}.`,
      );
    if (tensor.shape.join() !== expected.join()) {
      throw new StorageError(`${where}: ${name} has shape [${tensor.shape}]; expected [${expected}].`);
    }
  }
  const parameters: Parameters = {};
  for (const [name, expected] of all) parameters[name] = tf.keep(tf.tensor(tensors[name].values.slice(), expected));
  return { shape, parameters };
}

/** A model as one safetensors file. `metadata` says where it comes from. */
export async function saveModel(
  model: Gpt,
  metadata: Record<string, string>,
  dtype: 'F32' | 'F16' = 'F32',
): Promise<Uint8Array> {
  return encodeSafetensors({ tensors: await modelValues(model.parameters), metadata }, dtype);
}

/** @throws StorageError when the file is broken, does not fit the shape, or holds numbers that no model can use */
export function loadModel(
  bytes: Uint8Array,
  shape: GptShape,
  where: string,
): { model: Gpt; metadata: Record<string, string> } {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  for (const [name, { values }] of Object.entries(tensors)) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0)
      throw new StorageError(`${where}: ${name} holds ${values[at]} at place ${at}; expected finite weights.`);
  }
  return { model: modelFromValues(shape, tensors, where), metadata };
}

/** `config.json` of a Hugging Face GPT-2 with this shape. */
export function huggingFaceConfig(shape: GptShape): Record<string, unknown> {
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: shape.vocabulary,
    n_positions: shape.context,
    n_embd: shape.width,
    n_layer: shape.layers,
    n_head: shape.heads,
    activation_function: 'gelu_new',
    layer_norm_epsilon: 1e-5,
    bos_token_id: 0,
    eos_token_id: 0,
    pad_token_id: 1,
    tie_word_embeddings: true,
  };
}
