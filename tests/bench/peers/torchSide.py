"""The workloads in PyTorch on the processor or on CUDA: torchSide.py eager|compiled FOLDER.

Commands and answers are lines of JSON on standard input and output; FOLDER holds the numbers of each workload.
"""

import json
import math
import sys
import time
from pathlib import Path

try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    torch = None
    missing = f"missing: {error}; install PyTorch for the Python named by PYTHON (default python3)"

ADAM = {"lr": 1e-3, "betas": (0.9, 0.95), "eps": 1e-8, "weight_decay": 0.0}
CREDIT = {"kl_coef": 0.02, "gamma": 1.0, "lambda": 0.95}


class Skipped(Exception):
    pass


def read_task(folder, name):
    data = (Path(folder) / f"{name}.bin").read_bytes()

    def revive(entry):
        if not (isinstance(entry, dict) and "dtype" in entry):
            return entry
        dtype = torch.float32 if entry["dtype"] == "float32" else torch.int32
        count = math.prod(entry["shape"])
        # A copy: the bytes cannot be written to.
        return torch.frombuffer(bytearray(data[entry["offset"] : entry["offset"] + 4 * count]), dtype=dtype).reshape(entry["shape"]).to(DEVICE)

    return json.loads((Path(folder) / f"{name}.json").read_text(), object_hook=revive)


def load(task, learns):
    """Arrays by name. Those of a list have their shape beside them."""
    return {
        weight["name"]: weight["values"].reshape(weight["shape"]).clone().requires_grad_(learns)
        for weight in task["weights"]
    }


def linear(p, at, x):
    return torch.addmm(p[f"{at}.bias"], x, p[f"{at}.weight"])


def norm(p, at, x):
    return F.layer_norm(x, x.shape[-1:], p[f"{at}.weight"], p[f"{at}.bias"], 1e-5)


def blocks(p, shape, x, attention):
    for layer in range(shape["layers"]):
        at = f"transformer.h.{layer}"
        q, k, v = linear(p, f"{at}.attn.c_attn", norm(p, f"{at}.ln_1", x)).chunk(3, dim=1)
        x = x + linear(p, f"{at}.attn.c_proj", attention(q, k, v, layer))
        hidden = F.gelu(linear(p, f"{at}.mlp.c_fc", norm(p, f"{at}.ln_2", x)), approximate="tanh")
        x = x + linear(p, f"{at}.mlp.c_proj", hidden)
    return x


def logits_of(p, x):
    return norm(p, "transformer.ln_f", x) @ p["transformer.wte.weight"].T


def split(x, rows, heads):
    """[B*T, C] to [B, H, T, D]"""
    return x.reshape(rows, -1, heads, x.shape[1] // heads).transpose(1, 2)


def join(x):
    return x.transpose(1, 2).reshape(x.shape[0] * x.shape[2], -1)


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


KINDS = {"train": Train, "sample": Sample, "credit": Credit}


def synchronise():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


class Side:
    def __init__(self, form, folder):
        self.form, self.folder, self.bout = form, folder, None

    def start(self, _):
        if torch is None:
            raise RuntimeError(missing)
        where = torch.cuda.get_device_name() if DEVICE == "cuda" else f"processor, {torch.get_num_threads()} threads"
        adapter = f"PyTorch {torch.__version__}, {where}"
        return {"type": "started", "adapter": adapter, "isSoftware": DEVICE != "cuda", "yardstick": None}

    def prepare(self, command):
        task = read_task(self.folder, command["workload"])
        if task["kind"] not in KINDS:
            raise Skipped("nobody has written this pipeline in PyTorch")
        self.bout = KINDS[task["kind"]](task, self.form == "compiled")
        return {"type": "prepared"}

    def rep(self, command):
        units = command["units"]
        self.bout.greedy = command["isGreedy"]
        start = time.perf_counter()
        for _ in range(units):
            self.bout.work()
        encoded = time.perf_counter()
        synchronise()
        values = self.bout.result()
        end = time.perf_counter()
        per_unit = lambda seconds: 1000 * seconds / units
        rep = {"units": units, "ms": per_unit(end - start), "encodeMs": per_unit(encoded - start), "values": values}
        counts = {"dispatches": 0, "submits": 0, "readbacks": 0}
        peak = torch.cuda.max_memory_allocated() if DEVICE == "cuda" else None
        return {"type": "rep", "rep": {**rep, **counts, "bytesPeak": peak}}

    def drop(self, _):
        self.bout = None
        return {"type": "dropped"}

    def handle(self, command):
        try:
            return getattr(self, command["type"])(command)
        except Skipped as reason:
            return {"type": "skipped", "reason": str(reason)}
        except Exception as error:  # Every failure becomes a row that says why.
            lines = str(error).strip().splitlines() or [type(error).__name__]
            return {"type": "failed", "reason": lines[0][:300]}


DEVICE = "cuda" if torch is not None and torch.cuda.is_available() else "cpu"
side = Side(sys.argv[1], sys.argv[2])
for line in sys.stdin:
    # Answers begin with their type, by which the bench knows them from whatever a library prints.
    sys.stdout.write(json.dumps(side.handle(json.loads(line)), separators=(",", ":")) + "\n")
    sys.stdout.flush()
