import type { MinibatchPlace, PhaseReport, PhaseSettings, PhaseTensorName, PpoPhaseName } from '../../worker/protocol';

/** What a row of heat cells can show; the last five are worked out here from the others. */
export type CellKey =
  | 'logprobs'
  | 'referenceLogprobs'
  | 'entropy'
  | 'values'
  | 'kl'
  | 'rewards'
  | 'surprise'
  | 'rawAdvantages'
  | 'returns'
  | 'advantages'
  | 'newLogprobs'
  | 'ratio'
  | 'newValues';

/**
 * The numbers of one iteration as far as they have been made, looked up by answer and token.
 *   δ_t = r_t + γ·V_(t+1) − V_t        ρ_t = π_new / π_old
 */
export class BatchNumbers {
  readonly answers: PhaseReport['answers'];
  readonly step: number;
  readonly phase: PpoPhaseName;
  readonly settings: PhaseSettings;
  readonly update: MinibatchPlace | null;
  /** Whether the policy has been moved in this iteration; in the warm-up of the critic it is not. */
  readonly hasRatio: boolean;
  /** R, the width of the tensors over the whole batch. */
  readonly #slots: number;
  readonly #tensors: Partial<Record<PhaseTensorName, Float32Array>> = {};
  /** Tensors of the newest stop alone, which after a minibatch hold only its rows. */
  readonly #newest: PhaseReport;

  /** @param frames stops of one iteration up to the one on show, the first being `sample` */
  constructor(frames: readonly PhaseReport[]) {
    const newest = frames[frames.length - 1];
    this.answers = frames[0].answers;
    this.step = newest.step;
    this.phase = newest.phase;
    this.settings = newest.settings;
    this.update = newest.update;
    this.#slots = frames[0].slots;
    this.#newest = newest;
    for (const { phase, tensors } of frames) if (phase !== 'minibatch') Object.assign(this.#tensors, tensors);
    this.hasRatio = newest.tensors.newLogprobs !== undefined;
  }

  length(row: number): number {
    return this.answers[row].tokens.length;
  }

  /** Score of an answer: after clip and missing-end rule where that is known. */
  score(row: number): number | null {
    return (this.#tensors.scoresUsed ?? this.#tensors.scores)?.[row] ?? null;
  }

  /** Whether the stop on show says anything about an answer: a minibatch holds only some. */
  concerns(row: number): boolean {
    return this.update === null || this.update.rows.includes(row);
  }

  /** @returns null where the number has not been made, or belongs to an answer outside the minibatch */
  value(key: CellKey, row: number, token: number): number | null {
    switch (key) {
      case 'surprise':
        return this.#surprise(row, token);
      case 'newLogprobs':
      case 'newValues':
        return this.#new(key, row, token);
      case 'ratio': {
        const [now, before] = [this.#new('newLogprobs', row, token), this.#at('logprobs', row, token)];
        return now === null || before === null ? null : Math.exp(now - before);
      }
      case 'logprobs':
      case 'referenceLogprobs':
      case 'entropy':
      case 'values':
      case 'kl':
      case 'rewards':
      case 'rawAdvantages':
      case 'returns':
      case 'advantages':
        return this.#at(key, row, token);
      default:
        return key satisfies never;
    }
  }

  /** What GAE reads: the reward, whitened where that is switched on. */
  rewardUsed(row: number, token: number): number | null {
    return this.#at('rewardsUsed', row, token);
  }

  /** All values of a row over the batch; what a colour scale is made from. */
  all(key: CellKey): number[] {
    const values: number[] = [];
    for (let row = 0; row < this.answers.length; row++)
      for (let t = 0; t < this.length(row); t++) {
        const value = this.value(key, row, t);
        if (value !== null) values.push(value);
      }
    return values;
  }

  #at(name: PhaseTensorName, row: number, token: number): number | null {
    return this.#tensors[name]?.[row * this.#slots + token] ?? null;
  }

  #new(name: 'newLogprobs' | 'newValues', row: number, token: number): number | null {
    const { tensors, slots } = this.#newest;
    const place = this.update === null ? row : this.update.rows.indexOf(row);
    return place < 0 ? null : (tensors[name]?.[place * slots + token] ?? null);
  }

  #surprise(row: number, token: number): number | null {
    const [reward, value] = [this.rewardUsed(row, token), this.#at('values', row, token)];
    if (reward === null || value === null || this.#at('rawAdvantages', row, token) === null) return null;
    const next = token + 1 < this.length(row) ? (this.#at('values', row, token + 1) ?? 0) : 0;
    return reward + this.settings.gamma * next - value;
  }
}
