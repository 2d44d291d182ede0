import type { DeskItem, LabelRecord, RecordedRun, Writer } from '../../worker/protocol';
import { DeskRefusal, type DeskLink } from './deskLink';
import { recordedItems, shuffled } from './otherItems';

/** An item on the desk, and where it came from. */
export interface Shown {
  item: DeskItem;
  /** The record whose item has come back. */
  repeatOf: string | null;
  drawnAs: number | null;
  /** Its answers stand in the recorded run, and nobody here can say more about them. */
  isRecorded: boolean;
}

/** What somebody wants to rank. */
export interface Wish {
  answers: number;
  pool: readonly Writer[];
}

/** Answers to rank where no model can write any. */
export interface Recording {
  /** The recorded run, where no engine has started; null while one may. */
  run(): RecordedRun | null;
}

/** Where items come from: the worker, the recorded run, or earlier records. */
export class ItemSupply {
  #link: DeskLink;
  #recording: Recording;
  /** The next item, asked for while this one is judged. */
  #ahead: { number: number; wish: string; item: Promise<DeskItem> } | null = null;

  constructor(link: DeskLink, recording: Recording) {
    this.#link = link;
    this.#recording = recording;
  }

  /**
   * Item `number`, and the one after it is asked for.
   * @throws DeskRefusal when nobody can write answers and none are recorded
   */
  async item(number: number, wish: Wish): Promise<Shown> {
    try {
      const item = await this.#draw(number, wish);
      this.#lookAhead(number + 1, wish);
      return { item, repeatOf: null, drawnAs: number, isRecorded: false };
    } catch (error) {
      const run = error instanceof DeskRefusal ? this.#recording.run() : null;
      const items = run === null ? [] : recordedItems(run, wish.answers);
      if (items.length === 0) throw error;
      const item = items[number % items.length];
      const answers = shuffled(item.answers);
      return { item: { ...item, answers }, repeatOf: null, drawnAs: number, isRecorded: true };
    }
  }

  #draw(number: number, { answers, pool }: Wish): Promise<DeskItem> {
    const ahead = this.#ahead;
    if (ahead !== null && ahead.number === number && ahead.wish === `${answers} ${pool.join()}`) return ahead.item;
    return this.#link.ask({ kind: 'draw', answers, pool: [...pool], number });
  }

  #lookAhead(number: number, wish: Wish): void {
    const item = this.#draw(number, wish);
    // A refusal is told when the item is wanted, not before.
    item.catch(() => (this.#ahead = null));
    this.#ahead = { number, wish: `${wish.answers} ${wish.pool.join()}`, item };
  }

  /** The item of an earlier record, its answers in another order. */
  again({ id, label }: LabelRecord): Shown {
    const order = shuffled(label.answers.map((_, i) => i));
    const answers = order.map((i) => ({
      text: label.answers[i],
      ended: label.ended?.[i] ?? true,
      source: writerOf(label.sources?.[i]),
      tokens: [...(label.tokens?.[i] ?? [])],
    }));
    return { item: { prompt: label.prompt, answers, facts: [] }, repeatOf: id, drawnAs: null, isRecorded: false };
  }
}

function writerOf(source: string | undefined): Writer {
  return source === 'base' || source === 'ppo' ? source : 'sft';
}
