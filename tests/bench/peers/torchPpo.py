"""Iterations of PPO and PPO-ptx, in the steps of TRL's PPOTrainer with this project's two networks and optimisers.

Sample with a key/value cache to full length and cut at the end token; read log-probabilities of policy and reference, values
and the reward model's score; rewards with a KL penalty; GAE; whitened advantages; epochs of shuffled pieces with both clipped
losses, gradients clipped by the norm of each network, and AdamW.
"""

import torch
import torch.nn.functional as F

from torchGpt import DEVICE, blocks, join, load, logits_of, norm, split


def up_to_multiple(n, multiple):
    return -(-n // multiple) * multiple


def mean_of(x, real):
    return (x * real).sum() / real.sum()


def visible(mask):
    """Which tokens each may look at, [B, 1, T, T]. Padding looks at itself, or its softmax would have nothing to divide."""
    length = mask.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool, device=DEVICE).tril()
    itself = torch.eye(length, dtype=torch.bool, device=DEVICE)
    return ((causal & mask[:, None, :].bool()) | itself)[:, None]


def positions_of(mask):
    return (mask.cumsum(1) - 1).clamp(min=0)


def states_of(p, shape, ids, mask, positions):
    """Before the final norm. [B, T] to [B*T, C]"""
    rows, heads = ids.shape[0], shape["heads"]

    def attention(q, k, v, _):
        q, k, v = (split(x, rows, heads) for x in (q, k, v))
        if mask is None:
            return join(F.scaled_dot_product_attention(q, k, v, is_causal=True))
        return join(F.scaled_dot_product_attention(q, k, v, attn_mask=mask))

    x = F.embedding(ids, p["transformer.wte.weight"]) + F.embedding(positions, p["transformer.wpe.weight"])
    return blocks(p, shape, x.reshape(-1, shape["width"]), attention)


class Batch:
    """Prompts padded on the left, answers on the right, both to the width of the whole iteration."""

    def __init__(self, prompts, answers, settings):
        query = min(settings["queryLimit"], up_to_multiple(max(map(len, prompts)), 8))
        slots = min(settings["responseLength"], up_to_multiple(max(map(len, answers)), 4))
        pad, ids, mask = settings["pad"], [], []
        for prompt, answer in zip(prompts, answers):
            prompt = prompt[-query:]
            before, behind = query - len(prompt), slots - len(answer)
            ids.append([pad] * before + prompt + answer + [pad] * behind)
            mask.append([0] * before + [1] * (len(prompt) + len(answer)) + [0] * behind)
        self.query, self.slots = query, slots
        self.ids = torch.tensor(ids, device=DEVICE)
        self.mask = torch.tensor(mask, device=DEVICE)

    def inputs(self, rows=slice(None)):
        ids, mask = self.ids[rows], self.mask[rows]
        return {
            "ids": ids,
            "visible": visible(mask),
            "positions": positions_of(mask),
            "responses": ids[:, self.query :],
            "real": mask[:, self.query :].float(),
        }


class Network:
    """Parameters that learn, and their optimiser."""

    def __init__(self, weights, betas, eps):
        self.p = load({"weights": weights}, True)
        self.optimizer = torch.optim.AdamW(list(self.p.values()), lr=0.0, betas=betas, eps=eps, weight_decay=0.0, fused=True)

    def update(self, loss, rate):
        """Returns the norm before clipping."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        total = torch.nn.utils.clip_grad_norm_(list(self.p.values()), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        return total


class Ppo:
    def __init__(self, task, compiled):
        networks = task["networks"]
        self.task, self.shape, self.settings = task, task["shape"], task["settings"]
        self.policy = Network(networks["policy"], (0.9, 0.999), 1e-5)
        self.value = Network(networks["valueModel"], (0.9, 0.95), 1e-8)
        self.reference = load({"weights": networks["policy"]}, False)
        self.reward_model = load({"weights": networks["rewardModel"]}, False)
        # Lengths differ from one iteration to the next: with fixed shapes each would be compiled again.
        wrap = (lambda f: torch.compile(f, dynamic=True)) if compiled else (lambda f: f)
        self.logprobs, self.scalars = wrap(self.read_logprobs), wrap(self.read_scalars)
        self.policy_loss, self.value_loss = wrap(self.compute_policy_loss), wrap(self.compute_value_loss)
        self.iteration, self.greedy, self.numbers = 0, False, []

    # Reading answers

    def response_states(self, p, x, shift):
        """States at `R` successive tokens: those that predict the answer, or, one later, the answer's own."""
        slots = x["real"].shape[1]
        states = states_of(p, self.shape, x["ids"], x["visible"], x["positions"])
        states = states.reshape(len(x["ids"]), -1, self.shape["width"])
        first = states.shape[1] - slots - 1 + shift
        return states[:, first : first + slots].reshape(-1, self.shape["width"])

    def read_logprobs(self, p, x):
        logits = logits_of(p, self.response_states(p, x, 0)) / self.settings["temperature"]
        chosen = -F.cross_entropy(logits, x["responses"].reshape(-1), reduction="none")
        return chosen.reshape(x["real"].shape) * x["real"]

    def read_scalars(self, p, x, shift):
        states = norm(p, "transformer.ln_f", self.response_states(p, x, shift))
        return F.linear(states, p["score.weight"], p["score.bias"]).reshape(x["real"].shape) * x["real"]

    # Losses

    def compute_policy_loss(self, p, x, old, advantages):
        ratio = torch.exp(self.read_logprobs(p, x) - old)
        near = ratio.clamp(1 - self.settings["clipRange"], 1 + self.settings["clipRange"])
        return mean_of(torch.maximum(-advantages * ratio, -advantages * near), x["real"])

    def compute_value_loss(self, p, x, old, returns):
        values = self.read_scalars(p, x, 0)
        reach = self.settings["valueClipRange"]
        near = torch.minimum(torch.maximum(values, old - reach), old + reach)
        return 0.5 * mean_of(torch.maximum((values - returns) ** 2, (near - returns) ** 2), x["real"])

    def text_loss(self, windows):
        ids, targets = windows[:, :-1], windows[:, 1:]
        places = torch.arange(ids.shape[1], device=DEVICE).expand_as(ids)
        states = states_of(self.policy.p, self.shape, ids, None, places)
        return F.cross_entropy(logits_of(self.policy.p, states), targets.reshape(-1))

    # Steps of an iteration

    def sample(self, prompts):
        """One answer a prompt, cut behind its end token."""
        with torch.no_grad():
            drawn = self.draw(Batch(prompts, [[] for _ in prompts], {**self.settings, "responseLength": 0})).tolist()
        eos = self.settings["eos"]
        return [row[: row.index(eos) + 1] if eos in row else row for row in drawn]

    def draw(self, batch):
        p, shape, settings = self.policy.p, self.shape, self.settings
        rows, query, count, heads = len(batch.ids), batch.query, settings["responseLength"], shape["heads"]
        wte, wpe = p["transformer.wte.weight"], p["transformer.wpe.weight"]
        size = (shape["layers"], 2, rows, heads, query + count, shape["width"] // heads)
        cache = torch.empty(size, device=DEVICE)
        open_keys = torch.ones(rows, query + count, dtype=torch.bool, device=DEVICE)
        open_keys[:, :query] = batch.mask.bool()
        prompt_mask, lengths = visible(batch.mask), batch.mask.sum(1)
        at = 0

        def attend(q, k, v, layer):
            end = at + q.shape[0] // rows
            cache[layer, 0, :, :, at:end] = split(k, rows, heads)
            cache[layer, 1, :, :, at:end] = split(v, rows, heads)
            keys, values = cache[layer, :, :, :, :end]
            mask = prompt_mask if at == 0 else open_keys[:, None, None, :end]
            return join(F.scaled_dot_product_attention(split(q, rows, heads), keys, values, attn_mask=mask))

        x = F.embedding(batch.ids, wte) + F.embedding(positions_of(batch.mask), wpe)
        x = blocks(p, shape, x.reshape(-1, shape["width"]), attend).reshape(rows, query, -1)[:, -1]
        drawn = []
        for step in range(count):
            ids = torch.multinomial(torch.softmax(logits_of(p, x) / settings["temperature"], 1), 1).squeeze(1)
            drawn.append(ids)
            at = query + step
            if step < count - 1:
                x = blocks(p, shape, F.embedding(ids, wte) + F.embedding(lengths + step, wpe), attend)
        return torch.stack(drawn, 1)

    def experience(self, x):
        s, real = self.settings, x["real"]
        last = real.sum(1).long()[:, None] - 1
        scores = self.scalars(self.reward_model, x, 1).gather(1, last)
        logprobs, reference = self.logprobs(self.policy.p, x), self.logprobs(self.reference, x)
        values = self.scalars(self.value.p, x, 0)
        rewards = (-s["klCoef"] * (logprobs - reference)).scatter_add(1, last, scores)
        advantages, advantage, following = [], 0.0, 0.0
        for t in range(real.shape[1] - 1, -1, -1):
            advantage = rewards[:, t] + s["gamma"] * following - values[:, t] + s["gamma"] * s["lambda"] * advantage
            advantages.append(advantage)
            following = values[:, t]
        raw = torch.stack(advantages[::-1], 1) * real
        centred = raw - mean_of(raw, real)
        whitened = centred * torch.rsqrt(mean_of(centred**2, real) + 1e-8) * real
        kl, score = (logprobs - reference).sum(1).mean(), scores.mean()
        return (logprobs, values, whitened, raw + values), [kl, score, score - s["klCoef"] * kl]

    def learn(self, x, learned, text, rate):
        """Both networks learn from one piece. Returns what is reported of it."""
        logprobs, values, advantages, returns = learned
        policy_loss = self.policy_loss(self.policy.p, x, logprobs, advantages)
        text_loss = None if text is None else self.text_loss(text)
        total = policy_loss if text is None else policy_loss + self.settings["ptxCoef"] * text_loss
        policy_norm = self.policy.update(total, rate)
        value_loss = self.value_loss(self.value.p, x, values, returns)
        self.value.update(value_loss, self.settings["valueLearningRate"])
        seen = [mean_of(returns, x["real"]), policy_loss, value_loss, policy_norm]
        return torch.stack([number.detach() for number in seen + ([] if text is None else [text_loss])])

    def work(self):
        if self.iteration == len(self.task["iterations"]):
            raise RuntimeError("PPO has come to the last iteration that was written down; ask for fewer repetitions")
        written, s = self.task["iterations"][self.iteration], self.settings
        self.iteration += 1
        own = self.sample(written["prompts"])
        batch = Batch(written["prompts"], self.task["answers"] if self.greedy else own, s)
        with torch.no_grad():
            learned, summary = self.experience(batch.inputs())
        order = written["order"].long().reshape(s["epochs"] * s["minibatches"], -1)
        texts = [None] * len(order)
        if written["text"] is not None:
            texts = written["text"].long().reshape(len(order), -1, s["ptxLength"] + 1)
        reported = [
            self.learn(batch.inputs(rows), [part[rows] for part in learned], text, written["learningRate"])
            for rows, text in zip(order, texts)
        ]
        self.numbers = torch.cat([torch.stack(summary), torch.stack(reported).mean(0)])

    def result(self):
        return self.numbers.tolist()
