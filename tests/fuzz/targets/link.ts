import fc from 'fast-check';
import { SETTING_KEYS, settingRow } from '../../../src/config/config';
import { readLink, writeLink } from '../../../src/ui/state/link';
import { LINK_VERSION } from '../../../src/ui/state/linkMigrations';
import { pack } from '../../../src/ui/state/linkPacking';
import { brokenText, ODD_TEXTS } from '../hostile';
import { checkMessage, checkPrototypes, target, type Verdict } from '../target';

const odd = fc.oneof(
  fc.constantFrom(...ODD_TEXTS, '0', '1', 'true', '1e999', '-1', 'NaN'),
  fc.string({ maxLength: 10, unit: 'binary' }),
);
const setting = fc.constantFrom(...SETTING_KEYS).chain((key) => {
  const row = settingRow(key);
  const usual =
    row.kind === 'number' ? row.usual.map(String) : row.kind === 'choice' ? [...row.options] : ['true', 'false'];
  return fc.tuple(fc.constant<string>(key), fc.oneof(fc.constantFrom(...usual), fc.constantFrom(...usual), odd));
});
const word = (key: string, ...values: string[]) =>
  fc.tuple(
    fc.constant(key),
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: odd }),
  );
const entry = fc.oneof(
  { weight: 4, arbitrary: setting },
  word('preset', 'nano', 'small', 'medium'),
  word('recipe', 'proven', 'paper'),
  word('engine', 'auto', 'wasm'),
  word('lang', 'de', 'en'),
  word('hide', 'board,footer', 'top', 'ppo.lambda,ppo.lambda'),
  word('show', 'ppo.klCoef', 'sft.epochs,ppo.gamma'),
  word('lesson', 'leash', 'compass'),
  word('at', '2', '99'),
  word('view', 'projector'),
  word('embed', '1', '0'),
  word('v', '1', '0'),
  fc.tuple(odd, odd),
);
/** As a form sends it: halves of characters become U+FFFD. */
const wellFormed = (text: string) => text.replaceAll(/\p{Cs}/gu, '\uFFFD');
const plain = fc
  .array(entry, { maxLength: 8 })
  .map((entries) =>
    new URLSearchParams(entries.map(([key, value]) => [wellFormed(key), wellFormed(value)])).toString(),
  );
const packed = brokenText(plain.map(pack)).map((letters) => `z=${letters}`);
const query = fc.oneof(
  { weight: 5, arbitrary: plain },
  { weight: 3, arbitrary: packed },
  { weight: 1, arbitrary: plain.map((text) => `z=${pack(text)}&${text}`) },
  { weight: 1, arbitrary: brokenText(plain) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

function check(text: string): Verdict {
  const read = readLink(text);
  checkPrototypes();
  [...read.warnings, ...read.changes].forEach(checkMessage);
  const written = writeLink(read, LINK_VERSION);
  const again = readLink(written);
  if (again.warnings.length > 0) throw new Error(`own link is not understood: ${written}: ${again.warnings.join(' ')}`);
  if (writeLink(again, LINK_VERSION) !== written)
    throw new Error(`${written} comes back as ${writeLink(again, LINK_VERSION)}`);
  return read.warnings.length === 0 ? 'accepted' : 'refused';
}

export const link = target('link', 'addresses, packed and plain', query, check);
