"""The workloads in PyTorch on the processor or on CUDA: torchSide.py eager|compiled FOLDER.

Commands and answers are lines of JSON on standard input and output; FOLDER holds the numbers of each workload.
"""

import json
import sys
import time

try:
    import torch
except ImportError as error:
    missing = f"missing: {error}; install PyTorch for the Python named by PYTHON (default python3)"
    torch = None
else:
    from torchGpt import DEVICE, Skipped, read_task
    from torchPpo import Ppo
    from torchWork import Credit, Sample, Train

    KINDS = {"train": Train, "sample": Sample, "credit": Credit, "ppo": Ppo}


def synchronise():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


class Side:
    def __init__(self, form, folder):
        self.form, self.folder, self.bout = form, folder, None

    def start(self, _):
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
        if torch is None:
            return {"type": "failed", "reason": missing}
        try:
            return getattr(self, command["type"])(command)
        except Skipped as reason:
            return {"type": "skipped", "reason": str(reason)}
        except Exception as error:  # Every failure becomes a row that says why.
            lines = str(error).strip().splitlines() or [type(error).__name__]
            return {"type": "failed", "reason": lines[0][:300]}


side = Side(sys.argv[1], sys.argv[2])
for line in sys.stdin:
    # Answers begin with their type, by which the bench knows them from whatever a library prints.
    sys.stdout.write(json.dumps(side.handle(json.loads(line)), separators=(",", ":")) + "\n")
    sys.stdout.flush()
