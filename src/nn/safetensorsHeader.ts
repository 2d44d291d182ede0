/**
 * The header of a safetensors file that may come from anywhere. Nothing is allocated before it has been checked against
 * the bytes that are there: names, types, shapes, and byte ranges that follow each other without gap or overlap.
 * @source https://github.com/huggingface/safetensors, "Format"
 */
import { StorageError } from '../config/errors';
import { describeHidden, findHidden, shownValue } from '../config/hiddenText';
import { parseStrictJson } from '../config/strictJson';

/** Sizes above which a header is not believed. A model of this page has some 80 tensors of at most two dimensions. */
export const SAFETENSORS_LIMITS = { headerBytes: 4 << 20, tensors: 4096, dimensions: 8, nameLength: 200 } as const;

/** Header, entry, shape. */
const MAX_DEPTH = 3;
const WIDTHS: Readonly<Record<string, number>> = { F32: 4, F16: 2 };

/** One tensor of a file; `start` and `end` are bytes after the header, `width` those of one number. */
export interface TensorEntry {
  name: string;
  width: number;
  shape: number[];
  count: number;
  start: number;
  end: number;
}

/** @throws StorageError naming the tensor and what is wrong with it */
export function readHeader(
  bytes: Uint8Array,
  where: string,
): { entries: TensorEntry[]; metadata: Record<string, string>; data: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : NaN;
  if (!(headerBytes <= Math.min(SAFETENSORS_LIMITS.headerBytes, bytes.length - 8))) {
    throw new StorageError(
      `${where}: not a safetensors file (header of ${headerBytes} bytes in ${bytes.length}); download it again.`,
    );
  }
  const { __metadata__: metadata, ...named } = parseHeader(bytes.subarray(8, 8 + headerBytes), where);
  const data = bytes.subarray(8 + headerBytes);
  return { entries: checkEntries(named, data.length, where), metadata: checkMetadata(metadata, where), data };
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new StorageError(`${where}: the safetensors header is no UTF-8; download it again.`);
  }
  const { value, problem } = parseStrictJson(text, MAX_DEPTH);
  if (problem)
    throw new StorageError(
      `${where}: the safetensors header: ${problem.what}, at character ${problem.column}; expected ${problem.expected}; download it again.`,
    );
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new StorageError(`${where}: the safetensors header is not an object; download it again.`);
  return value as Record<string, unknown>;
}

/** Entries in the order of their bytes, which together are exactly the `dataBytes` after the header. */
function checkEntries(named: Record<string, unknown>, dataBytes: number, where: string): TensorEntry[] {
  const names = Object.keys(named);
  if (names.length > SAFETENSORS_LIMITS.tensors)
    throw new StorageError(
      `${where}: ${names.length} tensors; expected at most ${SAFETENSORS_LIMITS.tensors}; this is no model of this page.`,
    );
  const entries = names.map((name) => checkEntry(name, named[name], dataBytes, where));
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    if (entry.start !== end)
      throw new StorageError(
        `${where}: ${entry.name} begins at byte ${entry.start}; expected ${end}, where the tensor before it ends; download it again.`,
      );
    end = entry.end;
  }
  if (end !== dataBytes)
    throw new StorageError(`${where}: ${dataBytes - end} bytes belong to no tensor; expected none; download it again.`);
  return entries;
}

function checkEntry(name: string, value: unknown, dataBytes: number, where: string): TensorEntry {
  const hidden = findHidden(name);
  if (hidden || name.length > SAFETENSORS_LIMITS.nameLength)
    throw new StorageError(
      `${where}: the tensor name ${shownValue(name)} has ${hidden ? describeHidden(hidden) : `${name.length} characters`}; expected at most ${SAFETENSORS_LIMITS.nameLength} that can be seen.`,
    );
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !areSizes(shape) || !areSizes(offsets) || offsets.length !== 2)
    throw new StorageError(`${where}: ${name} lacks a dtype, shape or byte range in the header; download it again.`);
  if (!Object.hasOwn(WIDTHS, dtype))
    throw new StorageError(`${where}: ${name} has dtype ${shownValue(dtype)}; expected F32 or F16.`);
  if (shape.length > SAFETENSORS_LIMITS.dimensions)
    throw new StorageError(
      `${where}: ${name} has ${shape.length} dimensions; expected at most ${SAFETENSORS_LIMITS.dimensions}.`,
    );
  const width = WIDTHS[dtype];
  const [start, end] = offsets;
  const count = shape.reduce((product, size) => product * size, 1);
  if (end - start !== count * width || end > dataBytes)
    throw new StorageError(
      `${where}: ${name} [${shape}] spans bytes ${start} to ${end} of ${dataBytes}; expected ${count * width} bytes inside the file.`,
    );
  return { name, width, shape, count, start, end };
}

/** Whole numbers that are exact, so that what is computed from them is. */
function areSizes(values: unknown): values is number[] {
  return (
    Array.isArray(values) && values.every((value) => Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0))
  );
}

function checkMetadata(metadata: unknown, where: string): Record<string, string> {
  if (metadata === undefined) return {};
  const isTexts =
    typeof metadata === 'object' &&
    metadata !== null &&
    !Array.isArray(metadata) &&
    Object.values(metadata).every((value) => typeof value === 'string');
  if (!isTexts)
    throw new StorageError(
      `${where}: __metadata__ is ${shownValue(metadata)}; expected texts by name; download it again.`,
    );
  return metadata as Record<string, string>;
}
