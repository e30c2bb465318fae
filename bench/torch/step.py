"""Trains the network of bench/dnn/network.ts by PyTorch, for bench/dnn-step.ts.

Takes one JSON request per line on standard input and answers each with one line on standard output:
  {"load": FOLDER}                      reads shape.json, weights.f32, users.i32, items.i32, ratings.f32, order.i32
  {"make": NAME, "threads": N, "sparse": BOOL}     a fresh network and its optimisers
  {"train": NAME, "batch": B, "steps": S}          seconds of S steps over the first S * B examples of the order, and the losses
  {"peak": true}                        bytes of resident memory, high-water mark
"""

import json
import resource
import sys
import time

import numpy as np
import torch

# Moments of weights that get no gradient shrink until they are denormal, which slows PyTorch down too.
torch.set_flush_denormal(True)


class Network(torch.nn.Module):
    def __init__(self, shape, weights, sparse):
        super().__init__()
        weights = iter(weights)
        self.users = torch.nn.Embedding.from_pretrained(next(weights), freeze=False, sparse=sparse)
        self.items = torch.nn.Embedding.from_pretrained(next(weights), freeze=False, sparse=sparse)
        parts = []
        count = len(shape["layers"])
        for layer in range(count + 1):
            weight, bias = next(weights), next(weights)
            linear = torch.nn.Linear(*weight.shape)
            linear.weight.data = weight.t().contiguous()
            linear.bias.data = bias
            parts.append(linear)
            if layer == count:
                break
            if shape["normalised"]:
                norm = torch.nn.BatchNorm1d(weight.shape[1])
                norm.weight.data, norm.bias.data = next(weights), next(weights)
                parts.append(norm)
            parts.append(torch.nn.ReLU())
            if layer < len(shape["dropout"]) and shape["dropout"][layer] > 0:
                parts.append(torch.nn.Dropout(shape["dropout"][layer]))
        self.dense = torch.nn.Sequential(*parts, torch.nn.Sigmoid())

    def forward(self, users, items):
        return self.dense(torch.cat([self.users(users), self.items(items)], 1)) * 4.5 + 0.5


class Trainer:
    def __init__(self, shape, weights, data, threads, sparse):
        self.data = data
        self.threads = threads
        self.network = Network(shape, [w.clone() for w in weights], sparse)
        tables = [self.network.users.weight, self.network.items.weight]
        dense = list(self.network.dense.parameters())
        if sparse:
            self.optimisers = [torch.optim.SparseAdam(tables, 1e-3), torch.optim.Adam(dense, 1e-3)]
        else:
            self.optimisers = [torch.optim.Adam(tables + dense, 1e-3)]

    def train(self, batch, steps):
        torch.set_num_threads(self.threads)
        users, items, ratings, order = self.data
        losses = []
        started = time.perf_counter()
        for step in range(steps):
            rows = order[step * batch : (step + 1) * batch]
            loss = torch.nn.functional.mse_loss(self.network(users[rows], items[rows]), ratings[rows])
            for optimiser in self.optimisers:
                optimiser.zero_grad()
            loss.backward()
            for optimiser in self.optimisers:
                optimiser.step()
            losses.append(loss.item())
        return time.perf_counter() - started, losses


def load(folder):
    with open(f"{folder}/shape.json") as file:
        shape = json.load(file)
    flat = np.fromfile(f"{folder}/weights.f32", np.float32)
    weights, at = [], 0
    for size in shape["parameters"]:
        n = int(np.prod(size))
        weights.append(torch.from_numpy(flat[at : at + n].reshape(size).copy()))
        at += n
    ints = [torch.from_numpy(np.fromfile(f"{folder}/{n}.i32", np.int32).astype(np.int64)) for n in ("users", "items", "order")]
    ratings = torch.from_numpy(np.fromfile(f"{folder}/ratings.f32", np.float32)).reshape(-1, 1)
    return shape, weights, (ints[0], ints[1], ratings, ints[2])


def main():
    torch.manual_seed(1)
    loaded, trainers = None, {}
    for line in sys.stdin:
        request = json.loads(line)
        answer = {}
        if "load" in request:
            loaded, trainers = load(request["load"]), {}
        elif "make" in request:
            trainers[request["make"]] = Trainer(*loaded, request["threads"], request["sparse"])
        elif "train" in request:
            seconds, losses = trainers[request["train"]].train(request["batch"], request["steps"])
            answer = {"seconds": seconds, "losses": losses}
        elif "peak" in request:
            answer = {"bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
        print(json.dumps(answer), flush=True)


main()
