/**
 * WGSL has neither macros nor a promise to unroll loops, and an array indexed by a loop counter lives in memory on the
 * adapters where reads are dear. So a shader may hold lines to be repeated.
 * @param source lines with a hash stand for `count` lines, with 0 to count − 1 in place of each hash; line numbers of
 * compile errors stay right because they are put on one line
 */
export function unroll(source: string, count: number): string {
  const repeat = (line: string) => Array.from({ length: count }, (_, i) => line.replaceAll('#', String(i))).join(' ');
  return source
    .split('\n')
    .map((line) => (line.includes('#') ? repeat(line) : line))
    .join('\n');
}
