import type { RunClient } from '../../worker/client';
import type { DeskNews, DeskReplies, DeskRequest, TasteProgress, WorkerEvent } from '../../worker/protocol';

type Reply = Extract<DeskNews, { value: unknown }>;

/** The worker said no, in words for the visitor. */
export class DeskRefusal extends Error {
  override readonly name = 'DeskRefusal';
}

interface Waiting {
  take: (news: DeskNews) => void;
  refuse: (error: DeskRefusal) => void;
}

function isReplyTo<K extends keyof DeskReplies>(
  kind: K,
  news: DeskNews,
): news is { kind: K; value: DeskReplies[K] } & Reply {
  return news.kind === kind;
}

/** Asks the worker and waits for the answer that carries the same number. */
export class DeskLink {
  #waiting = new Map<number, Waiting>();
  #next = 1;

  constructor(readonly client: RunClient) {
    client.subscribe((event) => this.#receive(event));
  }

  /**
   * @param onProgress called while a comparison is on its way
   * @throws DeskRefusal when the request cannot be met
   */
  ask<R extends DeskRequest>(
    request: R,
    onProgress?: (progress: TasteProgress) => void,
  ): Promise<DeskReplies[R['kind']]> {
    const requestId = this.#next++;
    const kind: R['kind'] = request.kind;
    return new Promise((resolve, reject) => {
      const take = (news: DeskNews) => {
        if (news.kind === 'compareProgress') return onProgress?.(news.value);
        this.#waiting.delete(requestId);
        if (isReplyTo(kind, news)) resolve(news.value);
        else reject(new DeskRefusal(news.kind === 'refused' ? news.message : `desk: asked ${kind}, got ${news.kind}.`));
      };
      this.#waiting.set(requestId, { take, refuse: reject });
      this.client.send({ type: 'desk', requestId, request });
    });
  }

  /** The worker is gone, and with it every answer that was under way. */
  giveUp(reason: string): void {
    for (const { refuse } of this.#waiting.values()) refuse(new DeskRefusal(reason));
    this.#waiting.clear();
  }

  #receive(event: WorkerEvent): void {
    if (event.type === 'desk') this.#waiting.get(event.requestId)?.take(event.reply);
  }
}
