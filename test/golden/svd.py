"""SVD and SVD++ by stochastic gradient descent as Koren (2008) prints the rules, in float64. Writes svd.json.

SVD++ writes every implicit factor of the user at every rating. The order of visits is the permutation documented in
src/engine/dot/order.ts, written down here a second time.

Usage: python3 test/golden/svd.py > test/golden/svd.json
"""
import json
import math

import numpy as np

M32 = 0xFFFFFFFF


def mix(x):
    x = (x + 0x9E3779B9) & M32
    x = ((x ^ (x >> 16)) * 0x85EBCA6B) & M32
    x = ((x ^ (x >> 13)) * 0xC2B2AE35) & M32
    return x ^ (x >> 16)


def visits(count, bits, key):
    mask, shift = (1 << bits) - 1, (bits + 1) >> 1
    a = mix(key)
    b = mix(a)
    c = mix(b)
    for k in range(1 << bits):
        x = ((k ^ a) * (b | 1)) & mask
        x ^= x >> shift
        x = (x * (c | 1)) & mask
        x ^= x >> shift
        x = (x * 0x9E3779B1 + a) & mask
        if x < count:
            yield x


rng = np.random.default_rng(7)
USERS, ITEMS, FACTORS = 9, 12, 6
known = rng.random((USERS, ITEMS)) < 0.5
known[:, 0] = True
users, items = np.nonzero(known)
ratings = rng.integers(1, 11, len(users)) / 2
initial = dict(
    users=rng.normal(size=(USERS, FACTORS)) * 0.3,
    items=rng.normal(size=(ITEMS, FACTORS)) * 0.3,
    implicit=rng.normal(size=(ITEMS, FACTORS)) * 0.3,
    userBias=rng.normal(size=USERS) * 0.1,
    itemBias=rng.normal(size=ITEMS) * 0.1,
)
initial = {k: v.astype(np.float32).astype(np.float64) for k, v in initial.items()}
steps = dict(mean=3.1, rate=0.05, l2=0.08, biasRate=0.03, biasL2=0.02)


def one(t, u, i, r, own):
    """A step on one rating; own: the user's items for SVD++, none for SVD."""
    p, q, y = t["users"], t["items"], t["implicit"]
    scale = 1 / math.sqrt(len(own)) if len(own) else 0
    z = scale * y[own].sum(0) if len(own) else 0
    e = r - (steps["mean"] + t["userBias"][u] + t["itemBias"][i] + q[i] @ (p[u] + z))
    t["userBias"][u] += steps["biasRate"] * (e - steps["biasL2"] * t["userBias"][u])
    t["itemBias"][i] += steps["biasRate"] * (e - steps["biasL2"] * t["itemBias"][i])
    qi, pu = q[i].copy(), p[u].copy()
    p[u] += steps["rate"] * (e * qi - steps["l2"] * pu)
    q[i] += steps["rate"] * (e * (pu + z) - steps["l2"] * qi)
    for j in own:
        y[j] += steps["rate"] * (e * scale * qi - steps["l2"] * y[j])
    return e * e


def run(implicit, epochs=4):
    t = {k: v.copy() for k, v in initial.items()}
    losses = []
    for epoch in range(epochs):
        loss = 0.0
        if implicit:
            for u in range(USERS):
                rows = np.nonzero(users == u)[0]
                own = items[rows]
                for n in visits(len(rows), math.ceil(math.log2(len(rows))), 100 * epoch + u):
                    loss += one(t, u, items[rows[n]], ratings[rows[n]], own)
        else:
            for n in visits(len(users), math.ceil(math.log2(len(users))), epoch):
                loss += one(t, users[n], items[n], ratings[n], [])
        losses.append(loss)
    return dict(losses=losses, **{k: v.tolist() for k, v in t.items()})


print(
    json.dumps(
        dict(
            factors=FACTORS,
            user=users.tolist(),
            item=items.tolist(),
            rating=ratings.tolist(),
            steps=steps,
            initial={k: v.tolist() for k, v in initial.items()},
            svd=run(False),
            svdpp=run(True),
        )
    )
)
