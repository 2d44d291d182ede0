import type { instructions } from '../../lessons/instructions';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof instructions> = {
  title: 'Predicting text is not following instructions',
  question: 'Why does a model that has read millions of words not simply answer?',
  size: 'The gap is larger here than in GPT-3, which often answers when the prompt looks like a quiz. What carries over is the reason: nothing in the training goal asks for an answer. A model of 0.2 to 1 million parameters knows only the mini-world it has read about.',
  steps: {
    guess: {
      title: 'First, guess',
      text: 'A base model has read six million tokens of pages about a small world: stories, lists, quizzes, forum posts. Now somebody types “What does the fox eat?” and lets it write on. What comes?',
      options: {
        answers: 'A short answer to the question',
        continues: 'More text of the kind that would follow on a page',
        noise: 'Letters without sense',
      },
      reveal: 'It goes on with the page: another question, a forum line, the next entry of a list.',
    },
    load: {
      title: 'Fetch the models',
      text: 'Two models ship with this page: the *base* model and *SFT*, the same network after it has copied written answers. Let both answer the same four prompts. Any start of a run loads them; the button below loads them without training.',
    },
    read: {
      title: 'Read the left column',
      text: 'Same prompts, two columns. Is the base model stupid? Its sentences are well formed, and often about the animal you named. It just does something else than you wanted. *Click an answer of the base model* to see what it found likely.',
    },
    objective: {
      title: 'What it was trained for',
      text: 'Pretraining makes the next token of real pages likely. The prompt is simply the beginning of a page. On pages a question is often followed by the next question, so that is what it writes. Helpful, true, polite: none of these words is in the formula.',
    },
    ask: {
      title: 'Ask something yourself',
      text: 'On *Evaluate*, side by side, every model answers what you type. Use words of the mini-world: animals, colours, food, simple jobs. Then try something outside it and see how sure it sounds.',
    },
    size: {
      title: 'What to take along',
      text: 'Knowing and doing are different things. The base model has what it needs to answer; it lacks the wish. That is why InstructGPT starts with people who *write* answers, then *rank* them, and only then trains on reward.',
    },
  },
  teacher: {
    goal: 'A language model continues text; following an instruction is a behaviour that has to be trained on top.',
    questions: [
      {
        ask: 'How could you make the base model answer without training it?',
        listen:
          'Write the prompt so that an answer is the natural next line, with a worked example: few-shot prompting.',
      },
      {
        ask: 'Is the base model’s continuation wrong?',
        listen: 'No. By its own goal it is right; the goal is not ours.',
      },
    ],
    expect: [
      'In every run measured the base model’s true score was about −0.9 on a scale from −1 to 1, and it stayed on task in about one answer of ten.',
      'With one or two worked examples in the prompt the same model comes close to SFT.',
    ],
    without:
      'Loading needs no graphics card. Without any engine, open the recorded run from the start page: its board shows the same two columns.',
  },
};
