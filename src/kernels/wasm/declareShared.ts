import { DeviceError } from '../../config/errors';

const IMPORTS = 2;
const MEMORIES = 5;
const KIND_MEMORY = 2;
/** Limits with a maximum, and the same for memory that threads share. */
const WITH_MAXIMUM = 1;
const SHARED = 3;

/**
 * A WebAssembly module whose one memory, own or imported, is declared shared. That is a single bit: plain loads and stores
 * mean the same in shared memory, so a module built for one thread can compute in a heap that other threads see, as long
 * as the threads agree by other means on who writes where.
 * @param bytes a module whose memory has a maximum size
 * @throws DeviceError when there is no such memory
 */
export function declareShared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  const at = limitsOf(copy);
  if (at === null || copy[at] !== WITH_MAXIMUM)
    throw new DeviceError(
      'wasm: the module has no memory with a maximum size; rebuild it, or compute with one thread.',
    );
  copy[at] = SHARED;
  return copy;
}

/** Where the limits of the memory begin. */
function limitsOf(bytes: Uint8Array): number | null {
  let at = 8; // after magic number and version
  const unsigned = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const skipName = () => {
    const length = unsigned();
    at += length;
  };
  while (at < bytes.length) {
    const section = bytes[at++];
    const size = unsigned();
    const end = at + size;
    if (section === MEMORIES) {
      unsigned(); // how many: one
      return at;
    }
    if (section === IMPORTS) {
      // Our module imports nothing but its memory, so the first import is it; that of TensorFlow.js imports functions only.
      unsigned();
      skipName();
      skipName();
      if (bytes[at++] === KIND_MEMORY) return at;
    }
    at = end;
  }
  return null;
}
