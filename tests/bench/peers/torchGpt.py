"""GPT-2 in PyTorch, as one would write it by hand, and the numbers of the workloads."""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


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
