/** The near end of the wire: obeys commands with a side that lives in the same thread. */
import { resetPeak } from './gpuProbe';
import { measureRep } from './measure';
import type { SideCommand, SideReply } from './protocol';
import type { Bout, Side } from './side';
import { makeTask } from './task';
import { workload } from './workloads';

/** By name: a peer throws its own class, from a package of its own. */
const isSkipped = (error: unknown) => error instanceof Error && error.name === 'SkippedError';

export class SideHandler {
  #side: Side | null = null;
  #bout: Bout | null = null;

  constructor(readonly startSide: () => Promise<Side>) {}

  async handle(command: SideCommand): Promise<SideReply> {
    try {
      return await this.#obey(command);
    } catch (error) {
      const reason = error instanceof Error ? error.message || error.name : String(error);
      return { type: isSkipped(error) ? 'skipped' : 'failed', reason };
    }
  }

  async #obey(command: SideCommand): Promise<SideReply> {
    switch (command.type) {
      case 'start': {
        this.#side = await this.startSide();
        const yardstick = (await this.#side.yardstick?.()) ?? null;
        return { type: 'started', ...this.#side.info, yardstick };
      }
      case 'prepare':
        this.#drop();
        resetPeak();
        this.#bout = await this.#started().prepare(makeTask(workload(command.workload)));
        return { type: 'prepared' };
      case 'rep': {
        if (!this.#bout) throw new Error('bench: a repetition was asked for before any workload was prepared.');
        this.#bout.setGreedy?.(command.isGreedy);
        const rep = await measureRep(this.#bout, command.units, this.#started().heapBytes);
        return { type: 'rep', rep };
      }
      case 'drop':
        this.#drop();
        return { type: 'dropped' };
      default: {
        const unknown: never = command;
        throw new Error(`bench: got command ${JSON.stringify(unknown)}.`);
      }
    }
  }

  #started(): Side {
    if (!this.#side) throw new Error('bench: the side was not started.');
    return this.#side;
  }

  #drop(): void {
    this.#bout?.dispose();
    this.#bout = null;
  }
}
