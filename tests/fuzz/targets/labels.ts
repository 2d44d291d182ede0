import fc from 'fast-check';
import { LABEL_FILE_LIMITS, parseLabels, readLabelFile, serialiseLabels } from '../../../src/data/labelFiles';
import { pairwiseAgreement } from '../../../src/data/labelStatistics';
import { FLAGS, SKIP_REASONS } from '../../../src/data/labels';
import { brokenJson, brokenText, joined, ODD_TEXTS } from '../hostile';
import { checkMessage, checkPrototypes, checkSame, target, type Verdict } from '../target';

const text = fc.oneof(fc.string({ minLength: 1, maxLength: 40 }), fc.constantFrom('The fox eats bread.', ...ODD_TEXTS));
const name = fc.string({ minLength: 1, maxLength: 20 });

const ranking = fc.integer({ min: 2, max: 9 }).chain((K) => {
  const each = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: K, maxLength: K });
  return fc.record(
    {
      prompt: text,
      answers: each(text),
      ended: each(fc.boolean()),
      ranks: each(fc.option(fc.nat(8))),
      likert: each(fc.option(fc.integer({ min: 1, max: 7 }))),
      flags: each(fc.uniqueArray(fc.constantFrom(...FLAGS.map(({ id }) => id)), { maxLength: 3 })),
      labeler: name,
      group: name,
      note: text,
      skipped: fc.constantFrom(...SKIP_REASONS.map(({ id }) => id)),
      allBad: fc.boolean(),
      seconds: fc.double({ min: 0, max: 86_400, noNaN: true }),
      sources: each(name),
      tokens: each(fc.array(fc.nat(1023), { maxLength: 5 })),
    },
    { requiredKeys: ['prompt', 'answers', 'ranks', 'labeler'] },
  );
});
const demonstration = fc.record({
  prompt: text,
  completion: text,
  labeler: name,
  source: fc.constantFrom('written', 'fixed', 'example'),
});

const line = fc.oneof(
  { weight: 6, arbitrary: brokenJson(fc.oneof(ranking, demonstration)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
);
const file = brokenText(
  fc
    .tuple(fc.array(line, { maxLength: 5 }), fc.constantFrom('\n', '\r\n', '\n\n'))
    .map(([lines, end]) => lines.join(end)),
);
/** Bytes that are no UTF-8, to be put between two halves of the file. */
const garbage = fc.oneof(
  { weight: 4, arbitrary: fc.constant(new Uint8Array()) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }) },
);

async function check(content: string, bytes: Uint8Array, at: number): Promise<Verdict> {
  const encoded = new TextEncoder().encode(content);
  const cut = at % (encoded.length + 1);
  const whole = joined(encoded.subarray(0, cut), bytes, encoded.subarray(cut));
  const parsed = await readLabelFile(new Blob([new Uint8Array(whole)]));
  // Halves of characters do not survive encoding; all other texts are read the same from text and from bytes.
  if (bytes.length === 0 && !/\p{Cs}/u.test(content)) checkSame(parsed, parseLabels(content), 'the text of a file');
  const { labels, demonstrations, rejected } = parsed;
  for (const { field, value, expected, remedy } of rejected) [field, value, expected, remedy].forEach(checkMessage);
  checkPrototypes();
  const good = [...labels, ...demonstrations];
  checkSame(parseLabels(serialiseLabels(good)), { labels, demonstrations, rejected: [] }, 'a label');
  if (labels.length > 0) pairwiseAgreement(labels);
  if (whole.length > LABEL_FILE_LIMITS.maxLength && good.length > 0) throw new Error('a file past the limit was read');
  return good.length > 0 ? 'accepted' : 'refused';
}

export const labels = target(
  'labels',
  'label, demonstration and class files',
  fc.tuple(file, garbage, fc.nat()),
  ([content, bytes, at]) => check(content, bytes, at),
);
