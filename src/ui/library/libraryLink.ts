import type { RunClient } from '../../worker/client';
import type { LibraryNews, LibraryReplies, LibraryReply, LibraryRequest, WorkerEvent } from '../../worker/protocol';

/** The library said no, in words for the visitor. */
export class LibraryRefusal extends Error {
  override readonly name = 'LibraryRefusal';
}

function isReplyTo<K extends keyof LibraryReplies>(
  kind: K,
  news: LibraryNews,
): news is { kind: K; value: LibraryReplies[K] } & LibraryReply {
  return news.kind === kind;
}

interface Waiting {
  take: (news: LibraryNews) => void;
  refuse: (error: LibraryRefusal) => void;
}

/** Asks the worker's library and waits for the answer that carries the same number. */
export class LibraryLink {
  #waiting = new Map<number, Waiting>();
  #next = 1;

  constructor(readonly client: RunClient) {
    client.subscribe((event) => this.#receive(event));
  }

  /** @throws LibraryRefusal when the request cannot be met */
  ask<R extends LibraryRequest>(request: R): Promise<LibraryReplies[R['kind']]> {
    const requestId = this.#next++;
    const kind: R['kind'] = request.kind;
    return new Promise((resolve, reject) => {
      const take = (news: LibraryNews) => {
        this.#waiting.delete(requestId);
        if (isReplyTo(kind, news)) resolve(news.value);
        else
          reject(
            new LibraryRefusal(news.kind === 'refused' ? news.message : `library: asked ${kind}, got ${news.kind}.`),
          );
      };
      this.#waiting.set(requestId, { take, refuse: reject });
      this.client.send({ type: 'library', requestId, request });
    });
  }

  /** The worker is gone, and with it every answer that was under way. */
  giveUp(reason: string): void {
    for (const { refuse } of this.#waiting.values()) refuse(new LibraryRefusal(reason));
    this.#waiting.clear();
  }

  #receive(event: WorkerEvent): void {
    if (event.type === 'library') this.#waiting.get(event.requestId)?.take(event.reply);
  }
}
