import type { ranking } from '../../lessons/ranking';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof ranking> = {
  title: 'What a ranking tells',
  question: 'How much information is in one person’s order of a few answers?',
  size: 'The colleagues are programs with weights, tastes and a bad day now and then. Their noise is set so that they agree about as often as the paper’s labelers. Agreement between real people depends on the task and has to be measured.',
  steps: {
    pairs: {
      title: 'Count the comparisons',
      text: 'Somebody orders K answers to one prompt. Every pair of them is a comparison, so one look at K answers gives many. How many are in a ranking of four, and of nine?',
      options: { four: 'K = 4', nine: 'K = 9' },
    },
    tie: {
      title: 'Ties',
      text: 'Two of four answers are equally good, and the labeler says so. A tie has no winner, so that pair is left out of the loss. How many comparisons are left of the six?',
      options: { left: 'comparisons left' },
    },
    desk: {
      title: 'Go to the desk',
      text: 'The *label desk* shows a prompt, answers in random order, and the guidelines beside them. Who wrote what stays hidden. Open it: its address ends in `#/label`.',
    },
    guess: {
      title: 'How often will others agree?',
      text: 'You will rank three prompts. Simulated colleagues then rank the same answers. In how many of the pairs will they put the same answer first as you did?',
      options: {
        half: 'about half, like a coin',
        threeQuarters: 'about three in four',
        always: 'nine in ten or more',
      },
      reveal: 'One item is little evidence. Over many items two simulated labelers agree in about three pairs of four.',
    },
    three: {
      title: 'Rank three',
      text: 'Type a nickname, press *Start ranking*. A digit gives the focused answer its rank, T ties it with the one above, Enter submits. Read first: does it do what was asked? Is it true in this world?',
    },
    colleagues: {
      title: 'Compare',
      text: 'Below your work stand five colleagues and how they ordered your last item. Open *Answers and who wrote them* to see what you preferred. Where you differ: who is right?',
    },
    ceiling: {
      title: 'A ceiling for everything that follows',
      text: 'The paper’s labelers agreed with each other in 72.6 ± 1.5 % of pairs. A reward model trained on such labels cannot be expected to agree with them more than they do with each other. Noise in the labels is a limit, not a detail.',
    },
  },
  teacher: {
    goal: 'A ranking of K answers holds K(K−1)/2 comparisons less its ties, and people’s agreement bounds what a reward model can reach.',
    questions: [
      {
        ask: 'Why rank instead of giving marks from 1 to 7?',
        listen: 'Everybody’s 5 is different; an order needs no common scale.',
      },
      {
        ask: 'Are 36 pairs from one ranking of nine worth 36 separate judgements?',
        listen: 'No. They hang together, which is why all pairs of a prompt stay in one batch element.',
      },
    ],
    expect: [
      '6 and 36 comparisons; 5 with one tie.',
      'Two simulated labelers agree in 73 to 75 % of the pairs, with 6 % ties.',
      'A practised student needs 20 to 40 seconds an item.',
    ],
    without:
      'Loading the shipped model needs no graphics card and works offline after the first visit. On paper: hand out the example of the desk’s welcome page and let pairs of students rank it.',
  },
};
