/**
 * GPU buffers of the engine: takes the place of TensorFlow.js' own manager, whose interface it has, and adds scopes. A
 * captured step binds buffers by identity, so what it uses must never be handed to anybody else while the plan lives.
 *
 * Temporaries of all plans come from one pool. They hold nothing between two runs, and runs follow each other on the
 * queue, so a later capture may use the same buffers again; one is destroyed when no plan uses it any more. A temporary
 * takes the smallest free buffer that is large enough: batches of other widths then share what a wider one has brought.
 * One large buffer cut into ranges would fit closer, but WebGPU lets no pass read one range of a buffer and write another.
 */
import { DeviceError, inMegabytes, outOfMemory } from '../config/errors';
import { FreeBuffers } from './freeBuffers';

/** What one plan may bind. */
export interface PlanScope {
  /** Pooled buffers free at this point of the capture. */
  readonly free: Set<GPUBuffer>;
  /** Handed out and not yet given back. */
  readonly inUse: Set<GPUBuffer>;
  /** Every pooled buffer the plan binds. */
  readonly temporaries: Set<GPUBuffer>;
  /** Uniforms and constants: only this plan's, never used for anything else. */
  readonly pinned: Set<GPUBuffer>;
  /** Bytes its tensors need at the moment, and at the most. */
  live: number;
  peak: number;
  /** Its temporaries have been destroyed: the plan has to be captured again. */
  isRetired: boolean;
}

/** A temporary may lie in a buffer this many times its size; in a larger one it would keep that from what needs it. */
const LARGEST_FIT = 4;
/** The pool begins anew when a plan larger than all before it leaves more than this share of its need unused there, ... */
const TOLERATED_WASTE = 0.5;
/** ... and at least so many bytes. */
const NOTABLE_WASTE = 16e6;
/** Below this many bytes sizes are not rounded. */
const SMALLEST_ROUNDED = 4096;
/** A released buffer that nobody took during so many steps is destroyed. */
const IDLE_STEPS = 8;

/** Sizes of pooled buffers: 4, 6, 8, 12, 16, 24 … kilobytes, so that tensors of nearly the same size share. */
function pooledSize(bytes: number, most: number): number {
  if (bytes <= SMALLEST_ROUNDED) return bytes;
  const step = 2 ** (Math.floor(Math.log2(bytes)) - 1);
  return Math.max(bytes, Math.min(most, Math.ceil(bytes / step) * step));
}

export class DeviceMemory {
  /** Bytes in use, the plans' share included. */
  numBytesUsed = 0;
  /** Bytes the device has handed out, those waiting for their next use included. */
  numBytesAllocated = 0;
  /** The most that `numBytesAllocated` has been; whoever measures may set it back to that. */
  peakBytesAllocated = 0;
  readonly #free = new FreeBuffers((buffer) => this.#destroy(buffer));
  readonly #used = new Set<GPUBuffer>();
  /** Temporaries of plans, and how many plans bind each. */
  readonly #pool = new Map<GPUBuffer, number>();
  #pooledBytes = 0;
  readonly #scopeOf = new Map<GPUBuffer, PlanScope>();
  /** Scopes of plans whose temporaries are in the pool. */
  readonly #pooled = new Set<PlanScope>();
  /** What each temporary was asked for, while a step is captured. */
  readonly #asked = new Map<GPUBuffer, number>();
  /** The most that any plan needed since the pool began. */
  #largest = 0;
  #scope: PlanScope | null = null;
  /** While a tensor that outlives the captured step is uploaded: its buffer is made mapped, so that no copy is recorded. */
  #isOutside = false;

  constructor(readonly device: GPUDevice) {}

  /**
   * @param reuse whether a released buffer of the same size and usage may be taken
   * @returns a buffer of this size, or while a step is captured of at least this size
   */
  acquireBuffer(size: number, usage: number, mappedAtCreation = false, reuse = true): GPUBuffer {
    if (this.#scope) return this.#acquireFor(this.#scope, size, usage, mappedAtCreation);
    const mayReuse = reuse && !this.#isOutside;
    const buffer = (mayReuse ? this.#free.take(size, usage) : null) ?? this.#create(size, usage, mappedAtCreation);
    this.#used.add(buffer);
    this.numBytesUsed += size;
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    const scope = this.#scopeOf.get(buffer);
    if (scope) {
      if (!scope.inUse.delete(buffer)) return;
      scope.free.add(buffer);
      scope.live -= this.#asked.get(buffer)!;
      return;
    }
    if (!this.#used.delete(buffer)) return;
    this.numBytesUsed -= buffer.size;
    if (reuse) this.#free.put(buffer);
    else this.#destroy(buffer);
  }

  /** A buffer that nobody shares and only `releaseBuffer` ends, even while a step is captured. */
  acquireOwn(size: number, usage: number, mappedAtCreation = false): GPUBuffer {
    const buffer = this.#create(size, usage, mappedAtCreation);
    this.#used.add(buffer);
    this.numBytesUsed += size;
    return buffer;
  }

  /** Bytes that the largest of the plans alive has in use at its peak. */
  get largestPlanBytes(): number {
    return this.#largest;
  }

  /** A step has been replayed: what has waited too long for its next use goes. */
  noteStep(): void {
    this.#free.grow(IDLE_STEPS);
  }

  /** Destroys every buffer that waits for its next use. What has been recorded must have been handed in. */
  trim(): void {
    this.#free.clear();
  }

  /** From here on buffers belong to the scope returned, until `closeScope`. */
  openScope(): PlanScope {
    this.trim();
    const scope: PlanScope = {
      free: new Set(this.#pool.keys()),
      inUse: new Set(),
      temporaries: new Set(),
      pinned: new Set(),
      live: 0,
      peak: 0,
      isRetired: false,
    };
    this.#scope = scope;
    this.#pooled.add(scope);
    return scope;
  }

  /** The step has been captured, and its commands handed in. */
  closeScope(): void {
    const scope = this.#scope;
    this.#scope = null;
    if (!scope) return;
    for (const buffer of scope.temporaries) this.#scopeOf.delete(buffer);
    this.#asked.clear();
    if (scope.peak <= this.#largest) return;
    this.#largest = scope.peak;
    const waste = this.#pooledBytes - scope.peak;
    if (this.#pooled.size > 1 && waste > Math.max(NOTABLE_WASTE, TOLERATED_WASTE * scope.peak)) this.#beginAnew();
  }

  /** All plans are captured again when their turn comes, and buffers made for one that was small go. */
  #beginAnew(): void {
    for (const scope of [...this.#pooled]) {
      this.#releaseTemporaries(scope);
      scope.isRetired = true;
    }
  }

  /** Does `work` as if no step were captured: for tensors that outlive the step. */
  outsideScope<T>(work: () => T): T {
    const scope = this.#scope;
    this.#scope = null;
    this.#isOutside = scope !== null;
    try {
      return work();
    } finally {
      this.#scope = scope;
      this.#isOutside = false;
    }
  }

  /** Gives back what a plan has bound. */
  releaseScope(scope: PlanScope): void {
    this.#releaseTemporaries(scope);
    for (const buffer of scope.pinned) {
      this.numBytesUsed -= buffer.size;
      this.#destroy(buffer);
    }
    scope.pinned.clear();
    if (this.#pooled.size > 0) return;
    // A loop has come to its end, and its batches with it.
    this.#largest = 0;
    this.trim();
  }

  #releaseTemporaries(scope: PlanScope): void {
    for (const buffer of scope.temporaries) {
      const others = this.#pool.get(buffer)! - 1;
      if (others > 0) {
        this.#pool.set(buffer, others);
        continue;
      }
      this.#pool.delete(buffer);
      this.#pooledBytes -= buffer.size;
      this.numBytesUsed -= buffer.size;
      this.#destroy(buffer);
    }
    scope.temporaries.clear();
    this.#pooled.delete(scope);
  }

  dispose(): void {
    this.trim();
    for (const buffer of [...this.#used, ...this.#pool.keys()]) buffer.destroy();
    this.#used.clear();
    this.#pool.clear();
    this.#pooled.clear();
    this.#pooledBytes = 0;
    this.numBytesUsed = 0;
    this.numBytesAllocated = 0;
  }

  #acquireFor(scope: PlanScope, size: number, usage: number, mappedAtCreation: boolean): GPUBuffer {
    if (usage & GPUBufferUsage.MAP_READ) {
      throw new DeviceError(
        'plan: a step that is being captured reads a value back; replays could not do that. Return the tensor and read it after the step.',
      );
    }
    if (mappedAtCreation || usage & GPUBufferUsage.UNIFORM) {
      const buffer = this.#create(size, usage, mappedAtCreation);
      scope.pinned.add(buffer);
      this.numBytesUsed += size;
      return buffer;
    }
    const buffer = closestFit(scope.free, size, usage) ?? this.#createPooled(size, usage);
    scope.free.delete(buffer);
    if (!scope.temporaries.has(buffer)) {
      scope.temporaries.add(buffer);
      this.#pool.set(buffer, (this.#pool.get(buffer) ?? 0) + 1);
      this.#scopeOf.set(buffer, scope);
    }
    scope.inUse.add(buffer);
    this.#asked.set(buffer, size);
    scope.live += size;
    scope.peak = Math.max(scope.peak, scope.live);
    return buffer;
  }

  #createPooled(size: number, usage: number): GPUBuffer {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const buffer = this.#create(pooledSize(size, Math.min(maxBufferSize, maxStorageBufferBindingSize)), usage, false);
    this.#pool.set(buffer, 0);
    this.#pooledBytes += buffer.size;
    this.numBytesUsed += buffer.size;
    return buffer;
  }

  /** @throws DeviceError when the device cannot make such a buffer; that its memory has run out it says a moment later */
  #create(size: number, usage: number, mappedAtCreation: boolean): GPUBuffer {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const most = usage & GPUBufferUsage.STORAGE ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (size > most)
      throw outOfMemory(`one tensor of ${inMegabytes(size)} where the device allows ${inMegabytes(most)}`);
    let buffer: GPUBuffer;
    try {
      buffer = this.device.createBuffer({ size, usage, mappedAtCreation });
    } catch (error) {
      // A buffer that is filled as it is made lies in the memory of the page first.
      if (!(error instanceof RangeError)) throw error;
      throw outOfMemory(`the page has no room for a buffer of ${inMegabytes(size)}`);
    }
    this.numBytesAllocated += size;
    this.peakBytesAllocated = Math.max(this.peakBytesAllocated, this.numBytesAllocated);
    return buffer;
  }

  #destroy(buffer: GPUBuffer): void {
    this.numBytesAllocated -= buffer.size;
    buffer.destroy();
  }
}

/** The smallest of the buffers that holds so many bytes and does not waste too many. */
function closestFit(buffers: Iterable<GPUBuffer>, size: number, usage: number): GPUBuffer | null {
  let best: GPUBuffer | null = null;
  for (const buffer of buffers) {
    if (buffer.usage !== usage || buffer.size < size || buffer.size > LARGEST_FIT * size) continue;
    if (!best || buffer.size < best.size) best = buffer;
  }
  return best;
}
