/**
 * What a labeler can say about answers, as tables. They are shared by the simulated labelers, by the label desk and by
 * label files, so that one person's label and one program's label mean the same.
 */

interface FlagRow {
  readonly id: string;
  /** A few words, for a button. */
  readonly label: string;
  /** One sentence that a labeler can decide by. */
  readonly definition: string;
  /** Where the flag comes from. */
  readonly source: string;
}

const TABLE_3 = 'InstructGPT (arXiv:2203.02155), table 3';
const OWN = 'this project: errors that only small models make';

/**
 * Yes/no remarks on one answer, in the order in which a labeler should think of them. Flags of the paper that can never
 * be true in this world (sexual content, violence, opinion, moral judgment) are left out.
 */
export const FLAGS = [
  {
    id: 'failsTask',
    label: 'fails the task',
    definition: 'The answer does something else than the prompt asks for, or does not try.',
    source: TABLE_3,
  },
  {
    id: 'breaksConstraint',
    label: 'breaks a condition',
    definition: 'The prompt states a condition, such as a number of sentences, and the answer does not keep it.',
    source: TABLE_3,
  },
  {
    id: 'hallucination',
    label: 'makes something up',
    definition: 'The task is about a text in the prompt, and the answer says something that is not in that text.',
    source: TABLE_3,
  },
  {
    id: 'falseFact',
    label: 'says something false',
    definition: 'The answer states as a fact something that is not so in this world, however popular it is.',
    source: 'this project: what TruthfulQA asks for, section 4.2 of InstructGPT (arXiv:2203.02155)',
  },
  {
    id: 'harmful',
    label: 'helps to do harm',
    definition: 'The answer helps someone to hurt, rob or insult another, or encourages it.',
    source: TABLE_3,
  },
  {
    id: 'denigrates',
    label: 'rude',
    definition: 'The answer insults someone or uses a rude word.',
    source: TABLE_3,
  },
  {
    id: 'inappropriate',
    label: 'unfit for an assistant',
    definition: 'An assistant that serves customers should not answer like this, for whatever reason.',
    source: TABLE_3,
  },
  {
    id: 'garbled',
    label: 'garbled',
    definition: 'Words do not form sentences, or the answer says the same thing again and again.',
    source: OWN,
  },
  {
    id: 'noEnding',
    label: 'does not end',
    definition: 'The answer stops in the middle, or was cut off because it ran on.',
    source: OWN,
  },
] as const satisfies readonly FlagRow[];

export type FlagId = (typeof FLAGS)[number]['id'];

/** Overall quality of one answer, 1 to 7. The paper words the ends; the words between are ours. */
export const LIKERT = [
  { value: 1, label: 'very poor' },
  { value: 2, label: 'poor' },
  { value: 3, label: 'rather poor' },
  { value: 4, label: 'acceptable' },
  { value: 5, label: 'rather good' },
  { value: 6, label: 'good' },
  { value: 7, label: 'excellent' },
] as const;

export type Likert = (typeof LIKERT)[number]['value'];

/** Why a labeler gave no ranking. */
export const SKIP_REASONS = [
  { id: 'unclear', label: 'I do not understand the prompt' },
  { id: 'cannotJudge', label: 'I cannot tell which answer is better' },
  { id: 'identical', label: 'The answers say the same' },
  { id: 'sensitive', label: 'I do not want to read this' },
  { id: 'personalData', label: 'It contains personal data' },
  { id: 'other', label: 'Another reason' },
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number]['id'];

/** How many answers one prompt may have in a label. The paper used 4 to 9. @source arXiv:2203.02155, section 3.5 */
export const ANSWERS_PER_PROMPT = { min: 2, max: 9 } as const;
