const WORD = /[A-Za-z']+|[0-9]+|[.,?!:]/g;
const SENTENCE = /[^.?!]+[.?!]?/g;

/** Words, numbers and punctuation marks of a text, in order. */
export function wordsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** Sentences of a text, trimmed, each with its final mark when it has one. */
export function sentencesOf(text: string): string[] {
  return (text.match(SENTENCE) ?? []).map((sentence) => sentence.trim()).filter((sentence) => sentence !== '');
}

/**
 * Replaces `{name}` by its value.
 * @throws RangeError when the template names a value that is not given
 */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`fill: no value for {${name}} in "${template}"; pass one.`);
    return value;
  });
}

/** First letter upper case, the rest as it is. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
