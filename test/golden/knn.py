"""Neighbourhood models over dense matrices, straight from their formulas, in float64. Writes knn.json.

Usage: python3 test/golden/knn.py > test/golden/knn.json
"""
import itertools
import json

import numpy as np

USERS, ITEMS = 14, 11
rng = np.random.default_rng(4)
taste = rng.normal(size=(USERS, 2)) @ rng.normal(size=(2, ITEMS))
full = np.clip(np.round((3.4 + taste + rng.normal(size=(USERS, ITEMS)) * 0.6) * 2) / 2, 0.5, 5)
known = rng.random((USERS, ITEMS)) < 0.55
known[0, :] = False  # a user without ratings
known[:, 0] = False  # an item without ratings
known[1, :] = False
known[1, 3] = True  # a user with one
R = np.where(known, full, np.nan)


def damped(values, centre, damping):
    values = values[~np.isnan(values)]
    return centre if len(values) == 0 else centre + np.sum(values - centre) / (len(values) + damping)


def baseline(damping, sweeps):
    mean = np.nanmean(R)
    users = np.zeros(USERS)
    for _ in range(sweeps):
        items = np.array([damped(R[:, i] - mean - users, 0, damping) for i in range(ITEMS)])
        users = np.array([damped(R[u] - mean - items, 0, damping) for u in range(USERS)])
    return mean, users, items


def similarities(M, values, kind, lengths, support, shrinkage):
    """M: rows x columns with NaN; values: what a rating stands for (Pearson's means are taken here)."""
    rows = len(M)
    S = np.zeros((rows, rows))
    for a, b in itertools.permutations(range(rows), 2):
        common = ~np.isnan(M[a]) & ~np.isnan(M[b])
        n = common.sum()
        if n < support:
            continue
        x, y = values[a][common], values[b][common]
        if kind == "msd":
            s = 1 / (np.mean((x - y) ** 2) + 1)
        else:
            if kind == "pearson":
                if lengths == "common":
                    x, y = x - x.mean(), y - y.mean()
                else:
                    x, y = x - np.nanmean(M[a]), y - np.nanmean(M[b])
            if lengths == "common":
                lx, ly = np.linalg.norm(x), np.linalg.norm(y)
            else:
                lx, ly = (
                    np.sqrt(np.nansum((values[r] - (np.nanmean(M[r]) if kind == "pearson" else 0)) ** 2)) for r in (a, b)
                )
            s = x @ y / (lx * ly) if lx * ly > 1e-12 else 0
        S[a, b] = s * n / (n + shrinkage)
    return S


def predict(side, p):
    mean, bu, bi = baseline(p["damping"], p["sweeps"])
    B = mean + bu[:, None] + bi[None, :]
    M = R if side == "user" else R.T
    values = M.copy()
    if p["similarity"] == "adjusted-cosine":
        values = M - np.array([mean if np.isnan(c).all() else np.nanmean(c) for c in M.T])[None, :]
    if p["similarity"] == "baseline":
        values = M - (B if side == "user" else B.T)
    S = similarities(M, values, p["similarity"], p["lengths"], p["minSupport"], p["shrinkage"])
    means = np.array([damped(row, mean, p["damping"]) for row in M])
    base = {"none": np.zeros_like(M), "mean": np.repeat(means[:, None], M.shape[1], 1), "baseline": B if side == "user" else B.T}
    base = base[p["centre"]]
    out = np.zeros_like(M)
    for a in range(M.shape[0]):
        for c in range(M.shape[1]):
            near = [b for b in range(M.shape[0]) if b != a and not np.isnan(M[b, c]) and S[a, b] > 0]
            near.sort(key=lambda b: (-np.float32(S[a, b]), b))
            near = near[: p["k"]]
            if len(near) < p["minNeighbours"]:
                out[a, c] = (B if side == "user" else B.T)[a, c]
            else:
                w = S[a, near]
                out[a, c] = base[a, c] + w @ (M[near, c] - base[near, c]) / w.sum()
    return (out if side == "user" else out.T), S


def case(side, **changes):
    p = dict(similarity="baseline", lengths="all", k=4, minNeighbours=1, minSupport=1, shrinkage=2, centre="baseline", damping=5, sweeps=3)
    p.update(changes)
    scores, S = predict(side, p)
    return dict(side=side, settings=p, scores=np.round(scores, 7).tolist(), similarities=np.round(S, 7).tolist())


cases = []
for side in ("user", "item"):
    for kind in ("cosine", "pearson", "adjusted-cosine", "baseline"):
        for lengths in ("common", "all"):
            cases.append(case(side, similarity=kind, lengths=lengths))
    cases.append(case(side, similarity="msd"))
    cases.append(case(side, similarity="pearson", centre="mean", minSupport=3, damping=0))
    cases.append(case(side, similarity="cosine", centre="none", k=None, shrinkage=0))
    cases.append(case(side, k=2, minNeighbours=2, shrinkage=10, sweeps=1))

rows = [[int(u), int(i), float(R[u, i])] for u, i in zip(*np.nonzero(known))]
print(json.dumps(dict(users=USERS, items=ITEMS, ratings=rows, cases=cases)))
