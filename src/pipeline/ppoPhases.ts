/**
 * PPO in slow motion: the places inside one iteration where the loop can be stopped, and what is on the device there.
 * Nothing here runs, and nothing is read, unless somebody watches.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { Config } from '../config/config';
import { readValues } from '../kernels/defineKernel';
import type { Item } from './items';

/** In the order of the loop; `minibatch` comes once for each update, `result` when all are done. */
export const PPO_PHASES = ['sample', 'score', 'readings', 'rewards', 'credit', 'minibatch', 'result'] as const;
export type PpoPhaseName = (typeof PPO_PHASES)[number];

/** Shared by the loop and its caller, who may change it whenever the loop stands still. */
export interface PhaseWatch {
  /** The loop yields a frame at every phase. */
  isOn: boolean;
  /** A setting has changed: rewards and credit are computed again from the same answers before the loop goes on. */
  isStale: boolean;
  /**
   * The first iteration also tells what its answers were like before anything is learned from them: on a slow device,
   * where the updates are still being compiled, that is most of the wait.
   */
  tellsAnswers?: boolean;
}

/** For an iteration that nobody watches from its beginning: frames build on those before. */
export const UNWATCHED: PhaseWatch = { isOn: false, isStale: false };

/** Tensors of a frame: one number a token, [B, R] row by row, or one an answer, [B]. */
export type PhaseTensors = Partial<
  Record<
    | 'logprobs'
    | 'referenceLogprobs'
    | 'entropy'
    | 'values'
    | 'kl'
    | 'rewards'
    | 'rewardsUsed'
    | 'rawAdvantages'
    | 'advantages'
    | 'returns'
    | 'newLogprobs'
    | 'newValues',
    Float32Array
  > &
    Record<'scores' | 'scoresUsed', Float32Array>
>;
export type PhaseTensorName = keyof PhaseTensors;

/** The settings that the arithmetic of the phases uses. */
export interface PhaseSettings {
  klCoef: number;
  klEstimator: Config['ppo.klEstimator'];
  gamma: number;
  lambda: number;
  clipRange: number;
  valueClipRange: number;
  whitenRewards: boolean;
  whitenAdvantages: boolean;
}

/** One stop. Tensors of earlier stops of the same iteration still hold. */
export interface PhaseFrame {
  phase: PpoPhaseName;
  /** Iteration, 1-based. */
  step: number;
  items: readonly Item[];
  /** R, the width of the [B, R] tensors. */
  slots: number;
  tensors: PhaseTensors;
  settings: PhaseSettings;
  /** Which update a `minibatch` frame shows; its tensors hold only these rows, in this order, as the loss saw them. */
  update: MinibatchPlace | null;
}

export interface MinibatchPlace {
  /** 1-based. */
  epoch: number;
  epochs: number;
  /** 1-based, within the epoch. */
  index: number;
  pieces: number;
  rows: readonly number[];
  /** False while only the value network learns. */
  movesPolicy: boolean;
}

/** @param klCoef the β in force, which adaptive control may have moved */
export function phaseSettings(config: Config, klCoef: number): PhaseSettings {
  return {
    klCoef,
    klEstimator: config['ppo.klEstimator'],
    gamma: config['ppo.gamma'],
    lambda: config['ppo.lambda'],
    clipRange: config['ppo.clipRange'],
    valueClipRange: config['ppo.valueClipRange'],
    whitenRewards: config['ppo.whitenRewards'],
    whitenAdvantages: config['ppo.whitenAdvantages'],
  };
}

/** Reads tensors of one phase, one readback each: whoever watches has time. */
export async function readPhase(tensors: Partial<Record<PhaseTensorName, Tensor | undefined>>): Promise<PhaseTensors> {
  const read: PhaseTensors = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    if (tensor) read[name as PhaseTensorName] = Float32Array.from(await readValues(tensor));
  }
  return read;
}

/** Whether phases must be computed again; answered once. */
export function takeStale(watch: PhaseWatch): boolean {
  const { isStale } = watch;
  watch.isStale = false;
  return isStale;
}
