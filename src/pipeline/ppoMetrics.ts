/** The metrics of one PPO iteration: rows of numbers that its updates left on the device, read together and averaged. */
import * as tf from '@tensorflow/tfjs';
import { joinValues } from '../kernels/joinValues';
import { POLICY_METRICS, VALUE_METRICS } from '../kernels/ppoLoss';
import type { Experience } from '../rlhf/experience';
import type { DeviceRing } from './deviceRing';
import type { Metrics } from './report';

/** Which numbers a row of the device ring holds. */
export type PpoRow = 'policy' | 'policy+ptx' | 'value' | 'summary';

/** Adds the iteration's own numbers to the same readback. */
export function pushSummary(ring: DeviceRing<PpoRow>, experience: Experience, step: number): void {
  const row = tf.tidy(() => joinValues([tf.zeros([2]), experience.summary]));
  ring.push(step, 'summary', row);
  row.dispose();
}

/** @param summary of an {@link Experience}, read */
export function summaryMetrics(summary: Iterable<number>): Metrics {
  const [kl, nonScore, scores, rlhfReward, entropy] = summary;
  return {
    'objective/kl': kl,
    'objective/non_score_reward': nonScore,
    'objective/scores': scores,
    'objective/rlhf_reward': rlhfReward,
    'objective/entropy': entropy,
  };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Reads the phase's rows and averages them over minibatches. One readback. @throws DivergedError */
export async function readMetrics(ring: DeviceRing<PpoRow>): Promise<Metrics> {
  const rows = await ring.drain();
  const summary = rows.find((row) => row.host === 'summary')!.values.slice(2);
  const policy = rows.filter((row) => row.host.startsWith('policy')).map((row) => row.values);
  const value = rows.filter((row) => row.host === 'value').map((row) => row.values);
  const policyMean = (name: (typeof POLICY_METRICS)[number]) =>
    mean(policy.map((row) => row[2 + POLICY_METRICS.indexOf(name)]));
  const valueMean = (name: (typeof VALUE_METRICS)[number]) =>
    mean(value.map((row) => row[2 + VALUE_METRICS.indexOf(name)]));
  const after = 2 + POLICY_METRICS.length;
  const metrics: Metrics = {
    ...summaryMetrics(summary),
    'loss/value_avg': mean(value.map((row) => row[2 + VALUE_METRICS.length])),
    'val/clipfrac_avg': 100 * valueMean('vf_clipfrac'),
    'val/var_explained': valueMean('var_explained'),
    'val/returns_mean': valueMean('returns_mean'),
  };
  if (policy.length > 0) {
    const ratios = policy.map((row) => row[2 + POLICY_METRICS.indexOf('ratio_mean')]);
    Object.assign(metrics, {
      'policy/clipfrac_avg': 100 * policyMean('pg_clipfrac'),
      'policy/approxkl_avg': policyMean('approxkl_k2'),
      'policy/entropy_avg': mean(policy.map((row) => row[after])),
      'policy/grad_norm': mean(policy.map((row) => row[0])),
      'loss/policy_avg': policyMean('pg_loss'),
      'loss/total': mean(policy.map((row) => row[after + 1])),
      'val/ratio': mean(ratios),
      'val/ratio_var': mean(ratios.map((ratio) => (ratio - mean(ratios)) ** 2)),
    } satisfies Metrics);
  }
  const mixed = rows.filter((row) => row.host === 'policy+ptx').map((row) => row.values[after + 2]);
  if (mixed.length > 0) metrics['loss/ptx'] = mean(mixed);
  return metrics;
}
