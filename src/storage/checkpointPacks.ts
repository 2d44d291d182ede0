/**
 * Cuts a saved state into packs of bytes and puts it together again. A pack is known by the SHA-256 of its bytes, so a
 * model that did not change between two saves is stored once, and a byte that changed on disk is noticed.
 */
import { StorageError } from '../config/errors';
import { readOutsideJson } from '../config/outside';
import { sha256 } from '../data/sha256';
import type { PackRecord, PackReference } from './records';

type Numbers = Float32Array | Int32Array;
type Dtype = 'float32' | 'int32';

/** One named array of a state. */
export interface StoredTensor {
  /** `group/parameter`: arrays of one model or of one moment of an optimiser stand next to each other. */
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Numbers;
}

/** A state to keep: what JSON can say, and arrays that nobody writes into any more. */
export interface StoredState {
  readonly manifest: unknown;
  readonly tensors: readonly StoredTensor[];
}

/** A pack that is put together only where it has to be written. */
export interface Pack extends PackReference {
  join(): Uint8Array<ArrayBuffer>;
}

export interface PackedState {
  /** Manifest and directory of the arrays. */
  readonly body: Pack;
  readonly packs: readonly Pack[];
}

/** Where an array lies: bytes of a pack. */
interface Place {
  name: string;
  dtype: Dtype;
  shape: readonly number[];
  pack: string;
  offset: number;
}

interface Body {
  format: 1;
  manifest: unknown;
  tensors: Place[];
}

/** A manifest and the places of a few thousand arrays are far below. */
const BODY_LIMITS = { length: 64 << 20, depth: 16, remedy: 'an earlier checkpoint may be whole' };

/** A pack is at most this long, unless one array alone is longer. */
const PACK_BYTES = 4 * 1024 * 1024;

/** Packs states. Remembers what the arrays of the last one hashed to: frozen models come back as they were. */
export class Packer {
  /** By first array of a group. */
  #last = new Map<Numbers, { data: readonly Numbers[]; hash: string }>();

  /**
   * Everything that waits, waits at once: between two steps of training there is time for one answer of the browser, so a
   * chain of them would take as many steps.
   */
  async pack({ manifest, tensors }: StoredState): Promise<PackedState> {
    const groups = groupsOf(tensors).map((group) => ({ group, data: group.map((tensor) => tensor.data) }));
    const hashes = await Promise.all(groups.map(async ({ data }) => this.#remembered(data) ?? sha256(join(data))));
    const places: Place[] = [];
    const packs = groups.map(({ group, data }, i): Pack => {
      let offset = 0;
      for (const { name, dtype, shape, data } of group) {
        places.push({ name, dtype, shape, pack: hashes[i], offset });
        offset += data.byteLength;
      }
      return { hash: hashes[i], bytes: offset, join: () => join(data) };
    });
    this.#last = new Map(groups.map(({ data }, i) => [data[0], { data, hash: hashes[i] }]));
    const body: Body = { format: 1, manifest, tensors: places };
    const text = new TextEncoder().encode(JSON.stringify(body));
    return { body: { hash: await sha256(text), bytes: text.byteLength, join: () => text }, packs };
  }

  #remembered(data: readonly Numbers[]): string | undefined {
    const last = this.#last.get(data[0]);
    const isSame = last?.data.length === data.length && last.data.every((array, i) => array === data[i]);
    return isSame ? last.hash : undefined;
  }
}

function join(arrays: readonly Numbers[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return bytes;
}

/** Neighbours of one group, up to the size of a pack. */
function groupsOf(tensors: readonly StoredTensor[]): StoredTensor[][] {
  const groups: StoredTensor[][] = [];
  let [group, length]: [string | null, number] = [null, 0];
  for (const tensor of tensors) {
    const own = tensor.name.slice(0, tensor.name.lastIndexOf('/'));
    if (own !== group || length + tensor.data.byteLength > PACK_BYTES) {
      groups.push([]);
      [group, length] = [own, 0];
    }
    groups[groups.length - 1].push(tensor);
    length += tensor.data.byteLength;
  }
  return groups;
}

export type ReadPack = (hash: string) => Promise<PackRecord | undefined>;

/**
 * Puts a state together again.
 * @param body the hash of its body
 * @throws StorageError naming what is missing or changed
 */
export async function unpackState(
  body: string,
  read: ReadPack,
): Promise<{ manifest: unknown; tensors: { name: string; dtype: Dtype; shape: number[]; data: Numbers }[] }> {
  // Whole bytes are the bytes that were written, so their form is what a Packer gave them.
  const text = new TextDecoder().decode(await readWhole(body, read));
  const directory = readOutsideJson(text, { where: 'checkpoint', ...BODY_LIMITS }) as Body;
  if (directory.format !== 1)
    throw new StorageError(
      `checkpoint: written in format ${String(directory.format)}; expected 1; open it with the version of the page that wrote it.`,
    );
  const hashes = [...new Set(directory.tensors.map(({ pack }) => pack))];
  const packs = new Map(await Promise.all(hashes.map(async (hash) => [hash, await readWhole(hash, read)] as const)));
  const tensors = directory.tensors.map(({ name, dtype, shape, pack, offset }) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const data = dtype === 'float32' ? new Float32Array(length) : new Int32Array(length);
    new Uint8Array(data.buffer).set(packs.get(pack)!.subarray(offset, offset + data.byteLength));
    return { name, dtype, shape: [...shape], data };
  });
  return { manifest: directory.manifest, tensors };
}

/** @throws StorageError when the pack is not there or its bytes have changed */
export async function readWhole(hash: string, read: ReadPack): Promise<Uint8Array<ArrayBuffer>> {
  const pack = await read(hash);
  if (pack === undefined)
    throw new StorageError(
      `checkpoint: pack ${hash.slice(0, 8)} is missing; expected it to be kept with the checkpoint; an earlier checkpoint may be whole.`,
    );
  const found = await sha256(pack.bytes);
  if (found !== hash)
    throw new StorageError(
      `checkpoint: pack ${hash.slice(0, 8)} has checksum ${found.slice(0, 8)}; expected the bytes that were written; an earlier checkpoint may be whole.`,
    );
  return pack.bytes;
}
