/**
 * GPU buffers of the engine: takes the place of TensorFlow.js' own manager, whose interface it has, and adds scopes. A
 * captured step binds buffers by identity, so what it uses must never be handed to anybody else while the plan lives.
 *
 * Temporaries of all plans come from one pool. They hold nothing between two runs, and runs follow each other on the
 * queue, so a later capture may use the same buffers again; one is destroyed when no plan uses it any more.
 */
import { DeviceError } from '../config/errors';

const keyOf = (size: number, usage: number) => `${size}_${usage}`;

/** What one plan may bind. */
export interface PlanScope {
  /** Pooled buffers free at this point of the capture, by size and usage. */
  readonly free: Map<string, GPUBuffer[]>;
  /** Handed out and not yet given back. */
  readonly inUse: Set<GPUBuffer>;
  /** Every pooled buffer the plan binds. */
  readonly temporaries: Set<GPUBuffer>;
  /** Uniforms and constants: only this plan's, never used for anything else. */
  readonly pinned: Set<GPUBuffer>;
}

export class DeviceMemory {
  /** Bytes in use, the plans' share included. */
  numBytesUsed = 0;
  /** Bytes the device has handed out, those waiting for their next use included. */
  numBytesAllocated = 0;
  readonly #free = new Map<string, GPUBuffer[]>();
  readonly #used = new Set<GPUBuffer>();
  /** Temporaries of plans, and how many plans bind each. */
  readonly #pool = new Map<GPUBuffer, number>();
  readonly #scopeOf = new Map<GPUBuffer, PlanScope>();
  #scope: PlanScope | null = null;
  /** While a tensor that outlives the captured step is uploaded: its buffer is made mapped, so that no copy is recorded. */
  #isOutside = false;

  constructor(readonly device: GPUDevice) {}

  /** @param reuse whether a released buffer of the same size and usage may be taken */
  acquireBuffer(size: number, usage: number, mappedAtCreation = false, reuse = true): GPUBuffer {
    if (this.#scope) return this.#acquireFor(this.#scope, size, usage, mappedAtCreation);
    const mayReuse = reuse && !this.#isOutside;
    const buffer =
      (mayReuse ? this.#free.get(keyOf(size, usage))?.pop() : undefined) ?? this.#create(size, usage, mappedAtCreation);
    this.#used.add(buffer);
    this.numBytesUsed += size;
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    const scope = this.#scopeOf.get(buffer);
    if (scope) {
      if (scope.inUse.delete(buffer)) push(scope.free, buffer);
      return;
    }
    if (!this.#used.delete(buffer)) return;
    this.numBytesUsed -= buffer.size;
    if (reuse) push(this.#free, buffer);
    else this.#destroy(buffer);
  }

  /** A buffer that nobody shares and only `releaseBuffer` ends, even while a step is captured. */
  acquireOwn(size: number, usage: number, mappedAtCreation = false): GPUBuffer {
    const buffer = this.#create(size, usage, mappedAtCreation);
    this.#used.add(buffer);
    this.numBytesUsed += size;
    return buffer;
  }

  /** From here on buffers belong to the scope returned, until `closeScope`. */
  openScope(): PlanScope {
    const free = new Map<string, GPUBuffer[]>();
    for (const buffer of this.#pool.keys()) push(free, buffer);
    const scope: PlanScope = { free, inUse: new Set(), temporaries: new Set(), pinned: new Set() };
    this.#scope = scope;
    return scope;
  }

  closeScope(): void {
    const scope = this.#scope;
    this.#scope = null;
    for (const buffer of scope?.temporaries ?? []) this.#scopeOf.delete(buffer);
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
    for (const buffer of scope.temporaries) {
      const others = (this.#pool.get(buffer) ?? 1) - 1;
      if (others > 0) {
        this.#pool.set(buffer, others);
        continue;
      }
      this.#pool.delete(buffer);
      this.numBytesUsed -= buffer.size;
      this.#destroy(buffer);
    }
    for (const buffer of scope.pinned) {
      this.numBytesUsed -= buffer.size;
      this.#destroy(buffer);
    }
    scope.temporaries.clear();
    scope.pinned.clear();
  }

  dispose(): void {
    for (const buffers of this.#free.values()) for (const buffer of buffers) buffer.destroy();
    for (const buffer of [...this.#used, ...this.#pool.keys()]) buffer.destroy();
    this.#free.clear();
    this.#used.clear();
    this.#pool.clear();
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
    let buffer = scope.free.get(keyOf(size, usage))?.pop();
    if (!buffer) {
      buffer = this.#create(size, usage, false);
      this.#pool.set(buffer, 0);
      this.numBytesUsed += size;
    }
    if (!scope.temporaries.has(buffer)) {
      scope.temporaries.add(buffer);
      this.#pool.set(buffer, (this.#pool.get(buffer) ?? 0) + 1);
      this.#scopeOf.set(buffer, scope);
    }
    scope.inUse.add(buffer);
    return buffer;
  }

  #create(size: number, usage: number, mappedAtCreation: boolean): GPUBuffer {
    this.numBytesAllocated += size;
    return this.device.createBuffer({ size, usage, mappedAtCreation });
  }

  #destroy(buffer: GPUBuffer): void {
    this.numBytesAllocated -= buffer.size;
    buffer.destroy();
  }
}

function push(lists: Map<string, GPUBuffer[]>, buffer: GPUBuffer): void {
  const key = keyOf(buffer.size, buffer.usage);
  const list = lists.get(key);
  if (list) list.push(buffer);
  else lists.set(key, [buffer]);
}
