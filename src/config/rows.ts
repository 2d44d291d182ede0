/** The shapes a hyperparameter row can take. Types, forms, links, validation and docs all follow from a row. */

export const PRESETS = ['nano', 'small', 'medium'] as const;
export type Preset = (typeof PRESETS)[number];

/** Presets whose base, SFT and reward models come with the page; the others begin with pretraining. */
export const SHIPPED_PRESETS: readonly Preset[] = ['nano', 'small'];

/** `proven` is the measured recipe; `paper` is InstructGPT as printed, scaled where a number has no meaning here. */
export const RECIPES = ['proven', 'paper'] as const;
export type Recipe = (typeof RECIPES)[number];

export type SettingGroup = 'model' | 'data' | 'pretrain' | 'sft' | 'rm' | 'ppo' | 'sampling' | 'run';

/** One value for all presets, or one for each. */
export type PerPreset<T> = T | Record<Preset, T>;

interface RowBase<T> {
  group: SettingGroup;
  /** Words shown beside the control. */
  label: string;
  /** The symbol papers use, if any. */
  symbol?: string;
  /** One line shown under the control. */
  help: string;
  /** Where the default comes from. */
  source: string;
  value: PerPreset<T>;
  /** Value of the "as in the paper" column, where it differs. */
  paper?: PerPreset<T>;
  /** May be changed while a stage runs; every other change needs a restart. */
  live?: boolean;
  /** Hidden until "advanced" is opened. */
  advanced?: boolean;
}

export interface NumberRow extends RowBase<number> {
  kind: 'number';
  /** Hard limits: values outside are refused. */
  min: number;
  max: number;
  /** Usual range, covered by the slider. A box accepts up to the hard limits and says so. */
  usual: readonly [number, number];
  /** `log0` is a log slider with an exact zero at its left end. */
  scale: 'linear' | 'log' | 'log0';
  integer?: boolean;
  unit?: string;
}

export interface ChoiceRow extends RowBase<string> {
  kind: 'choice';
  options: readonly string[];
}

export interface SwitchRow extends RowBase<boolean> {
  kind: 'switch';
}

export type SettingRow = NumberRow | ChoiceRow | SwitchRow;
