/**
 * The workloads in jax-js: the whole training step under one `jit`, a decoding step under another, as its documentation
 * asks. Arrays are counted references: whoever uses one twice says `.ref`.
 */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, random, valueAndGrad } from '@jax-js/jax';

// jax-js 0.1.25 maps and filters iterators, which Node can from version 22 on.
const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
iterators.map ??= function* map(change) {
  for (const value of this) yield change(value);
};
iterators.filter ??= function* filter(test) {
  for (const value of this) if (test(value)) yield value;
};

const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8 };
const CREDIT = { klCoef: 0.02, gamma: 1, lambda: 0.95 };

const float = (values, shape) => np.array(values, { shape, dtype: np.float32 });
const integer = (values, shape) => np.array(values, { shape, dtype: np.int32 });
const load = (weights) => Object.fromEntries(weights.map(({ name, shape, values }) => [name, float(values, shape)]));
const refs = (tree) => Object.fromEntries(Object.entries(tree).map(([name, array]) => [name, array.ref]));
const disposeAll = (tree) => Object.values(tree).forEach((array) => array.dispose());

const oneHot = (ids, depth) => {
  const values = new Float32Array(ids.length * depth);
  ids.forEach((id, i) => (values[i * depth + id] = 1));
  return float(values, [ids.length, depth]);
};

const norm = (p, at, x) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(p[`${at}.weight`].ref).add(p[`${at}.bias`].ref);
const linear = (p, at, x) => np.matmul(x, p[`${at}.weight`].ref).add(p[`${at}.bias`].ref);

/** `attention` maps one layer's three projections, [N, C] each, to its output [N, C]. */
function blocks(p, shape, embedded, attention) {
  let x = embedded;
  for (let layer = 0; layer < shape.layers; layer++) {
    const at = `transformer.h.${layer}`;
    const qkv = linear(p, `${at}.attn.c_attn`, norm(p, `${at}.ln_1`, x.ref));
    const [q, k, v] = np.split(qkv, 3, 1);
    x = x.add(linear(p, `${at}.attn.c_proj`, attention(q, k, v, layer)));
    const hidden = nn.gelu(linear(p, `${at}.mlp.c_fc`, norm(p, `${at}.ln_2`, x.ref)));
    x = x.add(linear(p, `${at}.mlp.c_proj`, hidden));
  }
  return x;
}

const logitsOf = (p, x) => np.matmul(norm(p, 'transformer.ln_f', x), np.transpose(p['transformer.wte.weight'].ref));

function prepareTrain(task) {
  const { shape, rows } = task;
  const { context, heads, width, vocabulary } = shape;
  const count = rows * context;
  const loss = (p, inputs, targets) => {
    const tokens = np.matmul(inputs, p['transformer.wte.weight'].ref).reshape([rows, context, width]);
    const x = tokens.add(p['transformer.wpe.weight'].ref).reshape([count, width]);
    const out = blocks(p, shape, x, (q, k, v) => {
      const split = (each) => each.reshape([rows, context, heads, width / heads]);
      return nn.dotProductAttention(split(q), split(k), split(v), { isCausal: true }).reshape([count, width]);
    });
    const logprobs = nn.logSoftmax(logitsOf(p, out), -1);
    disposeAll(p);
    return logprobs
      .mul(targets)
      .sum()
      .mul(-1 / count);
  };
  const step = jit((p, m, v, inputs, targets, corrections) => {
    const [value, gradients] = valueAndGrad(loss)(refs(p), inputs, targets);
    const [first, second] = np.split(corrections, 2);
    const next = { p: {}, m: {}, v: {} };
    for (const name of Object.keys(p)) {
      const g = gradients[name];
      next.m[name] = m[name].mul(ADAM.beta1).add(g.ref.mul(1 - ADAM.beta1));
      next.v[name] = v[name].mul(ADAM.beta2).add(np.square(g).mul(1 - ADAM.beta2));
      const scale = np.sqrt(next.v[name].ref.div(second.ref)).add(ADAM.epsilon);
      next.p[name] = p[name].sub(next.m[name].ref.div(first.ref).div(scale).mul(ADAM.learningRate));
    }
    first.dispose();
    second.dispose();
    return { ...next, value };
  });
  const zeros = () => Object.fromEntries(task.weights.map(({ name, shape: size }) => [name, np.zeros(size)]));
  let state = { p: load(task.weights), m: zeros(), v: zeros() };
  const inputs = oneHot(task.ids, vocabulary);
  const targets = oneHot(task.targets, vocabulary);
  let steps = 0;
  let newest = null;
  return {
    work() {
      steps++;
      const corrections = np.array([1 - ADAM.beta1 ** steps, 1 - ADAM.beta2 ** steps]);
      const { value, ...next } = step(state.p, state.m, state.v, inputs.ref, targets.ref, corrections);
      state = next;
      newest?.dispose();
      newest = value;
    },
    async result() {
      await blockUntilReady(state.p);
      return newest ? [(await newest.ref.data())[0]] : [];
    },
    dispose() {
      for (const tree of Object.values(state)) disposeAll(tree);
      inputs.dispose();
      targets.dispose();
      newest?.dispose();
      step.dispose();
    },
  };
}

/** With a key/value cache of fixed size, so that one compiled step serves every position. */
function prepareSample(task) {
  const { shape, rows, promptTokens, newTokens } = task;
  const { layers, heads, width, vocabulary } = shape;
  const size = width / heads;
  const total = promptTokens + newTokens;
  const weights = load(task.weights);
  const split = (each, length) => each.reshape([rows, length, heads, size]);

  const prefill = jit((p, ids) => {
    const keys = {};
    const values = {};
    const room = (each) => np.concatenate([split(each, promptTokens), np.zeros([rows, newTokens, heads, size])], 1);
    const embedded = np
      .take(p['transformer.wte.weight'].ref, ids, 0)
      .reshape([rows, promptTokens, width])
      .add(p['transformer.wpe.weight'].ref.slice([0, promptTokens]))
      .reshape([rows * promptTokens, width]);
    const x = blocks(p, shape, embedded, (q, k, v, layer) => {
      keys[layer] = room(k.ref);
      values[layer] = room(v.ref);
      const opts = { isCausal: true };
      return nn
        .dotProductAttention(split(q, promptTokens), split(k, promptTokens), split(v, promptTokens), opts)
        .reshape([rows * promptTokens, width]);
    });
    const last = x.reshape([rows, promptTokens, width]).slice([], promptTokens - 1);
    const logits = logitsOf(p, last);
    disposeAll(p);
    return { logits, keys, values };
  });

  /** @param at [1] int32, where the token stands; `noise` [B, V] is 0 when the most likely one is wanted */
  const draw = jit((logits, noise) => np.argmax(logits.add(noise), 1));
  const decode = jit((p, ids, at, keys, values) => {
    const here = nn.oneHot(at.ref, total).reshape([1, total, 1, 1]);
    const seen = np.lessEqual(np.arange(total), at.ref).reshape([1, 1, 1, total]);
    const embedded = np
      .take(p['transformer.wte.weight'].ref, ids, 0)
      .add(np.take(p['transformer.wpe.weight'].ref, at, 0));
    const next = { keys: {}, values: {} };
    const write = (cache, each) => cache.mul(np.subtract(1, here.ref)).add(split(each, 1).mul(here.ref));
    const x = blocks(p, shape, embedded, (q, k, v, layer) => {
      next.keys[layer] = write(keys[layer], k);
      next.values[layer] = write(values[layer], v);
      return nn
        .dotProductAttention(split(q, 1), next.keys[layer].ref, next.values[layer].ref, { mask: seen.ref })
        .reshape([rows, width]);
    });
    here.dispose();
    seen.dispose();
    const logits = logitsOf(p, x);
    disposeAll(p);
    return { logits, ...next };
  });

  let isGreedy = false;
  let batches = 0;
  let newest = [];
  return {
    async work() {
      let state = prefill(refs(weights), integer(task.prompts, [rows * promptTokens]));
      const noise = isGreedy
        ? np.zeros([newTokens, rows, vocabulary])
        : random.gumbel(random.key(batches++), [newTokens, rows, vocabulary]);
      const drawn = [];
      for (let step = 0; step < newTokens; step++) {
        const ids = draw(state.logits, noise.ref.slice(step));
        drawn.push(ids.ref);
        if (step === newTokens - 1) {
          ids.dispose();
          for (let layer = 0; layer < layers; layer++) {
            state.keys[layer].dispose();
            state.values[layer].dispose();
          }
        } else {
          const at = integer(new Int32Array([promptTokens + step]), [1]);
          state = decode(refs(weights), ids, at, state.keys, state.values);
        }
      }
      noise.dispose();
      newest = Array.from(await np.stack(drawn, 1).data());
    },
    result: () => Promise.resolve(newest),
    setGreedy(to) {
      isGreedy = to;
    },
    dispose() {
      disposeAll(weights);
      for (const compiled of [prefill, draw, decode]) compiled.dispose();
    },
  };
}

function prepareCredit(task) {
  const { rows, slots, lengths } = task;
  const mask = (test) =>
    float(
      Float32Array.from({ length: rows * slots }, (_, i) => (test(i % slots, lengths[Math.floor(i / slots)]) ? 1 : 0)),
      [rows, slots],
    );
  const inputs = {
    logprobs: float(task.logprobs, [rows, slots]),
    reference: float(task.referenceLogprobs, [rows, slots]),
    values: float(task.values, [rows, slots]),
    scores: float(task.scores, [rows, 1]),
    real: mask((t, length) => t < length),
    last: mask((t, length) => t === length - 1),
  };
  const compute = jit(({ logprobs, reference, values, scores, real, last }) => {
    const rewards = logprobs.sub(reference).mul(-CREDIT.klCoef).add(last.mul(scores)).mul(real.ref);
    const rewardColumns = np.split(rewards, slots, 1);
    const valueColumns = np.split(values.mul(real), slots, 1);
    const advantages = [];
    let next = np.zeros([rows, 1]);
    let advantage = np.zeros([rows, 1]);
    for (let t = slots - 1; t >= 0; t--) {
      const delta = rewardColumns[t].add(next.mul(CREDIT.gamma)).sub(valueColumns[t].ref);
      advantage = delta.add(advantage.mul(CREDIT.gamma * CREDIT.lambda));
      advantages[t] = advantage.ref;
      next = valueColumns[t];
    }
    next.dispose();
    advantage.dispose();
    return np.concatenate(advantages, 1);
  });
  const waiting = [];
  const forget = () => disposeAll(waiting.splice(0));
  return {
    work() {
      waiting.push(compute(refs(inputs)));
    },
    async result() {
      // What nobody waits for is never computed.
      await blockUntilReady(waiting);
      const values = Array.from(await waiting.at(-1).ref.data());
      forget();
      return values;
    },
    dispose() {
      forget();
      disposeAll(inputs);
      compute.dispose();
    },
  };
}

/** @param engine `webgpu` or `wasm` */
export async function startSide(engine) {
  const started = await init(engine);
  if (!started.includes(engine)) throw new Error(`jax-js did not start ${engine}; it has ${started.join(', ')}.`);
  defaultDevice(engine);
  const prepare = { train: prepareTrain, sample: prepareSample, credit: prepareCredit };
  return {
    info: { adapter: `jax-js ${engine}`, isSoftware: false },
    async prepare(task) {
      if (!(task.kind in prepare)) {
        const skipped = new Error('nobody has written this pipeline in jax-js');
        skipped.name = 'SkippedError';
        throw skipped;
      }
      return prepare[task.kind](task);
    },
  };
}
