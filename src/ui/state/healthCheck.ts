import { formatNumber, formatSigned } from './format';

export interface HealthLine {
  name: string;
  state: 'pass' | 'warn' | 'waiting';
  value: string;
  needs: string;
  reason: string;
}

export interface HealthInput {
  /** Share of held-out pairs ordered as the labeler did. */
  heldOutAccuracy: number | null;
  trainingAccuracy: number | null;
  margin: number | null;
  /** Correlation of score and answer length on held-out answers. */
  lengthCorrelation: number | null;
}

function line(
  name: string,
  value: number | null,
  show: (value: number) => string,
  needs: string,
  passes: (value: number) => boolean,
  reason: string,
): HealthLine {
  if (value === null) return { name, state: 'waiting', value: '–', needs, reason };
  return { name, state: passes(value) ? 'pass' : 'warn', value: show(value), needs, reason };
}

/** The gate before PPO: what a reward model must show before a policy is trained against it. It advises, it does not lock. */
export function healthCheck(input: HealthInput): HealthLine[] {
  const gap =
    input.trainingAccuracy === null || input.heldOutAccuracy === null
      ? null
      : input.trainingAccuracy - input.heldOutAccuracy;
  return [
    line(
      'accuracy',
      input.heldOutAccuracy,
      (value) => formatNumber(value, 2),
      'needs 0.60',
      (value) => value >= 0.6,
      'Held-out pairs in the labeler’s order. A coin gets 0.50.',
    ),
    line(
      'margin',
      input.margin,
      (value) => formatSigned(value, 2),
      'needs > 0',
      (value) => value > 0,
      'Mean score of the better answer minus the worse one.',
    ),
    line(
      'length link',
      input.lengthCorrelation,
      (value) => formatSigned(value, 2),
      'needs < 0.50',
      (value) => value < 0.5,
      'Correlation of score and length. High means PPO may learn to ramble.',
    ),
    line(
      'overfitting',
      gap,
      (value) => formatSigned(value, 2),
      'needs < 0.15',
      (value) => value < 0.15,
      'Training minus held-out accuracy. Large means fewer epochs or more rankings.',
    ),
  ];
}
