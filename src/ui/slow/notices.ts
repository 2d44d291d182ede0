import { clipVerdict } from '../inspector/tokenFacts';
import { slow } from '../messages/en/slow';
import { formatNumber, formatSigned, visibleToken } from '../state/format';
import type { BatchNumbers, CellKey } from './batchNumbers';

interface Place {
  row: number;
  token: number;
  value: number;
}

/** Every token of the batch for which a number is known. */
function places(numbers: BatchNumbers, value: (row: number, token: number) => number | null): Place[] {
  return numbers.answers.flatMap(({ tokens }, row) =>
    tokens.flatMap((_, token) => {
      const found = value(row, token);
      return found === null ? [] : [{ row, token, value: found }];
    }),
  );
}

const of = (numbers: BatchNumbers, key: CellKey) => places(numbers, (row, token) => numbers.value(key, row, token));
const largest = (all: readonly Place[]) =>
  all.reduce((best, place) => (Math.abs(place.value) > Math.abs(best.value) ? place : best));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const low = (all: readonly Place[]) => all.reduce((least, { value }) => Math.min(least, value), Infinity);
const high = (all: readonly Place[]) => all.reduce((most, { value }) => Math.max(most, value), -Infinity);

/** What is worth seeing in the phase on show, from the numbers of this very batch; `*strong*` words as in `Rich`. */
export function notices(numbers: BatchNumbers): string[] {
  switch (numbers.phase) {
    case 'sample':
      return [sampleNotice(numbers)];
    case 'score':
      return [scoreNotice(numbers)];
    case 'readings':
      return [readingNotice(numbers)];
    case 'rewards':
      return [leashNotice(numbers)];
    case 'credit':
      return creditNotices(numbers);
    case 'minibatch':
    case 'result':
      return updateNotices(numbers);
    default:
      return numbers.phase satisfies never;
  }
}

function tokenWords(numbers: BatchNumbers, { row, token }: Place): { token: string; row: number } {
  return { token: visibleToken(numbers.answers[row].tokens[token]), row: row + 1 };
}

function sampleNotice({ answers }: BatchNumbers): string {
  return slow.noticeEnded({
    ended: answers.filter(({ ended }) => ended).length,
    count: answers.length,
    tokens: answers.reduce((most, { tokens }) => Math.max(most, tokens.length), 0),
  });
}

function scoreNotice(numbers: BatchNumbers): string {
  const scores = numbers.answers.map((_, row) => numbers.score(row) ?? 0);
  return slow.noticeScores({
    low: formatSigned(Math.min(...scores), 2),
    high: formatSigned(Math.max(...scores), 2),
    mean: formatSigned(mean(scores), 2),
  });
}

function readingNotice(numbers: BatchNumbers): string {
  const apart = largest(
    places(numbers, (row, token) => {
      const [own, other] = [numbers.value('logprobs', row, token), numbers.value('referenceLogprobs', row, token)];
      return own === null || other === null ? null : own - other;
    }),
  );
  if (Math.abs(apart.value) < 1e-3) return slow.noticeSame();
  return slow.noticeApart({
    ...tokenWords(numbers, apart),
    own: formatNumber(numbers.value('logprobs', apart.row, apart.token), 2),
    other: formatNumber(numbers.value('referenceLogprobs', apart.row, apart.token), 2),
  });
}

function leashNotice(numbers: BatchNumbers): string {
  const { klCoef } = numbers.settings;
  if (klCoef === 0) return slow.noticeFree();
  const kl = of(numbers, 'kl').reduce((sum, { value }) => sum + value, 0) / numbers.answers.length;
  const scores = numbers.answers.map((_, row) => numbers.score(row) ?? 0);
  return slow.noticeLeash({ cost: formatNumber(klCoef * kl, 3), score: formatSigned(mean(scores), 2) });
}

function creditNotices(numbers: BatchNumbers): string[] {
  const surprise = largest(of(numbers, 'surprise'));
  const advantages = of(numbers, 'rawAdvantages');
  return [
    slow.noticeSurprise({ ...tokenWords(numbers, surprise), value: formatSigned(surprise.value, 2) }),
    slow.noticeSpread({ low: formatSigned(low(advantages), 2), high: formatSigned(high(advantages), 2) }),
  ];
}

function updateNotices(numbers: BatchNumbers): string[] {
  const moves = places(numbers, (row, token) => {
    const [now, old] = [numbers.value('newValues', row, token), numbers.value('values', row, token)];
    return now === null || old === null ? null : Math.abs(now - old);
  });
  const critic = slow.noticeValues({ moved: formatNumber(mean(moves.map(({ value }) => value)), 3) });
  const ratios = of(numbers, 'ratio');
  if (ratios.length === 0) return [critic];
  const isFirst = numbers.update !== null && numbers.update.epoch === 1 && numbers.update.index === 1;
  if (isFirst) return [slow.noticeFirst(), critic];
  const clipped = ratios.filter(
    ({ row, token, value }) =>
      clipVerdict(value, numbers.value('advantages', row, token) ?? 0, numbers.settings.clipRange) !== 'free',
  ).length;
  const words = { low: formatNumber(low(ratios), 2), high: formatNumber(high(ratios), 2) };
  return [slow.noticeRatios({ ...words, clipped, count: ratios.length }), critic];
}
