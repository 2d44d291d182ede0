import fc from 'fast-check';
import { dropHidden, findHidden, showHidden, shownValue } from '../../../src/config/hiddenText';
import { parseStrictJson } from '../../../src/config/strictJson';
import { brokenJson, ODD_TEXTS, oddValue } from '../hostile';
import { checkMessage, checkPrototypes, checkSame, target, type Verdict } from '../target';

const MAX_DEPTH = 6;

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).slice(0, 1000).map(depthOf));
}

function checkJson(text: string): Verdict {
  const { value, problem } = parseStrictJson(text, MAX_DEPTH);
  checkPrototypes();
  if (problem) {
    [problem.what, problem.expected].forEach(checkMessage);
    if (!(problem.line >= 1 && problem.column >= 1)) throw new Error(`at ${problem.line}:${problem.column}`);
    return 'refused';
  }
  checkSame(value, JSON.parse(text), 'JSON');
  if (depthOf(value) > MAX_DEPTH) throw new Error(`depth ${depthOf(value)} got through`);
  if (parseStrictJson(JSON.stringify(value), MAX_DEPTH).problem)
    throw new Error('what was read is refused when written');
  return 'accepted';
}

export const json = target(
  'json',
  'JSON of every file',
  brokenJson(fc.oneof(fc.jsonValue({ maxDepth: 4 }), oddValue)),
  checkJson,
);

const piece = fc.oneof(
  fc.constantFrom<string>(
    ...ODD_TEXTS,
    'a',
    'क',
    '👩',
    '🏳',
    '1',
    'ی',
    '\u0300',
    '\u200D',
    '\u200C',
    '\uFE0F',
    '\u{1F3FD}',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);

function checkText(text: string): Verdict {
  for (const clean of [showHidden(text), dropHidden(text)])
    if (findHidden(clean)) throw new Error(`${JSON.stringify(clean)} still holds ${findHidden(clean)?.code}`);
  if (!findHidden(text) && showHidden(text) !== text)
    throw new Error(`a clean text was changed: ${JSON.stringify(text)}`);
  checkMessage(shownValue(text));
  return findHidden(text) ? 'refused' : 'accepted';
}

export const hiddenText = target(
  'text',
  'texts, for characters that cannot be seen',
  fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')),
  checkText,
);
