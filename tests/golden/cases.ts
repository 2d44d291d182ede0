/** One golden case: a JSON file of inputs, attributes and expected outputs, and the weight files that it names. */
import { decodeSafetensors, type HostTensorFile } from '../../src/nn/safetensors';
import type { Tolerance } from './compare';

export interface GoldenArray {
  shape: number[];
  dtype: 'float32' | 'float64' | 'int32';
  data: number[];
}

export interface GoldenCase {
  name: string;
  op: string;
  notes: string;
  inputs: Record<string, GoldenArray>;
  attrs: Record<string, unknown>;
  outputs: Record<string, GoldenArray>;
  tolerance: Tolerance & { outputs?: Record<string, Tolerance> };
  /** Weight files by the name under which `attrs` mentions them. */
  weights: Record<string, HostTensorFile['tensors']>;
}

/** Prefix of the expected outputs that come from the file in `attrs.grads`, one per parameter. */
export const GRADIENT_PREFIX = 'gradient of ';

/** @returns names of the weight files that the case mentions in its attributes */
export function weightFiles(text: string): string[] {
  const { attrs } = JSON.parse(text) as GoldenCase;
  return Object.values(attrs).filter((value): value is string => /\.safetensors$/.test(String(value)));
}

/**
 * @param text    the JSON file
 * @param weights bytes of the files that `weightFiles` lists
 */
export function parseCase(text: string, weights: Record<string, Uint8Array>): GoldenCase {
  const parsed = JSON.parse(text) as Omit<GoldenCase, 'weights'>;
  const decoded: GoldenCase['weights'] = {};
  for (const [name, bytes] of Object.entries(weights)) decoded[name] = decodeSafetensors(bytes, name).tensors;
  const outputs = { ...parsed.outputs };
  const gradients = decoded[String(parsed.attrs.grads)] ?? {};
  for (const [name, { shape, values }] of Object.entries(gradients)) {
    outputs[GRADIENT_PREFIX + name] = { shape, dtype: 'float64', data: Array.from(values) };
  }
  return { ...parsed, outputs, weights: decoded };
}

/** @throws Error when the attribute is not a number */
export function numberAttr({ attrs }: GoldenCase, name: string): number {
  const value = attrs[name];
  if (typeof value !== 'number') throw new Error(`attrs.${name} is ${String(value)}; expected a number.`);
  return value;
}

/** A number, or null where the attribute is null or absent: the feature is off. */
export function optionalAttr(golden: GoldenCase, name: string): number | null {
  return golden.attrs[name] === null || golden.attrs[name] === undefined ? null : numberAttr(golden, name);
}

/** @throws Error when the attribute is none of the words */
export function wordAttr<T extends string>({ attrs }: GoldenCase, name: string, words: readonly T[]): T {
  const value = words.find((word) => word === attrs[name]);
  if (value === undefined)
    throw new Error(`attrs.${name} is ${String(attrs[name])}; expected one of ${words.join(', ')}.`);
  return value;
}

/** @throws Error when the attribute is not a list of numbers or of words, as `kind` says */
export function listAttr<T extends number | string>(
  { attrs }: GoldenCase,
  name: string,
  kind: 'number' | 'string',
): T[] {
  const value = attrs[name];
  if (!Array.isArray(value) || value.some((item) => typeof item !== kind))
    throw new Error(`attrs.${name} is not a list of ${kind}s.`);
  return value as T[];
}

/** @throws Error when the case has no such input */
export function input({ inputs }: GoldenCase, name: string): GoldenArray {
  const found = inputs[name];
  if (!found) throw new Error(`input ${name} is missing.`);
  return found;
}
