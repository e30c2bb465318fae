"""Ten steps of PyTorch's optimisers, written to optimisers.json. Usage: /usr/bin/python3 test/golden/optimisers.py

Dense: 7 weights with given gradients. Table: an embedding of 5 rows x 3 looked up with duplicate ids, loss = sum of
(upstream * rows), so that a row's gradient is the sum of its upstream rows. Learning rates change from step to step.
"""
import json
import os
import numpy as np
import torch

STEPS, N, ROWS, DIM, BATCH = 10, 7, 5, 3, 6
random = np.random.default_rng(20)
rounded = lambda x: np.round(x, 4).astype(np.float32)
initial = rounded(random.normal(size=N))
gradients = rounded(random.normal(size=(STEPS, N)))
table = rounded(random.normal(size=(ROWS, DIM)))
# Row 4 is touched in step 3 only, row 0 not before step 5, others often and several times a step.
ids = random.integers(1, 4, size=(STEPS, BATCH))
ids[2, 5] = 4
ids[4:, 0] = 0
upstream = rounded(random.normal(size=(STEPS, BATCH, DIM)))
rates = [0.1, 0.1, 0.05, 0.05, 0.02, 0.1, 0.1, 0.01, 0.2, 0.1]

DENSE = {
    "sgd": (torch.optim.SGD, {}),
    "sgd momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "sgd nesterov, weight decay": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    "adam": (torch.optim.Adam, {}),
    "adam, weight decay, betas": (torch.optim.Adam, {"weight_decay": 0.1, "betas": (0.8, 0.99), "eps": 1e-3}),
    "adamw": (torch.optim.AdamW, {}),
    "adamw, weight decay": (torch.optim.AdamW, {"weight_decay": 0.2}),
    "adagrad": (torch.optim.Adagrad, {}),
    "adagrad, weight decay": (torch.optim.Adagrad, {"weight_decay": 0.1, "initial_accumulator_value": 0.5}),
}
SPARSE = {
    "sparse sgd": (torch.optim.SGD, {}),
    "sparse adam": (torch.optim.SparseAdam, {}),
    "sparse adam, betas": (torch.optim.SparseAdam, {"betas": (0.8, 0.99), "eps": 1e-3}),
    "sparse adagrad": (torch.optim.Adagrad, {}),
}


def run(parameter, optimiser, options, backward):
    made = optimiser([parameter], lr=1.0, **options)
    trajectory = []
    for step in range(STEPS):
        made.param_groups[0]["lr"] = rates[step]
        made.zero_grad()
        backward(step)
        made.step()
        trajectory.append(parameter.detach().numpy().astype(float).ravel().tolist())
    return trajectory


def dense(optimiser, options):
    w = torch.nn.Parameter(torch.from_numpy(initial.copy()))

    def backward(step):
        w.grad = torch.from_numpy(gradients[step].copy())

    return run(w, optimiser, options, backward)


def embedding(optimiser, options, sparse):
    e = torch.nn.Embedding(ROWS, DIM, sparse=sparse)
    e.weight.data = torch.from_numpy(table.copy())
    backward = lambda step: (e(torch.from_numpy(ids[step])) * torch.from_numpy(upstream[step])).sum().backward()
    return run(e.weight, optimiser, options, backward)


result = {
    "by": f"test/golden/optimisers.py, torch {torch.__version__}",
    "rates": rates,
    "initial": initial.astype(float).tolist(),
    "gradients": gradients.astype(float).tolist(),
    "table": table.astype(float).ravel().tolist(),
    "ids": ids.tolist(),
    "upstream": upstream.astype(float).reshape(STEPS, -1).tolist(),
    "dense": {name: dense(*case) for name, case in DENSE.items()},
    "embedding": {
        **{name: embedding(*case, False) for name, case in DENSE.items()},
        **{name: embedding(*case, True) for name, case in SPARSE.items()},
    },
}
with open(os.path.join(os.path.dirname(__file__), "optimisers.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
