"""Training steps, sampling, and rewards with GAE."""

import torch
import torch.nn.functional as F

from torchGpt import DEVICE, Skipped, blocks, join, load, logits_of, split

ADAM = {"lr": 1e-3, "betas": (0.9, 0.95), "eps": 1e-8, "weight_decay": 0.0}
CREDIT = {"kl_coef": 0.02, "gamma": 1.0, "lambda": 0.95}


class Train:
    def __init__(self, task, compiled):
        shape, rows = task["shape"], task["rows"]
        p = load(task, True)
        ids, targets = task["ids"].long(), task["targets"].long()
        positions = torch.arange(shape["context"], device=DEVICE).repeat(rows)

        def loss():
            x = F.embedding(ids, p["transformer.wte.weight"]) + F.embedding(positions, p["transformer.wpe.weight"])

            def attention(q, k, v, _):
                heads = shape["heads"]
                return join(
                    F.scaled_dot_product_attention(
                        split(q, rows, heads), split(k, rows, heads), split(v, rows, heads), is_causal=True
                    )
                )

            return F.cross_entropy(logits_of(p, blocks(p, shape, x, attention)), targets)

        self.loss = torch.compile(loss) if compiled else loss
        self.optimizer = torch.optim.AdamW(list(p.values()), **ADAM, fused=True)
        self.newest = None

    def work(self):
        self.optimizer.zero_grad(set_to_none=True)
        self.newest = self.loss()
        self.newest.backward()
        self.optimizer.step()

    def result(self):
        return [] if self.newest is None else [self.newest.item()]


class Sample:
    def __init__(self, task, compiled):
        if compiled:
            raise Skipped("the cache grows with every token: a compiled form would be another program")
        self.task = task
        self.p = load(task, False)
        self.greedy = False
        self.newest = []

    def work(self):
        with torch.no_grad():
            self.newest = self.sample()

    def sample(self):
        task, p = self.task, self.p
        shape, rows, length = task["shape"], task["rows"], task["promptTokens"]
        heads = shape["heads"]
        wte, wpe = p["transformer.wte.weight"], p["transformer.wpe.weight"]
        keys, values = {}, {}

        def attend(q, k, v, layer):
            k, v = split(k, rows, heads), split(v, rows, heads)
            is_prompt = layer not in keys
            keys[layer] = k if is_prompt else torch.cat([keys[layer], k], 2)
            values[layer] = v if is_prompt else torch.cat([values[layer], v], 2)
            q = split(q, rows, heads)
            return join(F.scaled_dot_product_attention(q, keys[layer], values[layer], is_causal=is_prompt))

        x = F.embedding(task["prompts"].long(), wte) + wpe[:length].repeat(rows, 1)
        x = blocks(p, shape, x, attend).reshape(rows, length, -1)[:, -1]
        drawn = []
        for step in range(task["newTokens"]):
            logits = logits_of(p, x)
            if self.greedy:
                ids = logits.argmax(1)
            else:
                ids = torch.multinomial(torch.softmax(logits, 1), 1).squeeze(1)
            drawn.append(ids)
            if step < task["newTokens"] - 1:
                x = blocks(p, shape, F.embedding(ids, wte) + wpe[length + step], attend)
        return torch.stack(drawn, 1).flatten().tolist()

    def result(self):
        return self.newest


class Credit:
    def __init__(self, task, compiled):
        rows, slots = task["rows"], task["slots"]
        matrix = lambda name: task[name].reshape(rows, slots)
        inputs = [matrix("logprobs"), matrix("referenceLogprobs"), matrix("values"), task["scores"], task["lengths"].long()]

        def compute(logprobs, reference, values, scores, lengths):
            real = (torch.arange(slots, device=logprobs.device) < lengths[:, None]).float()
            rewards = -CREDIT["kl_coef"] * (logprobs - reference)
            rewards = rewards.scatter_add(1, lengths[:, None] - 1, scores[:, None]) * real
            values = values * real
            advantages, advantage, following = [], torch.zeros(rows, device=logprobs.device), torch.zeros(rows, device=logprobs.device)
            for t in range(slots - 1, -1, -1):
                delta = rewards[:, t] + CREDIT["gamma"] * following - values[:, t]
                advantage = delta + CREDIT["gamma"] * CREDIT["lambda"] * advantage
                advantages.append(advantage)
                following = values[:, t]
            return torch.stack(advantages[::-1], 1)

        compute = torch.compile(compute) if compiled else compute
        self.compute = lambda: compute(*inputs)
        self.newest = None

    def work(self):
        with torch.no_grad():
            self.newest = self.compute()

    def result(self):
        return [] if self.newest is None else self.newest.flatten().tolist()
