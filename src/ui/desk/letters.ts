/** A, B, C …: what an answer is called while nobody may know who wrote it. */
export function letterOf(index: number): string {
  return String.fromCharCode(65 + index);
}
