/** Ops that never touch the device. */
import { adaptKlCoef } from '../../../src/rlhf/adaptiveKl';
import { applyScale, demonstrationShift, gainAndBias } from '../../../src/rlhf/normaliseScores';
import { goldPeak, goldReward } from '../../../src/metrics/overOptimisation';
import { bestOfN, winRateInterval } from '../../../src/rlhf/statistics';
import { responseMask, truncateResponses } from '../../../src/rlhf/truncate';
import { learningRate } from '../../../src/nn/schedule';
import { input, listAttr, numberAttr, optionalAttr, wordAttr, type GoldenCase } from '../cases';
import { hostRunner, type Runner } from './runner';

const data = (golden: GoldenCase, name: string) => input(golden, name).data;

function schedule(golden: GoldenCase) {
  const totalSteps = numberAttr(golden, 'total_steps');
  const settings = {
    kind: wordAttr(golden, 'kind', ['constant', 'linear', 'cosine']),
    peak: numberAttr(golden, 'peak_lr'),
    totalSteps,
    warmupSteps: numberAttr(golden, 'warmup_steps'),
    startFactor: optionalAttr(golden, 'start_factor') ?? undefined,
    minRatio: optionalAttr(golden, 'min_ratio') ?? undefined,
  };
  return { lr: Array.from({ length: totalSteps + 1 }, (_, step) => learningRate(settings, step)) };
}

function adaptiveKl(golden: GoldenCase) {
  const [target, horizon, episodes] = ['target', 'horizon', 'n_steps'].map((name) => numberAttr(golden, name));
  let klCoef = numberAttr(golden, 'init_kl_coef');
  const coefficients = data(golden, 'current_kl').map(
    (kl) => (klCoef = adaptKlCoef(klCoef, kl, { target, horizon, episodes })),
  );
  return { kl_coef: coefficients };
}

function winRate(golden: GoldenCase) {
  const [wins, losses, ties] = ['wins', 'losses', 'ties'].map((name) => data(golden, name));
  const z = optionalAttr(golden, 'z') ?? undefined;
  const all = wins.map((_, i) => winRateInterval(wins[i], losses[i], ties[i], z));
  return {
    win_rate: all.map(({ winRate }) => winRate),
    normal_half_width: all.map(({ normalHalfWidth }) => normalHalfWidth),
    wilson_low: all.map(({ wilsonLow }) => wilsonLow),
    wilson_high: all.map(({ wilsonHigh }) => wilsonHigh),
  };
}

function bestOf(golden: GoldenCase) {
  const all = listAttr<number>(golden, 'n', 'number').map((n) =>
    bestOfN(data(golden, 'proxy'), data(golden, 'gold'), n),
  );
  return {
    expected_proxy: all.map(({ proxy }) => proxy),
    expected_gold: all.map(({ gold }) => gold),
    kl: all.map(({ kl }) => kl),
  };
}

function overoptimization(golden: GoldenCase) {
  const [alpha, beta] = ['alpha', 'beta'].map((name) => numberAttr(golden, name));
  const d = data(golden, 'kl').map(Math.sqrt);
  const [bon, rl] = [goldPeak('bestOfN', alpha, beta), goldPeak('rl', alpha, beta)];
  return {
    d,
    gold_bon: d.map((distance) => goldReward('bestOfN', distance, alpha, beta)),
    gold_rl: d.map((distance) => goldReward('rl', distance, alpha, beta)),
    bon_peak_d: [bon.d],
    bon_peak_gold: [bon.gold],
    rl_peak_d: [rl.d],
    rl_peak_gold: [rl.gold],
  };
}

function truncate(golden: GoldenCase) {
  const slots = input(golden, 'responses').shape[1];
  const cut = truncateResponses(
    data(golden, 'responses'),
    slots,
    numberAttr(golden, 'eos_token_id'),
    numberAttr(golden, 'pad_token_id'),
  );
  return {
    postprocessed: cut.responses,
    has_eos: cut.hasEos,
    lengths: cut.lengths,
    mask: responseMask(cut.lengths, slots),
    mask_plus_one: responseMask(cut.lengths, slots, 1),
  };
}

function normalise(golden: GoldenCase) {
  const [demonstrations, rewards] = ['demonstration_rewards', 'rewards'].map((name) => data(golden, name));
  const shift = demonstrationShift(demonstrations);
  const { gain, bias } = gainAndBias(demonstrations, numberAttr(golden, 'new_mean'), numberAttr(golden, 'new_std'));
  return {
    bias: [shift],
    bias_normalised: applyScale(rewards, { shift, gain: 1 }),
    gain: [gain],
    // gain·s + bias in the form that the product stores.
    gain_bias_normalised: applyScale(rewards, { shift: -bias / gain, gain }),
  };
}

export const hostRunners: Record<string, Runner> = {
  lr_schedule: hostRunner(schedule),
  adaptive_kl: hostRunner(adaptiveKl),
  win_rate: hostRunner(winRate),
  best_of_n: hostRunner(bestOf),
  overoptimization: hostRunner(overoptimization),
  truncate_response: hostRunner(truncate),
  rm_normalise: hostRunner(normalise),
};
