import type { demonstrations } from '../../lessons/demonstrations';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof demonstrations> = {
  title: 'Learning from written answers',
  question: 'What does supervised fine-tuning learn, and when has it learnt enough?',
  size: 'The shape is that of the paper: the loss turns early while behaviour still improves. Our demonstrations are generated, one in five with a planted slip, so the exact epoch at which loss turns says nothing about other data.',
  steps: {
    data: {
      title: 'People write the answer',
      text: 'Step 1 of the figure. Each demonstration is a prompt and the answer somebody wrote. The paper had about 13,000 from 40 people; here 2,400 are made by a program that sometimes slips, as people in a hurry do.',
    },
    mask: {
      title: 'Which tokens teach?',
      text: 'Look at the row of tokens in step 1: the prompt is only read, the answer and its end are learnt. The mask m is 1 there. In the figure, *how many tokens carry loss?* Count the end as one.',
      options: { learned: 'tokens with loss' },
    },
    epochs: {
      title: 'Eight passes instead of the usual few',
      text: 'An epoch is one pass over all demonstrations. The paper made 16 although held-out loss was already rising after one. Set *SFT epochs* to 8 and we shall see why anybody would do that.',
    },
    draw: {
      title: 'Draw the held-out loss',
      text: 'This is the loss on demonstrations of people the model never learns from, measured after each pass. How will it move over eight epochs? Draw it.',
      reveal:
        'Most of the fall comes in the first passes. After that the two losses part: the model grows surer of what it has seen than of what it has not.',
    },
    run: {
      title: 'Run step 1',
      text: 'Press *Do all three steps* on the start page, or *Restart* above. Held-out points appear once an epoch. The reward model comes next by itself; you can pause there.',
    },
    behaviour: {
      title: 'Now read, not the loss',
      text: 'Move the *step slider* back to the first epoch and compare the answers with those at the end. Which would you rather receive? Loss counts surprise at single tokens; people judge whole answers.',
    },
    judge: {
      title: 'Who picks the checkpoint?',
      text: 'Here as in the paper, the *reward model* does: every epoch is kept, and the one whose samples score best goes on. Take the change of *SFT epochs* back with “reset”, so that later lessons start as usual.',
    },
  },
  teacher: {
    goal: 'SFT is next-token training with a mask. Held-out loss is a poor judge of behaviour, so something closer to people’s judgement picks the checkpoint.',
    questions: [
      {
        ask: 'Why is there no loss on the prompt?',
        listen: 'We want answers, not better imitations of what users type.',
      },
      {
        ask: 'What can SFT never learn from these data?',
        listen:
          'That one answer is better than another, or how much: every demonstration counts as perfect, slips included.',
      },
    ],
    expect: [
      'Loss with mask in the figure: 6 tokens.',
      'After the usual five passes of `nano`: training loss 0.34, held-out loss 0.53 nats a token.',
      'Mean token accuracy rises to about 0.88 on training batches.',
    ],
    without:
      'Eight epochs of `nano` take about half a minute on a laptop’s processor. Without any engine, use the recorded run and its step slider.',
  },
};
