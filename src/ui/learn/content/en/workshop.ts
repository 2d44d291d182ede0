import type { WorkshopWords } from '../content';

export const workshop: WorkshopWords = {
  title: 'RLHF in 90 minutes',
  lead: 'For 5 to 30 people who have heard of language models. They leave having labelled, trained, broken and repaired one, and able to read the figure of the InstructGPT paper.',
  before: [
    'Open the page once on every device while there is network: afterwards it works without.',
    'Serve it over https (`npm start -- --https`) if devices reach it through a classroom network: browsers keep the graphics card from plain http.',
    'On the projector choose the projector view (key P) and the preset *nano*, which suits every laptop.',
    'Decide whether pairs share a device. One talks, one drives, and they swap at each block.',
    'Print this page and the notes of the five lessons in it.',
  ],
  blocks: [
    {
      minutes: 5,
      title: 'Something moves',
      text: 'Show the start page. Let the recorded run play and walk through the three panels of the figure. No formulas yet.',
      lesson: null,
    },
    {
      minutes: 10,
      title: 'Predicting is not answering',
      text: 'Everybody guesses, loads the models, reads the left column. Collect the funniest continuation.',
      lesson: 'instructions',
    },
    {
      minutes: 20,
      title: 'Be the labelers',
      text: 'All rank ten items with a nickname, then export. Drop every file on the projector: agreement, its interval, the most disputed prompt. Discuss that prompt.',
      lesson: 'ranking',
    },
    {
      minutes: 10,
      title: 'A judge made of labels',
      text: 'Train the reward model on the projector while groups discuss what could make an answer long but bad. Read the health check together.',
      lesson: 'reward',
    },
    {
      minutes: 5,
      title: 'Break',
      text: 'Let a PPO run go on meanwhile, to come back to a curve.',
      lesson: null,
    },
    {
      minutes: 15,
      title: 'On the leash',
      text: 'Draw, let go, pull. Compare drawings before the result is in: who was nearest, and what had they thought of?',
      lesson: 'leash',
    },
    {
      minutes: 15,
      title: 'Break it',
      text: 'Half of the room takes reward hacking, the other half one card each from the break-it shelf. Two minutes a group: symptom, cause, repair.',
      lesson: 'hacking',
    },
    {
      minutes: 10,
      title: 'Who are we aligning to?',
      text: 'Back to the disputed prompt. Show the two classes on the projector and let people argue about whom to hire.',
      lesson: 'whom',
    },
  ],
  without: [
    {
      title: 'No WebGPU',
      text: 'The page trains on the processor by itself and picks *nano*. All lessons were timed that way. Only *small* is then slow.',
    },
    {
      title: 'No network',
      text: 'After the first visit everything here works offline, label files included: collect them by cable or stick.',
    },
    {
      title: 'Phones only',
      text: 'Phones label, read and replay well. Let them do the ranking block, and train on the projector.',
    },
    {
      title: 'No devices',
      text: 'Replay the recorded run on the projector. Rank the desk’s printed example by show of hands, draw the curves on the board, and reveal.',
    },
  ],
};
