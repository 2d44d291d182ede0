import type { RunClient } from '../../worker/client';
import type { DemonstrationLabel, RankingLabel } from '../../worker/protocol';
import { Classroom } from './classroom.svelte';
import { DeskLink } from './deskLink';
import { LabelBook } from './labelBook.svelte';
import type { Recording } from './itemSupply';
import { RankTask } from './rankTask.svelte';
import { Teaching } from './teaching.svelte';

/** Everything about labelling on this page: one link to the worker, and the four things people do with it. */
export class Desk {
  readonly link: DeskLink;
  readonly book: LabelBook;
  readonly task: RankTask;
  readonly classroom: Classroom;
  readonly teaching: Teaching;

  constructor(client: RunClient, recording: Recording) {
    this.link = new DeskLink(client);
    this.book = new LabelBook(this.link);
    this.task = new RankTask(this.link, this.book, recording);
    this.classroom = new Classroom(this.link, this.book);
    this.teaching = new Teaching(this.link, this.book, () => this.classroom.fromFiles);
  }

  /** Everything labelled and written here as the text of a label file. */
  async exportText(): Promise<string> {
    const labels: (RankingLabel | DemonstrationLabel)[] = [
      ...this.book.labels.map(({ label }) => label),
      ...this.book.demonstrations.map(({ demonstration }) => demonstration),
    ];
    return this.link.ask({ kind: 'serialise', labels });
  }
}
