import type { Plugin } from 'vite';

const FILE = /tfjs-backend-wasm-threaded-simd\.js$/;

/**
 * Makes the threads of TensorFlow.js' wasm backend survive a minified build.
 *
 * The backend starts its threads from the source text of one function (`toString`). That text names `_scriptDir`, a
 * variable outside the function, behind a `typeof` guard; a minifier knows the variable and drops the guard, and every
 * thread dies with "e is not defined". The variable is undefined in a module anyway, so it is written out.
 * To be deleted when tfjs-backend-wasm (4.22.0 today) no longer prints its own source.
 */
export function threadedWasm(): Plugin {
  return {
    name: 'threaded-wasm',
    transform(code, id) {
      if (!FILE.test(id.split('?')[0])) return null;
      const inner = code
        .replace(/^\s*var _scriptDir = .*$/m, '')
        .replace(/^\s*if \(typeof __filename !== 'undefined'\) _scriptDir = .*$/m, '');
      if (inner.length === code.length || /(var|let|const) _scriptDir|_scriptDir = /.test(inner)) {
        this.error(
          `threadedWasm: ${id} does not set _scriptDir as 4.22.0 does; read it again and correct this plugin.`,
        );
      }
      return { code: inner.replaceAll('_scriptDir', 'undefined'), map: null };
    },
  };
}
