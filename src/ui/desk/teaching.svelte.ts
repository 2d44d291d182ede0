import type { Contributions, RankingLabel, RewardSources } from '../../worker/protocol';
import { DeskRefusal, type DeskLink } from './deskLink';
import type { LabelBook } from './labelBook.svelte';
import { teaches } from './people';
import { countPairs } from './rankDraft';

/** Whose rankings the reward model is to learn from; any of them together. */
export const RANKING_SOURCES = ['simulated', 'mine', 'files'] as const;
export type RankingSource = (typeof RANKING_SOURCES)[number];

/** Whose demonstrations SFT is to learn from. */
export const DEMONSTRATION_SOURCES = ['examples', 'mine'] as const;
export type DemonstrationSource = (typeof DEMONSTRATION_SOURCES)[number];

/** Fewer rankings or demonstrations than this, by people alone, are refused; the pipeline asks for the same. */
export const FEWEST = 20;

export interface SourceCount {
  rankings: number;
  pairs: number;
}

function count(labels: readonly RankingLabel[]): SourceCount {
  return {
    rankings: labels.length,
    pairs: labels.reduce((sum, label) => sum + countPairs(label.ranks).pairs, 0),
  };
}

/** The choice which labels the models of a run learn from, and what came of it. */
export class Teaching {
  #link: DeskLink;
  #book: LabelBook;
  #files: () => readonly RankingLabel[];

  rankings = $state.raw<readonly RankingSource[]>(['simulated']);
  demonstrations = $state.raw<readonly DemonstrationSource[]>(['examples']);
  /** What the newest reward model learned from, as the run counts it. */
  sources = $state.raw<RewardSources | null>(null);
  failure = $state<string | null>(null);

  /** @param files the labels of the files that are loaded and in use */
  constructor(link: DeskLink, book: LabelBook, files: () => readonly RankingLabel[]) {
    this.#link = link;
    this.#book = book;
    this.#files = files;
  }

  labelsOf(source: 'mine' | 'files'): RankingLabel[] {
    const own = this.#book.labels.filter(({ repeatOf }) => repeatOf === null).map(({ label }) => label);
    return (source === 'mine' ? own : [...this.#files()]).filter(teaches);
  }

  countOf(source: 'mine' | 'files'): SourceCount {
    return count(this.labelsOf(source));
  }

  toggleRankings(source: RankingSource): void {
    this.rankings = RANKING_SOURCES.filter((s) => (s === source) !== this.rankings.includes(s));
  }

  toggleDemonstrations(source: DemonstrationSource): void {
    this.demonstrations = DEMONSTRATION_SOURCES.filter((s) => (s === source) !== this.demonstrations.includes(s));
  }

  /** What a run gets; undefined when it is to learn from the world alone. */
  get contributions(): Contributions | undefined {
    const rankings = (['mine', 'files'] as const)
      .filter((source) => this.rankings.includes(source))
      .flatMap((source) => this.labelsOf(source));
    const withSimulated = this.rankings.includes('simulated');
    const withExamples = this.demonstrations.includes('examples');
    const demonstrations = this.demonstrations.includes('mine')
      ? this.#book.demonstrations.map(({ demonstration }) => demonstration)
      : [];
    if (withSimulated && withExamples && rankings.length === 0 && demonstrations.length === 0) return undefined;
    return { rankings, withSimulated, demonstrations, withExamples };
  }

  /** Rankings by people that are still wanted before a reward model can learn from the choice; 0 when it can. */
  get rankingsMissing(): number {
    if (this.rankings.includes('simulated')) return 0;
    return Math.max(0, FEWEST - (this.contributions?.rankings.length ?? 0));
  }

  get demonstrationsMissing(): number {
    if (this.demonstrations.includes('examples')) return 0;
    return Math.max(0, FEWEST - (this.contributions?.demonstrations.length ?? 0));
  }

  /**
   * Trains the reward model of the present run on the choice, and then PPO.
   * @returns whether it has begun
   */
  async train(): Promise<boolean> {
    this.failure = null;
    const world = { rankings: [], withSimulated: true, demonstrations: [], withExamples: true };
    try {
      await this.#link.ask({ kind: 'train', contributions: this.contributions ?? world });
      this.sources = null;
      return true;
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error;
      this.failure = error.message;
      return false;
    }
  }

  async readSources(): Promise<void> {
    try {
      this.sources = await this.#link.ask({ kind: 'sources' });
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error;
      this.failure = error.message;
    }
  }
}
