/** The little markup of messages: `*strong*` words, `[words](address)` and code between backticks. */
export type RichPart =
  | { readonly kind: 'plain' | 'strong' | 'code'; readonly words: string }
  | { readonly kind: 'link'; readonly words: string; readonly address: string };

/** What messages link to: screens of this page and papers. Anything else stays text, whoever wrote it. */
const ADDRESS = /^(#\/|https:\/\/arxiv\.org\/)/;

/** A character after a backslash stands for itself. */
const PART = /(\*(?:\\.|[^*\\])+\*|`(?:\\.|[^`\\])+`|\[(?:\\.|[^\]\\])+\]\([^)]+\))/s;
const LINK = /^\[(?<words>(?:\\.|[^\]\\])+)\]\((?<address>[^)]+)\)$/s;

const unescaped = (text: string) => text.replaceAll(/\\(.)/gs, '$1');

/** Text that comes from outside, a file's name for instance, so that a message shows it letter by letter. */
export function literal(text: string): string {
  return text.replaceAll(/[\\*`[\]]/g, '\\$&');
}

export function richParts(text: string): RichPart[] {
  return text
    .split(PART)
    .filter((part) => part !== '')
    .map((part): RichPart => {
      const link = LINK.exec(part)?.groups;
      if (link !== undefined && ADDRESS.test(link.address))
        return { kind: 'link', words: unescaped(link.words), address: link.address };
      const mark = part.length > 2 && part.startsWith(part.at(-1) ?? '') ? part[0] : '';
      if (mark === '*') return { kind: 'strong', words: unescaped(part.slice(1, -1)) };
      if (mark === '`') return { kind: 'code', words: unescaped(part.slice(1, -1)) };
      return { kind: 'plain', words: unescaped(part) };
    });
}
