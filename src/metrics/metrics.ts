/** One metric: its unit, what it is, and how a healthy run looks. Charts, tooltips and docs follow from the row. */
export interface MetricRow {
  unit: '' | 'nats' | '%' | 'tokens' | 'ms' | 's' | 'MB' | 'tok/s';
  /** One sentence with the formula or sign convention. */
  help: string;
  /** What a healthy run shows, in words. */
  healthy: string;
  /** Decimals shown. */
  digits: number;
  /** Shown without asking. */
  shown?: boolean;
}

export const METRICS = {
  'pretrain/loss': {
    unit: 'nats',
    help: 'Mean of −log p(token) over pages of text.',
    healthy: 'falls from about 6.9 to below 1',
    digits: 3,
    shown: true,
  },
  'pretrain/eval_loss': {
    unit: 'nats',
    help: 'The same on pages never trained on.',
    healthy: 'close to the training loss',
    digits: 3,
  },
  'pretrain/grad_norm': {
    unit: '',
    help: 'Global gradient norm before clipping.',
    healthy: 'steady, mostly below 2',
    digits: 2,
  },
  'pretrain/lr': { unit: '', help: 'Learning rate of the update.', healthy: 'follows its schedule', digits: 6 },
  'sft/loss': {
    unit: 'nats',
    help: 'Mean of −log p(token) over answer tokens and the end; prompt tokens carry no loss.',
    healthy: 'falls and flattens',
    digits: 3,
    shown: true,
  },
  'sft/eval_loss': {
    unit: 'nats',
    help: 'The same on demonstrations of users never trained on.',
    healthy: 'falls, later rises a little',
    digits: 3,
    shown: true,
  },
  'sft/mean_token_accuracy': {
    unit: '',
    help: 'Share of answer tokens that were the most likely one.',
    healthy: 'rises',
    digits: 3,
    shown: true,
  },
  'sft/entropy': {
    unit: 'nats',
    help: 'Mean entropy of the next-token distribution on answer tokens.',
    healthy: 'falls',
    digits: 3,
  },
  'sft/grad_norm': { unit: '', help: 'Global gradient norm before clipping.', healthy: 'steady', digits: 2 },
  'sft/lr': { unit: '', help: 'Learning rate of the update.', healthy: 'follows its schedule', digits: 6 },
  'sft/num_tokens': { unit: 'tokens', help: 'Answer tokens learned from so far.', healthy: 'grows evenly', digits: 0 },
  'sft/rm_score': {
    unit: '',
    help: 'Mean reward-model score of samples on validation prompts; it picks the SFT checkpoint.',
    healthy: 'rises while validation loss may not',
    digits: 2,
  },
  'rm/loss': {
    unit: 'nats',
    help: 'Mean of −log σ(r_better − r_worse) over pairs, ties dropped.',
    healthy: 'below 0.69, the loss of a coin',
    digits: 3,
    shown: true,
  },
  'rm/accuracy': {
    unit: '',
    help: 'Share of training pairs ordered as the labeler did.',
    healthy: 'above 0.6',
    digits: 3,
    shown: true,
  },
  'rm/eval_accuracy': {
    unit: '',
    help: 'The same on rankings of users never trained on.',
    healthy: 'above 0.6',
    digits: 3,
    shown: true,
  },
  'rm/eval_loss': {
    unit: 'nats',
    help: 'Pair loss on rankings of users never trained on.',
    healthy: 'below 0.69',
    digits: 3,
  },
  'rm/margin': {
    unit: '',
    help: 'Mean score difference between better and worse answer.',
    healthy: 'above 0 and growing',
    digits: 3,
    shown: true,
  },
  'rm/min_reward': { unit: '', help: 'Smallest score in the batch.', healthy: 'a few units below 0', digits: 2 },
  'rm/mean_reward': { unit: '', help: 'Mean score in the batch.', healthy: 'near 0 with centring', digits: 2 },
  'rm/max_reward': { unit: '', help: 'Largest score in the batch.', healthy: 'a few units above 0', digits: 2 },
  'rm/length_corr': {
    unit: '',
    help: 'Correlation of score and answer length on held-out answers.',
    healthy: 'below 0.5',
    digits: 2,
  },
  'rm/grad_norm': { unit: '', help: 'Global gradient norm before clipping.', healthy: 'steady', digits: 2 },
  'rm/lr': { unit: '', help: 'Learning rate of the update.', healthy: 'follows its schedule', digits: 6 },
  'objective/scores': {
    unit: '',
    help: 'Mean reward-model score of the batch, after any missing-ending rule.',
    healthy: 'rises',
    digits: 2,
    shown: true,
  },
  'objective/kl': {
    unit: 'nats',
    help: 'Mean over answers of Σ (log π − log π_ref); distance from SFT.',
    healthy: 'rises slowly from 0; negative means a bug',
    digits: 2,
    shown: true,
  },
  'objective/rlhf_reward': { unit: '', help: 'scores + non_score_reward.', healthy: 'rises', digits: 2, shown: true },
  'objective/non_score_reward': {
    unit: '',
    help: 'Mean over answers of −β·KL; usually ≤ 0.',
    healthy: 'small and negative',
    digits: 3,
  },
  'objective/entropy': {
    unit: 'nats',
    help: 'Mean over answers of Σ −log π(sampled token).',
    healthy: 'falls slowly',
    digits: 2,
  },
  'objective/kl_coef': { unit: '', help: 'β in force.', healthy: 'constant unless adaptive', digits: 4 },
  'objective/true_score': {
    unit: '',
    help: "The world's own grade of the answers, from −1 to 1. Training never sees it.",
    healthy: 'rises; falling while scores rise is over-optimisation',
    digits: 3,
  },
  'policy/clipfrac_avg': {
    unit: '%',
    help: 'Share of answer tokens whose ratio was clipped.',
    healthy: 'under about 20 %',
    digits: 1,
    shown: true,
  },
  'policy/entropy_avg': {
    unit: 'nats',
    help: 'Mean entropy of the next-token distribution on answer tokens.',
    healthy: 'falls slowly; collapse is a warning',
    digits: 2,
    shown: true,
  },
  'policy/approxkl_avg': {
    unit: 'nats',
    help: 'Half the mean squared log ratio between PPO updates; not objective/kl.',
    healthy: 'under about 0.02',
    digits: 4,
  },
  'policy/grad_norm': {
    unit: '',
    help: 'Global gradient norm of the policy before clipping.',
    healthy: 'steady',
    digits: 2,
  },
  'loss/policy_avg': {
    unit: '',
    help: 'Clipped policy loss, mean over minibatches.',
    healthy: 'small, around 0',
    digits: 4,
    shown: true,
  },
  'loss/value_avg': {
    unit: '',
    help: 'Clipped value loss, ½ mean squared error, mean over minibatches.',
    healthy: 'falls',
    digits: 3,
    shown: true,
  },
  'loss/ptx': {
    unit: 'nats',
    help: 'Pretraining loss mixed into the update (PPO-ptx).',
    healthy: 'stays near the base model',
    digits: 3,
  },
  'loss/total': { unit: '', help: 'Policy loss plus γ·ptx loss.', healthy: 'follows its parts', digits: 3 },
  'val/ratio': {
    unit: '',
    help: 'Mean probability ratio new/old over answer tokens.',
    healthy: 'about 1',
    digits: 3,
    shown: true,
  },
  'val/ratio_var': { unit: '', help: 'Variance of the mean ratio across minibatches.', healthy: 'near 0', digits: 5 },
  'val/var_explained': {
    unit: '',
    help: '1 − var(returns − values) / var(returns).',
    healthy: 'tends to 1',
    digits: 2,
    shown: true,
  },
  'val/clipfrac_avg': {
    unit: '%',
    help: 'Share of answer tokens whose value was clipped.',
    healthy: 'under about 20 %',
    digits: 1,
  },
  'val/num_eos_tokens': {
    unit: '',
    help: 'Answers of the batch that ended by themselves.',
    healthy: 'rises towards the batch size',
    digits: 0,
  },
  'val/returns_mean': { unit: '', help: 'Mean return over answer tokens.', healthy: 'rises', digits: 2 },
  'len/mean': {
    unit: 'tokens',
    help: 'Mean answer length including the end.',
    healthy: 'steady; steady growth is a warning',
    digits: 1,
    shown: true,
  },
  'collapse/repeats': {
    unit: '%',
    help: 'Mean over answers of the share of three-token runs that stood earlier in the same answer.',
    healthy: 'a few percent',
    digits: 1,
  },
  'collapse/identical': {
    unit: '%',
    help: 'Share of answers that say word for word what another answer of the batch says.',
    healthy: 'steady, mostly under 40 %',
    digits: 1,
  },
  'collapse/empty': {
    unit: '%',
    help: 'Share of answers that end before their first token.',
    healthy: 'about 0',
    digits: 1,
  },
  'collapse/unended': {
    unit: '%',
    help: 'Share of answers cut at the longest allowed length.',
    healthy: 'falls towards 0',
    digits: 1,
  },
  lr: { unit: '', help: 'Learning rate of the policy.', healthy: 'follows its schedule', digits: 6 },
  episode: { unit: '', help: 'Answers sampled so far.', healthy: 'grows evenly', digits: 0 },
  'perf/tokens_per_s': {
    unit: 'tok/s',
    help: 'Tokens through the training step per second.',
    healthy: 'steady',
    digits: 0,
  },
  'perf/step_ms': { unit: 'ms', help: 'Wall time of a step.', healthy: 'steady', digits: 0 },
  'perf/gpu_mb': { unit: 'MB', help: 'Memory held by tensors.', healthy: 'flat', digits: 0 },
  'perf/wall_s': { unit: 's', help: 'Seconds since the stage began.', healthy: 'grows evenly', digits: 0 },
} as const satisfies Record<string, MetricRow>;

export type MetricKey = keyof typeof METRICS;
export const METRIC_KEYS = Object.keys(METRICS) as MetricKey[];

/** The row of a metric, widened. */
export function metricRow(key: MetricKey): MetricRow {
  return METRICS[key];
}

/** Text before the slash: the section a chart belongs to. */
export function metricGroup(key: MetricKey): string {
  return key.includes('/') ? key.slice(0, key.indexOf('/')) : 'run';
}
