import type { BreakageId } from '../../breakages';
import type { BreakageWords } from '../../breakTypes';

export const breakages: Record<BreakageId, BreakageWords> = {
  noLeash: {
    title: 'No leash',
    change: 'KL weight *β to 0*, learning rate to 4e-4.',
    symptom: '{noLeash}',
    why: 'The reward model is only right near the answers it was trained on. Nothing charges for leaving them, so the policy goes where the score is high and wrong.',
    fix: 'β back to its usual value. Stopping early would do as well.',
  },
  bigSteps: {
    title: 'Steps too large',
    change: 'PPO *learning rate to 5e-3*, more than ten times the usual.',
    symptom: '{bigSteps}',
    why: 'The clip limits how far a token’s probability is pushed within one update, not how far the weights jump. The policy lands where neither the critic nor the old samples mean anything.',
    fix: 'The usual rate. A third of what broke is a good first try.',
  },
  hotSampling: {
    title: 'Sampling too hot',
    change: 'Sampling *temperature to 1.6*.',
    symptom: '{hotSampling}',
    why: 'Rollouts are drawn from a flatter distribution than the one SFT was trained for. Most answers hold an unlikely token, and one bad token spoils an answer.',
    fix: 'Temperature 1: sample from the very policy you train.',
  },
  coldCritic: {
    title: 'A critic that guesses',
    change: 'The value network starts with the *reward model’s head*, and has *no warm-up*.',
    symptom: '{coldCritic}',
    why: 'The head answers “how good is this whole answer”, not “how much is still to come from here”. Until it has unlearnt that, advantages are its errors.',
    fix: 'A head of zeros and five updates for the critic alone.',
  },
  fewRankings: {
    title: 'Too few rankings',
    change: '*40 rankings* instead of 3,000, and 16 passes over them.',
    symptom: '{fewRankings}',
    why: 'A few hundred pairs can be learnt by heart. What is learnt then is these answers, not what makes an answer good.',
    fix: 'More rankings, fewer passes. The gap between both accuracies tells.',
  },
  tooLong: {
    title: 'SFT for too long',
    change: '*200 demonstrations*, *40 passes*.',
    symptom: '{tooLong}',
    why: 'The model learns the answers by heart and becomes sure of them, also where they do not fit the prompt.',
    fix: 'More demonstrations, or fewer passes. But mind: a somewhat too long SFT can still give the better answers.',
  },
  wildSft: {
    title: 'A learning rate that explodes',
    change: 'SFT *learning rate to 0.3*, 200 times the usual.',
    symptom: '{wildSft}',
    why: 'Each step overshoots the valley it aims at, and the next gradient is taken from a worse place.',
    fix: 'The usual rate. Warm-up and gradient clipping help with spikes, not with this.',
  },
};
