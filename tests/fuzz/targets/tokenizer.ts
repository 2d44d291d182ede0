import fc from 'fast-check';
import { StorageError } from '../../../src/config/errors';
import { trainTokenizer } from '../../../src/data/bpeTrainer';
import { loadTokenizer } from '../../../src/data/tokenizer';
import { parseTokenizer } from '../../../src/data/tokenizerFile';
import { brokenJson } from '../hostile';
import { checkPrototypes, checkSame, orRefused, target, type Verdict } from '../target';

/** Small ones: all their bytes and a few merges. */
const documents = fc.constantFrom(
  ...[259, 262, 270].map((size) => trainTokenizer(['the fox eats the jam, the fox likes the jam'], size)),
);
const TEXTS = ['The fox eats.', '<|endoftext|><|pad|>', 'é 日 👩‍👧 \u202E\0', ''];

function check(text: string): Verdict {
  const read = orRefused(StorageError, () => parseTokenizer(text, 'tokenizer.json'));
  checkPrototypes();
  if (!read) return 'refused';
  checkSame(parseTokenizer(JSON.stringify(read.value), 'again'), read.value, 'a tokenizer');
  const tokenizer = loadTokenizer(read.value);
  for (const example of TEXTS) {
    const ids = tokenizer.encode(example);
    if (ids.some((id) => !(id > 1 && id < tokenizer.vocabSize)))
      throw new Error(`ids ${ids.join()} of ${JSON.stringify(example)}`);
    if (tokenizer.decode(ids) !== example)
      throw new Error(`${JSON.stringify(example)} came back as ${JSON.stringify(tokenizer.decode(ids))}`);
  }
  return 'accepted';
}

export const tokenizer = target('tokenizer', 'tokenizer.json', brokenJson(documents), check);
