/**
 * The safetensors file format: 8 bytes of header length (little endian), a JSON header of dtype, shape and offsets, then
 * raw little-endian data. Float32 and float16 are written; both are read as float32.
 * @source https://github.com/huggingface/safetensors
 */
import { StorageError } from '../config/errors';

export interface HostTensorFile {
  tensors: Record<string, { shape: number[]; values: Float32Array }>;
  metadata: Record<string, string>;
}

const MAX_HEADER_BYTES = 1 << 24;

/** Nearest float16 as its 16 bits, ties to even; overflow becomes infinity. */
export function toHalf(value: number): number {
  SCRATCH_FLOAT[0] = value;
  const bits = SCRATCH_BITS[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) return sign | roundHalfEven(Math.abs(SCRATCH_FLOAT[0]) * 16777216);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

const SCRATCH_FLOAT = new Float32Array(1);
const SCRATCH_BITS = new Uint32Array(SCRATCH_FLOAT.buffer);

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Value of a float16 given as its 16 bits. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return (sign * fraction) / 16777216;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * 2 ** (exponent - 25) * (1024 + fraction);
}

export function encodeSafetensors(file: HostTensorFile, dtype: 'F32' | 'F16'): Uint8Array {
  const width = dtype === 'F32' ? 4 : 2;
  const header: Record<string, unknown> = { __metadata__: file.metadata };
  let offset = 0;
  for (const [name, { shape, values }] of Object.entries(file.tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + values.length * width] };
    offset += values.length * width;
  }
  const text = JSON.stringify(header);
  // Spaces up to a multiple of 8 bytes, not characters: data that starts there can be read in place.
  const padding = -new TextEncoder().encode(text).length & 7;
  const json = new TextEncoder().encode(text + ' '.repeat(padding));
  const bytes = new Uint8Array(8 + json.length + offset);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  let at = 8 + json.length;
  for (const { values } of Object.values(file.tensors)) {
    for (const value of values) {
      if (dtype === 'F32') view.setFloat32(at, value, true);
      else view.setUint16(at, toHalf(value), true);
      at += width;
    }
  }
  return bytes;
}

/** @throws StorageError naming the tensor and what is wrong with it */
export function decodeSafetensors(bytes: Uint8Array, where: string): HostTensorFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : NaN;
  if (!(headerBytes <= Math.min(MAX_HEADER_BYTES, bytes.length - 8))) {
    throw new StorageError(
      `${where}: not a safetensors file (header of ${headerBytes} bytes in ${bytes.length}); download it again.`,
    );
  }
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)), where);
  const { __metadata__: metadata = {}, ...entries } = header;
  const data = 8 + headerBytes;
  const tensors: HostTensorFile['tensors'] = {};
  for (const [name, entry] of Object.entries(entries)) {
    if (!isEntry(entry))
      throw new StorageError(`${where}: ${name} lacks a dtype, shape or byte range in the header; download it again.`);
    tensors[name] = { shape: entry.shape, values: readTensor(view, data, name, entry, where) };
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const areSizes = (values: unknown) =>
  Array.isArray(values) && values.every((value) => Number.isInteger(value) && value >= 0);

function isEntry(value: unknown): value is Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<Entry>;
  return typeof dtype === 'string' && areSizes(shape) && areSizes(offsets) && offsets?.length === 2;
}

function parseHeader(text: string, where: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw new StorageError(
      `${where}: the safetensors header is not JSON (${(error as Error).message}); download it again.`,
    );
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new StorageError(`${where}: the safetensors header is not an object; download it again.`);
  }
  return header as Record<string, unknown>;
}

function readTensor(
  view: DataView,
  data: number,
  name: string,
  { dtype, shape, data_offsets: [start, end] }: Entry,
  where: string,
): Float32Array {
  const width = dtype === 'F32' ? 4 : dtype === 'F16' ? 2 : 0;
  if (width === 0) throw new StorageError(`${where}: ${name} has dtype ${dtype}; expected F32 or F16.`);
  const count = shape.reduce((product, n) => product * n, 1);
  if (end - start !== count * width || data + end > view.byteLength) {
    throw new StorageError(
      `${where}: ${name} [${shape}] spans bytes ${start} to ${end} of ${view.byteLength - data}; expected ${count * width} bytes inside the file.`,
    );
  }
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const at = data + start + i * width;
    values[i] = width === 4 ? view.getFloat32(at, true) : fromHalf(view.getUint16(at, true));
  }
  return values;
}
