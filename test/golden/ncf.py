"""Steps of NeuMF in PyTorch from fixed weights, written to ncf.json. Usage: /usr/bin/python3 test/golden/ncf.py

Five users, six items, GMF of 3 factors, tower 8-5-2, cross-entropy with logits. Batches of 7 with repeated users and items.
`adam`: one Adam over everything. `lazy-adam`: SparseAdam for the four tables, Adam for the rest.
"""
import json
import os
import numpy as np
import torch

USERS, ITEMS, FACTORS, LAYERS, STEPS, BATCH, RATE = 5, 6, 3, [8, 5, 2], 6, 7, 0.02
random = np.random.default_rng(4)
rounded = lambda *shape: np.round(random.normal(size=shape) * 0.5, 3).astype(np.float32)
half = LAYERS[0] // 2
tables = {
    "gmf.users": rounded(USERS, FACTORS),
    "gmf.items": rounded(ITEMS, FACTORS),
    "mlp.users": rounded(USERS, half),
    "mlp.items": rounded(ITEMS, half),
}
# PyTorch keeps weights as [outputs, inputs]; the user's embedding stands first in the concatenation.
layers = [(rounded(o, i), rounded(o)) for i, o in zip(LAYERS, LAYERS[1:])]
output = (rounded(1, FACTORS + LAYERS[-1]), rounded(1))
users = random.integers(0, USERS, size=(STEPS, BATCH))
items = random.integers(0, ITEMS - 1, size=(STEPS, BATCH))
items[2, 3] = ITEMS - 1
labels = (random.random(size=(STEPS, BATCH)) < 0.3).astype(np.float32)


def train(lazy):
    embedding = {name: torch.nn.Embedding(*w.shape, sparse=lazy) for name, w in tables.items()}
    for name, w in tables.items():
        embedding[name].weight.data = torch.from_numpy(w.copy())
    linear = [torch.nn.Linear(w.shape[1], w.shape[0]) for w, _ in [*layers, output]]
    for module, (w, b) in zip(linear, [*layers, output]):
        module.weight.data, module.bias.data = torch.from_numpy(w.copy()), torch.from_numpy(b.copy())
    dense = [p for module in linear for p in module.parameters()]
    rows = [module.weight for module in embedding.values()]
    optimisers = (
        [torch.optim.SparseAdam(rows, lr=RATE), torch.optim.Adam(dense, lr=RATE)]
        if lazy
        else [torch.optim.Adam([*rows, *dense], lr=RATE)]
    )
    losses, logits = [], None
    for step in range(STEPS):
        u, i, y = torch.from_numpy(users[step]), torch.from_numpy(items[step]), torch.from_numpy(labels[step])
        product = embedding["gmf.users"](u) * embedding["gmf.items"](i)
        x = torch.cat([embedding["mlp.users"](u), embedding["mlp.items"](i)], 1)
        for module in linear[:-1]:
            x = torch.relu(module(x))
        logits = linear[-1](torch.cat([product, x], 1)).squeeze(1)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, y)
        for optimiser in optimisers:
            optimiser.zero_grad()
        loss.backward()
        for optimiser in optimisers:
            optimiser.step()
        losses.append(loss.item())
    return {"losses": losses, "logits": logits.tolist(), "weights": named([e.weight for e in embedding.values()], linear)}


def named(rows, linear):
    """Names and layouts of the network in src/models/ncf: layers by input, [inputs, outputs]."""
    flat = lambda t: np.asarray(t.detach().numpy(), dtype=float).ravel().tolist()
    result = {name: flat(w) for name, w in zip(tables, rows)}
    first = linear[0].weight.detach().T
    result["layer1.user"], result["layer1.item"] = flat(first[:half]), flat(first[half:])
    result["layer1.bias"] = flat(linear[0].bias)
    for n, module in enumerate(linear[1:-1], 2):
        result[f"layer{n}.weight"], result[f"layer{n}.bias"] = flat(module.weight.detach().T), flat(module.bias)
    head = linear[-1].weight.detach().T
    result["gmf.head"], result["mlp.head"] = flat(head[:FACTORS]), flat(head[FACTORS:])
    result["output.bias"] = flat(linear[-1].bias)
    return result


def initial():
    linear = [torch.nn.Linear(w.shape[1], w.shape[0]) for w, _ in [*layers, output]]
    for module, (w, b) in zip(linear, [*layers, output]):
        module.weight.data, module.bias.data = torch.from_numpy(w.copy()), torch.from_numpy(b.copy())
    return named([torch.from_numpy(w) for w in tables.values()], linear)


result = {
    "by": f"test/golden/ncf.py, torch {torch.__version__}",
    "shape": {"users": USERS, "items": ITEMS, "factors": FACTORS, "layers": LAYERS},
    "rate": RATE,
    "batch": BATCH,
    "users": users.ravel().tolist(),
    "items": items.ravel().tolist(),
    "labels": labels.ravel().astype(int).tolist(),
    "initial": initial(),
    "adam": train(False),
    "lazy-adam": train(True),
}
with open(os.path.join(os.path.dirname(__file__), "ncf.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
