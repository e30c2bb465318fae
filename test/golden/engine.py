"""Golden values for the graph language (NumPy), batch normalisation and losses (PyTorch 1.13): prints engine.json.

Usage: /usr/bin/python3 test/golden/engine.py > test/golden/engine.json
"""
import json

import numpy as np
import torch

rng = np.random.default_rng(7)


def values(*shape):
    return rng.standard_normal(shape).astype(np.float32)


def show(x):
    x = np.asarray(x)
    return {"shape": list(x.shape), "data": [float(v) if x.dtype.kind == "f" else int(v) for v in x.ravel()]}


a, b, row, table = values(3, 4), values(3, 4), values(4), values(5, 2)
p = np.abs(a) + 0.5
t, u = values(2, 3, 4), values(2, 4, 2)
w, c = values(4, 2), values(2)
ids = np.array([3, 0, 3], dtype=np.int32)
soft = np.exp(a - a.max(1, keepdims=True))
soft = soft / soft.sum(1, keepdims=True)
scattered = np.zeros((5, 4), np.float32)
np.add.at(scattered, ids, a)

ops = {
    "inputs": {k: show(v) for k, v in dict(a=a, b=b, row=row, table=table, p=p, t=t, u=u, w=w, c=c, ids=ids).items()},
    "expected": {
        k: show(v)
        for k, v in {
            "add": a + row,
            "sub": row - a,
            "mul": a * b,
            "div": a / p,
            "greater": (a > b).astype(np.int32),
            "equal": (ids == 3).astype(np.int32),
            "where": np.where(a > 0, b, row),
            "neg": -a,
            "relu": np.maximum(a, 0),
            "sigmoid": 1 / (1 + np.exp(-a)),
            "tanh": np.tanh(a),
            "softplus": np.logaddexp(0, a * 30),
            "log": np.log(p),
            "exp": np.exp(a),
            "sqrt": np.sqrt(p),
            "abs": np.abs(a),
            "sign": np.sign(a),
            "square": a * a,
            "clip": np.clip(a, -0.5, 0.5),
            "cast": ids.astype(np.float32),
            "softmax": soft,
            "logSoftmax": np.log(soft),
            "reduceSum": t.sum((0, 2)),
            "reduceMean": a.mean(1, keepdims=True),
            "size": np.float32(12),
            "concat": np.concatenate([a, b, a], 1),
            "slice": a[:, 1:3],
            "pad": np.pad(a, ((0, 0), (1, 2))),
            "part": a[:, 1:3],
            "reshape": t.reshape(6, 4),
            "transpose": t.transpose(1, 2, 0),
            "expandLike": np.broadcast_to(row, a.shape),
            "gather": table[ids],
            "scatterAdd": scattered,
            "oneHot": np.eye(4, dtype=np.float32)[ids],
            "matmul": t @ u,
            "gemm": a @ w + c,
            "batchNorm": (a - a.mean(0)) / np.sqrt(a.var(0) + 1e-5) * p[0] + row,
        }.items()
    },
}

# Batch normalisation: three training batches, then the inference form with the running statistics.
torch.manual_seed(0)
norm = torch.nn.BatchNorm1d(3, eps=1e-5, momentum=0.1)
with torch.no_grad():
    norm.weight.copy_(torch.tensor([0.5, 1.5, -1.0]))
    norm.bias.copy_(torch.tensor([0.1, -0.2, 0.3]))
steps = []
for _ in range(3):
    x = torch.tensor(values(6, 3) * 2 + 1, requires_grad=True)
    d = torch.tensor(values(6, 3))
    norm.zero_grad()
    y = norm(x)
    (y * d).sum().backward()
    steps.append(
        {
            "x": show(x.detach()),
            "d": show(d),
            "y": show(y.detach()),
            "dx": show(x.grad),
            "dgamma": show(norm.weight.grad),
            "dbeta": show(norm.bias.grad),
            "runningMean": show(norm.running_mean.clone()),
            "runningVariance": show(norm.running_var.clone()),
        }
    )
norm.eval()
x = torch.tensor(values(4, 3))
batch_norm = {
    "gamma": [0.5, 1.5, -1.0],
    "beta": [0.1, -0.2, 0.3],
    "momentum": 0.1,
    "steps": steps,
    "inference": {"x": show(x), "y": show(norm(x).detach())},
}

# Losses: value and derivative by the prediction or logits, both reductions; some logits far out.
losses = []
logits = values(5, 4) * 3
logits[0, 0], logits[1, 1] = 80, -90
targets = rng.random((5, 4)).astype(np.float32)
classes = np.array([0, 3, 1, 1, 2], dtype=np.int32)
soft_classes = (rng.random((5, 4)) < 0.5).astype(np.float32)
cases = {
    "mse": (targets, torch.nn.functional.mse_loss),
    "bceWithLogits": (targets, torch.nn.functional.binary_cross_entropy_with_logits),
    "crossEntropy": (classes, lambda x, y, reduction: torch.nn.functional.cross_entropy(x, y.long(), reduction=reduction)),
    "crossEntropyWeights": (soft_classes, torch.nn.functional.cross_entropy),
}
for name, (target, function) in cases.items():
    for reduction in ("mean", "sum"):
        x = torch.tensor(logits, requires_grad=True)
        loss = function(x, torch.tensor(target), reduction=reduction)
        loss.backward()
        losses.append(
            {
                "loss": name,
                "reduction": reduction,
                "x": show(logits),
                "target": show(target),
                "value": float(loss),
                "gradient": show(x.grad),
            }
        )

print(json.dumps({"ops": ops, "batchNorm": batch_norm, "losses": losses}))
