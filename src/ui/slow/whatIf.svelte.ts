import { settingRow, validateSetting, type SettingKey } from '../../config/config';
import { ConfigError } from '../../config/errors';
import type { PhaseReport, PhaseSettings } from '../../worker/protocol';
import type { RunClient } from '../../worker/client';
import type { SettingPlace } from '../controls/settingPlace';

/** Settings of rewards and credit that can be tried on a batch, as the settings of a stop call them. */
const TRIED = { 'ppo.klCoef': 'klCoef', 'ppo.lambda': 'lambda', 'ppo.gamma': 'gamma' } as const;
export type TriedKey = keyof typeof TRIED;
type Wishes = Partial<Record<TriedKey, number>>;

/** What each phase depends on; at other stops nothing can be tried. */
const KEYS_OF: Partial<Record<PhaseReport['phase'], readonly TriedKey[]>> = {
  rewards: ['ppo.klCoef'],
  credit: ['ppo.klCoef', 'ppo.lambda', 'ppo.gamma'],
};

const isTried = (key: SettingKey): key is TriedKey => key in TRIED;

/**
 * "What if β were 1?", asked of the batch on show: the worker computes its rewards and advantages again by the kernels of
 * the run, and the run knows nothing of it.
 */
export class WhatIf implements SettingPlace {
  #client: () => RunClient;
  #frames: () => readonly PhaseReport[];
  #wishes = $state.raw<Wishes>({});
  #problems = $state.raw<Partial<Record<TriedKey, string>>>({});
  /** The newest answer, the stop it belongs to and the wishes it answers. */
  #answer = $state.raw<{ of: PhaseReport; wishes: Wishes; frame: PhaseReport } | null>(null);
  #requestId = 0;
  #asked: { requestId: number; of: PhaseReport; wishes: Wishes } | null = null;

  /** @param frames stops of the iteration up to the one on show */
  constructor(client: () => RunClient, frames: () => readonly PhaseReport[]) {
    this.#client = client;
    this.#frames = frames;
  }

  get #shown(): PhaseReport | null {
    return this.#frames().at(-1) ?? null;
  }

  /** What can be tried at the stop on show. */
  get keys(): readonly TriedKey[] {
    return (this.#shown && KEYS_OF[this.#shown.phase]) ?? [];
  }

  /** The stop as it would be, or null where nothing is tried or no answer is there yet. */
  get frame(): PhaseReport | null {
    return this.isOn && this.#answer?.of === this.#shown ? this.#answer.frame : null;
  }

  /** Something differs from the run at the stop on show. */
  get isOn(): boolean {
    return this.keys.some((key) => this.#wishes[key] !== undefined);
  }

  /** What is tried and what the run has, by setting. */
  get differences(): { key: TriedKey; tried: number; own: number }[] {
    return this.keys.flatMap((key) => {
      const tried = this.#wishes[key];
      return tried === undefined ? [] : [{ key, tried, own: this.#own(key) }];
    });
  }

  value(key: SettingKey): number {
    return isTried(key) ? (this.#wishes[key] ?? this.#own(key)) : 0;
  }

  isChanged(key: SettingKey): boolean {
    return isTried(key) && this.#wishes[key] !== undefined;
  }

  problem(key: SettingKey): string | undefined {
    return isTried(key) ? this.#problems[key] : undefined;
  }

  change(key: SettingKey, value: unknown): void {
    if (!isTried(key)) return;
    try {
      const checked = Number(validateSetting(key, value));
      const { [key]: _old, ...rest } = this.#wishes;
      this.#wishes = checked === this.#own(key) ? rest : { ...rest, [key]: checked };
      this.#problems = { ...this.#problems, [key]: undefined };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#problems = { ...this.#problems, [key]: error.message };
    }
  }

  reset(key: SettingKey): void {
    this.change(key, isTried(key) ? this.#own(key) : undefined);
  }

  clear(): void {
    this.#wishes = {};
    this.#problems = {};
  }

  /** The wishes that the run itself can take over while it goes on. */
  get usable(): { key: TriedKey; value: number }[] {
    return this.differences.filter(({ key }) => settingRow(key).live).map(({ key, tried }) => ({ key, value: tried }));
  }

  /** Asks for the numbers of the present wishes unless they are there or on their way; one question a stop at a time. */
  ask(): void {
    const [of, wishes] = [this.#shown, this.#wishes];
    if (!this.isOn || of === null || this.#asked?.of === of) return;
    if (this.#answer?.of === of && this.#answer.wishes === wishes) return;
    const read = (name: 'logprobs' | 'referenceLogprobs' | 'values') =>
      this.#frames().findLast(({ tensors }) => tensors[name] !== undefined)?.tensors[name];
    const [logprobs, referenceLogprobs, values] = [read('logprobs'), read('referenceLogprobs'), read('values')];
    const { scoresUsed } = of.tensors;
    if (!logprobs || !referenceLogprobs || !values || !scoresUsed) return;
    this.#asked = { requestId: ++this.#requestId, of, wishes };
    const lengths = this.#frames()[0].answers.map(({ tokens }) => tokens.length);
    this.#client().send({
      type: 'whatIf',
      requestId: this.#requestId,
      batch: { slots: of.slots, lengths, logprobs, referenceLogprobs, values, scoresUsed },
      settings: this.#settings(of, wishes),
    });
  }

  /** Listens for answers; returns the function that ends it. */
  listen(): () => void {
    return this.#client().subscribe((event) => {
      if (event.type === 'failed') this.#asked = null;
      if (event.type !== 'whatIf' || event.requestId !== this.#asked?.requestId) return;
      const { of, wishes } = this.#asked;
      this.#asked = null;
      const frame = { ...of, settings: this.#settings(of, wishes), tensors: { ...of.tensors, ...event.tensors } };
      this.#answer = { of, wishes, frame: of.phase === 'rewards' ? withoutCredit(frame) : frame };
      this.ask();
    });
  }

  #settings(of: PhaseReport, wishes: Wishes): PhaseSettings {
    const tried = Object.entries(wishes).map(([key, value]) => [TRIED[key as TriedKey], value]);
    return { ...of.settings, ...Object.fromEntries(tried) } as PhaseSettings;
  }

  #own(key: TriedKey): number {
    return this.#shown?.settings[TRIED[key]] ?? 0;
  }
}

/** Credit has not been assigned yet where the run stands at its rewards. */
function withoutCredit(frame: PhaseReport): PhaseReport {
  const { rawAdvantages: _a, advantages: _b, returns: _c, ...tensors } = frame.tensors;
  return { ...frame, tensors };
}
