import type { BreakageId } from '../../breakages';
import type { BreakageWords } from '../../breakTypes';

export const breakages: Record<BreakageId, BreakageWords> = {
  noLeash: {
    title: 'No leash',
    change: 'KL weight *β to 0*, learning rate to 4e-4.',
    symptom:
      'Means of ten updates, from the first to the fifth: the reward model’s score *climbs from 0.09 to 0.63*, the true score *falls from 0.39 to −0.01*, and KL grows from 0.2 to 9 nats. The two lines part around update 15.',
    why: 'The reward model is only right near the answers it was trained on. Nothing charges for leaving them, so the policy goes where the score is high and wrong.',
    fix: 'β back to its usual value. Stopping early would do as well.',
  },
  bigSteps: {
    title: 'Steps too large',
    change: 'PPO *learning rate to 5e-3*, more than ten times the usual.',
    symptom:
      'Nothing for five updates, while only the critic learns. Then, *in a single update*, the true score drops from 0.43 to −0.54, KL leaps to 24 nats, a quarter of the tokens is clipped, and the critic’s explained variance falls to −1.5. Six updates later answers are five tokens long.',
    why: 'The clip limits how far a token’s probability is pushed within one update, not how far the weights jump. The policy lands where neither the critic nor the old samples mean anything.',
    fix: 'The usual rate. A third of what broke is a good first try.',
  },
  deadPolicy: {
    title: 'A policy that cannot come back',
    change: 'PPO *learning rate to 0.3*, a thousand times the usual.',
    symptom:
      'Nothing for five updates, while only the critic learns. Update 6 throws the policy out in one step: from then on *every answer is a lone end token*, the true score is −1.00 for good, and the ratio stands at *exactly 1*: old and new policy are the same, update after update.',
    why: 'The policy has become certain of one token everywhere. All its samples are the same, so no answer is better than its neighbours, no advantage is left, and the gradient is zero: there is nothing to learn from any more.',
    fix: 'Start again at the usual rate. Turning the rate down while it runs comes too late: a dead policy does not move at any rate.',
  },
  hotSampling: {
    title: 'Sampling too hot',
    change: 'Sampling *temperature to 1.6*.',
    symptom:
      'From the very first batch the true score is *−0.64 instead of 0.36* and the reward model’s score −0.9 instead of 0, although the policy is the same SFT model. Entropy is above 2 nats, several times the usual, and ten updates repair little: −0.49.',
    why: 'Rollouts are drawn from a flatter distribution than the one SFT was trained for. Most answers hold an unlikely token, and one bad token spoils an answer.',
    fix: 'Temperature 1: sample from the very policy you train.',
  },
  coldCritic: {
    title: 'A critic that guesses',
    change: 'The value network starts with the *reward model’s head*, and has *no warm-up*.',
    symptom:
      'Explained variance begins *below zero* (−0.58), value loss at 1.6, five times the usual. Within about eight updates the critic has caught up. Here the policy gets away with it; with a worse reward model the first updates pull the wrong way.',
    why: 'The head answers “how good is this whole answer”, not “how much is still to come from here”. Until it has unlearnt that, advantages are its errors.',
    fix: 'A head of zeros and five updates for the critic alone.',
  },
  fewRankings: {
    title: 'Too few rankings',
    change: '*40 rankings* instead of 3,000, and 16 passes over them.',
    symptom:
      'Training accuracy climbs to *1.00* within 45 steps while held-out accuracy hangs between 0.45 and 0.56: a coin. The health check warns of overfitting and accuracy.',
    why: 'A few hundred pairs can be learnt by heart. What is learnt then is these answers, not what makes an answer good.',
    fix: 'More rankings, fewer passes. The gap between both accuracies tells.',
  },
  oneTaste: {
    title: 'One labeler’s taste',
    change:
      'The reward model learns from *one person alone*: 60 rankings by somebody who always puts the longest answer first.',
    symptom:
      'Within 30 updates the reward model’s score climbs *from 0 to 2*, the true score falls *from 0.37 to −0.5*, and answers grow from 13 tokens to 20, where 24 is the most. Compare a few with those of SFT: they ramble.',
    why: 'Nothing in the method asks whether a labeler is right. The reward model learnt what these labels have in common, and that is length.',
    fix: 'Many labelers, and guidelines they agree on. The repair brings the usual forty back.',
  },
  tooLong: {
    title: 'SFT for too long',
    change: '*200 demonstrations*, *40 passes*.',
    symptom:
      'Held-out loss falls to 0.81 by the fourth pass, then *rises to 1.4* by the 26th, while training loss goes on down to *0.01*.',
    why: 'The model learns the answers by heart and becomes sure of them, also where they do not fit the prompt.',
    fix: 'More demonstrations, or fewer passes. But mind: a somewhat too long SFT can still give the better answers.',
  },
  wildSft: {
    title: 'A learning rate that explodes',
    change: 'SFT *learning rate to 0.3*, 200 times the usual.',
    symptom:
      'Loss does not fall but *climbs, from 1.7 to above 25* within twelve steps. When the rate has decayed it is still near 5, where a healthy run is below 0.5; the answers are word salad. No number became infinite, so nothing stopped it.',
    why: 'Each step overshoots the valley it aims at, and the next gradient is taken from a worse place.',
    fix: 'The usual rate. Warm-up and gradient clipping help with spikes, not with this.',
  },
};
