import { language } from './words.svelte';

/**
 * Short texts that layers below the page write in English: the engine's name and why it was chosen, and what happens
 * between two steps. What is not listed stays English, error messages among it.
 */
const GERMAN_PHRASES: readonly [RegExp, string][] = [
  [/^processor, WebAssembly SIMD, 1 thread$/, 'Prozessor, WebAssembly SIMD, 1 Thread'],
  [/^processor, WebAssembly SIMD, (\d+) threads$/, 'Prozessor, WebAssembly SIMD, $1 Threads'],
  [/^processor, JavaScript$/, 'Prozessor, JavaScript'],
  [/^asked for$/, 'so gewünscht'],
  [/^chosen automatically: a hardware GPU is here$/, 'automatisch gewählt: eine Grafikkarte ist da'],
  [/^chosen automatically: no WebGPU here$/, 'automatisch gewählt: kein WebGPU vorhanden'],
  [
    /^chosen automatically: the GPU here is simulated in software \((.*)\)$/,
    'automatisch gewählt: die Grafikkarte hier ist nur Software ($1)',
  ],
  [/^loading models$/, 'Modelle werden geladen'],
  [/^compiling GPU programs, (\d+) of (\d+)$/, 'GPU-Programme werden übersetzt, $1 von $2'],
  [/^scoring SFT epoch (\d+) of (\d+)$/, 'SFT-Durchgang $1 von $2 wird bewertet'],
  [/^sampling answers to rank, ([\d,]+) of ([\d,]+)$/, 'Antworten zum Ordnen werden gezogen, $1 von $2'],
];

/** A phrase from below in the language on screen. */
export function fromBelow(phrase: string): string {
  if (language() === 'en') return phrase;
  const row = GERMAN_PHRASES.find(([pattern]) => pattern.test(phrase));
  return row === undefined ? phrase : phrase.replace(row[0], row[1]);
}
