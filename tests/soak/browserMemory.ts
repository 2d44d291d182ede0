/** What a page, its workers and the processes of its browser hold, read through the browser's own protocol. */
import { readdirSync, readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';

/** One reading. Bytes, but for the counts. */
export interface PageMemory {
  /** JavaScript heap of the page after collecting garbage. */
  readonly heapBytes: number;
  /** The same of its workers together. */
  readonly workerHeapBytes: number;
  /** Buffers of workers outside their heaps, TensorFlow.js' own among them. */
  readonly workerBufferBytes: number;
  /** Living nodes of documents, those that only scripts know included. */
  readonly nodes: number;
  readonly listeners: number;
  /** Resident memory of the process that computes graphics: on a software adapter what a card would hold. 0 where unknown. */
  readonly gpuProcessBytes: number;
  /** Resident memory of the page's process, its workers included. 0 where unknown. */
  readonly pageProcessBytes: number;
}

/** Protocol methods that are used without parameters. */
interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize?: number;
}

interface Answer {
  readonly id: number;
  readonly result: HeapUsage;
}

/** Reads the memory of one page, whose workers may come and go. */
export class MemoryReader {
  #session: CDPSession;
  #workers = new Set<string>();
  #waiting = new Map<number, (usage: HeapUsage) => void>();
  #nextId = 1;

  private constructor(session: CDPSession) {
    this.#session = session;
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') this.#workers.add(sessionId);
    });
    session.on('Target.detachedFromTarget', ({ sessionId }) => this.#workers.delete(sessionId));
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as Answer;
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
  }

  /** @param page before its workers start */
  static async of(page: Page): Promise<MemoryReader> {
    const session = await page.context().newCDPSession(page);
    const reader = new MemoryReader(session);
    await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    return reader;
  }

  async read(): Promise<PageMemory> {
    await this.#session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#session.send('Runtime.getHeapUsage');
    const { nodes, jsEventListeners } = await this.#session.send('Memory.getDOMCounters');
    const workers = await Promise.all([...this.#workers].map((worker) => this.#heapOf(worker)));
    const sum = (of: (usage: HeapUsage) => number) => workers.reduce((total, usage) => total + of(usage), 0);
    return {
      heapBytes: usedSize,
      workerHeapBytes: sum((usage) => usage.usedSize),
      workerBufferBytes: sum((usage) => usage.backingStorageSize ?? 0),
      nodes,
      listeners: jsEventListeners,
      gpuProcessBytes: residentBytes('--type=gpu-process'),
      pageProcessBytes: residentBytes('--type=renderer'),
    };
  }

  async #heapOf(worker: string): Promise<HeapUsage> {
    await this.#ask(worker, 'HeapProfiler.collectGarbage');
    return this.#ask(worker, 'Runtime.getHeapUsage');
  }

  #ask(sessionId: string, method: string): Promise<HeapUsage> {
    const id = this.#nextId++;
    const answer = new Promise<HeapUsage>((resolve) => this.#waiting.set(id, resolve));
    // A worker that ends meanwhile answers no more; detaching is all that is heard of it.
    void this.#session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
    return answer;
  }
}

/** Resident memory of all children of this process whose command line holds a word; 0 where the system does not tell. */
function residentBytes(word: string): number {
  if (process.platform !== 'linux') return 0;
  const parents = new Map<number, number>();
  const wanted: [pid: number, bytes: number][] = [];
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const read = (file: string) => {
      try {
        return readFileSync(`/proc/${name}/${file}`, 'utf8');
      } catch {
        // The process has ended since it was listed.
        return '';
      }
    };
    const status = read('status');
    const number = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    parents.set(Number(name), number('PPid'));
    if (read('cmdline').includes(word)) wanted.push([Number(name), number('VmRSS') * 1024]);
  }
  const isOurs = (pid: number): boolean => pid === process.pid || (pid > 1 && isOurs(parents.get(pid) ?? 0));
  return wanted.reduce((sum, [pid, bytes]) => sum + (isOurs(pid) ? bytes : 0), 0);
}
