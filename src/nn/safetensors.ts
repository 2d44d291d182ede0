/**
 * The safetensors file format: 8 bytes of header length (little endian), a JSON header of dtype, shape and offsets, then
 * raw little-endian data. Float32 and float16 are written; both are read as float32.
 * @source https://github.com/huggingface/safetensors
 */
import { fromHalf, toHalf } from './float16';
import { readHeader, type TensorEntry } from './safetensorsHeader';

export interface HostTensorFile {
  tensors: Record<string, { shape: number[]; values: Float32Array }>;
  metadata: Record<string, string>;
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
  const { entries, metadata, data } = readHeader(bytes, where);
  const tensors: HostTensorFile['tensors'] = {};
  for (const entry of entries) tensors[entry.name] = { shape: entry.shape, values: readValues(data, entry) };
  return { tensors, metadata };
}

function readValues(data: Uint8Array, { width, count, start }: TensorEntry): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const at = start + i * width;
    values[i] = width === 4 ? view.getFloat32(at, true) : fromHalf(view.getUint16(at, true));
  }
  return values;
}
