/** Sides in processes of their own: Node children talk over IPC, Python ones in lines of JSON. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import type { Contestant, SideCommand, SideReply } from '../../src/bench/protocol';
import type { Entry } from './contestants';

const HERE = dirname(fileURLToPath(import.meta.url));
export const PEERS = join(HERE, 'peers');
const ROOT = join(HERE, '..', '..');

/** Characters of a dead side's last words that are worth showing. */
const LAST_WORDS = 300;

/** One question at a time to a process, and what becomes of it when the process ends instead of answering. */
class Wire {
  #answer: ((reply: SideReply) => void) | null = null;
  #words = '';
  #end: string | null = null;

  constructor(readonly child: ChildProcess) {
    child.stderr?.on('data', (data: Buffer) => (this.#words = (this.#words + data.toString()).slice(-LAST_WORDS)));
    child.on('error', (error) => this.#close(error.message));
    child.on('exit', (code, signal) => this.#close(`ended with ${signal ?? `code ${code}`}: ${this.#words.trim()}`));
  }

  #close(reason: string): void {
    this.#end ??= reason.replaceAll(/\s+/g, ' ');
    this.receive({ type: 'failed', reason: this.#end });
  }

  receive(reply: SideReply): void {
    const answer = this.#answer;
    this.#answer = null;
    answer?.(reply);
  }

  ask(send: () => void): Promise<SideReply> {
    if (this.#end !== null) return Promise.resolve({ type: 'failed', reason: this.#end });
    return new Promise((resolve) => {
      this.#answer = resolve;
      send();
    });
  }

  close(): void {
    this.child.removeAllListeners('exit');
    this.child.kill('SIGKILL');
  }
}

/** A side in Node: `childSide.ts` with the side's name. */
export function nodeContestant({ side, engine, peer }: Entry): Contestant {
  const child = fork(join(HERE, 'childSide.ts'), [side, engine, ...(peer ? [join(PEERS, peer)] : [])], {
    cwd: ROOT,
    execArgv: ['--import', 'tsx', '--import', join(ROOT, 'tools', 'wgslLoader.mjs')],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const wire = new Wire(child);
  child.on('message', (reply) => wire.receive(reply as SideReply));
  return {
    side,
    engine,
    ask: (command: SideCommand) => wire.ask(() => child.send(command)),
    close: () => wire.close(),
  };
}

/** A line of JSON on standard output is an answer; whatever else a library prints there is not. */
const ANSWER = '{"type":';

/** @param tasks folder with the numbers of the workloads, see `taskFiles.ts` */
export function pythonContestant({ side, engine, peer }: Entry, tasks: string): Contestant {
  const python = process.env.PYTHON ?? 'python3';
  const child = spawn(python, ['-u', join(PEERS, peer!), engine, tasks], { stdio: ['pipe', 'pipe', 'pipe'] });
  const wire = new Wire(child);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith(ANSWER)) wire.receive(JSON.parse(line) as SideReply);
  });
  // A process that is gone is reported by its exit.
  child.stdin.on('error', () => {});
  return {
    side,
    engine,
    ask: (command) => wire.ask(() => child.stdin.write(`${JSON.stringify(command)}\n`)),
    close: () => wire.close(),
  };
}

/** Whether the packages of the peers were installed, by `npm run bench:peers`. */
export const hasPeers = () => existsSync(join(PEERS, 'node_modules'));
