export interface AnswerParts {
  before: string;
  marked: string;
  after: string;
}

/**
 * Splits an answer around the first word in which it differs from another answer.
 * Runs of blanks count as one. When one answer is a beginning of the other, the longer one marks its first extra word
 * and the shorter one marks nothing.
 */
export function firstDifference(text: string, other: string | undefined): AnswerParts {
  const whole = { before: text, marked: '', after: '' };
  if (other === undefined) return whole;
  const words = [...text.matchAll(/\S+/g)];
  const others = other.match(/\S+/g) ?? [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word[0] === others[i]) continue;
    const end = word.index + word[0].length;
    return { before: text.slice(0, word.index), marked: word[0], after: text.slice(end) };
  }
  return whole;
}
