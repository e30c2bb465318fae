"""Metrics of a random case by naive definitions, checked against scikit-learn where it has the metric.

python3 test/golden/evaluation.py > test/golden/evaluation.json
"""
import json
import math

import numpy as np
from sklearn.metrics import mean_absolute_error, mean_squared_error, ndcg_score, roc_auc_score

rng = np.random.default_rng(20261120)
USERS, ITEMS = 25, 40
# Scores with one decimal, so that ties abound.
scores = np.round(rng.normal(3, 1, (USERS, ITEMS)), 1).astype(np.float32)
train, validation, test = [], [], []
for u in range(USERS):
    # The last five items are never in training, the last two users neither.
    for i in range(ITEMS):
        r = rng.random()
        rating = float(rng.integers(1, 11)) / 2
        if r < 0.25 and u < USERS - 2 and i < ITEMS - 5:
            train.append([u, i, rating])
        elif r < 0.30:
            validation.append([u, i, rating])
        elif r < 0.45:
            test.append([u, i, rating])
rng.shuffle(train)
rng.shuffle(test)
train = [[int(u), int(i), float(r)] for u, i, r in train]
test = [[int(u), int(i), float(r)] for u, i, r in test]

popularity = np.zeros(ITEMS)
for u, i, r in train:
    popularity[i] += 1
train_users = len({u for u, _, _ in train})
genres = [[g for g in range(5) if rng.random() < 0.4] for _ in range(ITEMS)]


def cosine(a, b):
    x = np.array([g in genres[a] for g in range(5)], float)
    y = np.array([g in genres[b] for g in range(5)], float)
    n = np.linalg.norm(x) * np.linalg.norm(y)
    return float(x @ y / n) if n > 0 else 0.0


def list_metrics(order, relevant, rating, k):
    """order: items best first; relevant: a set; rating: dict of all test ratings."""
    top = order[:k]
    hits = [1 if i in relevant else 0 for i in top]
    n = len(relevant)
    dcg = sum(h / math.log2(r + 2) for r, h in enumerate(hits))
    ideal = sum(1 / math.log2(r + 2) for r in range(min(n, k)))
    ap = sum(sum(hits[: r + 1]) / (r + 1) for r, h in enumerate(hits) if h)
    out = {
        "precision": sum(hits) / k,
        "recall": sum(hits) / n,
        "ndcg": dcg / ideal,
        "map": ap / n,
        "map-recbole": ap / min(n, k),
        "mrr": next((1 / (r + 1) for r, h in enumerate(hits) if h), 0.0),
        "hit": float(any(hits)),
    }
    for name, gain in (("ndcg-linear", lambda x: x), ("ndcg-exp", lambda x: 2**x - 1)):
        best = sorted(rating.values(), reverse=True)[:k]
        got = sum(gain(rating[i]) / math.log2(r + 2) for r, i in enumerate(top) if i in rating)
        out[name] = got / sum(gain(x) / math.log2(r + 2) for r, x in enumerate(best))
        # scikit-learn's, over all ranked items, on scores that spell out our order.
        truth = np.array([[gain(rating[i]) if i in rating else 0.0 for i in order]])
        place = np.array([[-r for r in range(len(order))]], float)
        if len(order) > 1:
            assert abs(ndcg_score(truth, place, k=k) - out[name]) < 1e-9
    return out


def full(threshold, which, k):
    values, lists, auc = [], [], []
    dropped = {"user": 0, "item": 0, "seen": 0, "irrelevant": 0, "positives": 0, "pairs": 0}
    candidates = {i for i in range(ITEMS) if which == "all" or popularity[i] > 0}
    for u in range(USERS):
        mine = [(i, r) for v, i, r in test if v == u]
        if not any(v == u for v, _, _ in train):
            dropped["user"] += len(mine)
            continue
        seen = {i for v, i, _ in train + validation if v == u}
        rankable = candidates - seen
        dropped["item"] += sum(i not in candidates for i, _ in mine)
        dropped["seen"] += sum(i in candidates and i in seen for i, _ in mine)
        rating = {i: r for i, r in mine if i in rankable}
        relevant = {i for i, r in rating.items() if threshold is None or r >= threshold}
        dropped["irrelevant"] += len(rating) - len(relevant)
        dropped["positives"] += len(relevant)
        if not relevant:
            continue
        order = sorted(rankable, key=lambda i: (-scores[u, i], i))
        dropped["pairs"] += len(order)
        lists.append(order[:k])
        values.append(list_metrics(order, relevant, rating, k))
        auc.append(roc_auc_score([i in relevant for i in order], [scores[u, i] for i in order]))
    out = {name: float(np.mean([v[name] for v in values])) for name in values[0]}
    exposure = np.zeros(ITEMS)
    for top in lists:
        for i in top:
            exposure[i] += 1
    x = np.array([exposure[i] for i in candidates])
    out["coverage"] = float(np.mean(x > 0))
    # Gini by its definition: the mean absolute difference over twice the mean.
    out["gini"] = float(np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean()))
    out["popularity"] = float(np.mean([np.mean([popularity[i] for i in top]) for top in lists]))
    out["novelty"] = float(
        np.mean([np.mean([-math.log2(max(popularity[i], 0.5) / train_users) for i in top]) for top in lists])
    )
    out["diversity"] = float(
        np.mean([1 - np.mean([cosine(a, b) for n, a in enumerate(top) for b in top[:n]]) for top in lists])
    )
    metrics = {f"{name}@{k}": value for name, value in out.items()}
    metrics["auc"] = float(np.mean(auc))
    return {"metrics": metrics, "dropped": dropped, "lists": len(lists), "candidates": len(candidates)}


def rated(threshold, k, empty):
    precision, recall, linear, exponential = [], [], [], []
    for u in range(USERS):
        mine = {i: r for v, i, r in test if v == u}
        if not mine:
            continue
        predicted = {i: min(5.0, max(0.5, float(scores[u, i]))) for i in mine}
        order = sorted(mine, key=lambda i: (-predicted[i], i))
        recommended = [i for i in order[:k] if predicted[i] >= threshold]
        relevant = [i for i in mine if mine[i] >= threshold]
        good = sum(i in relevant for i in recommended)
        for values, count in ((precision, len(recommended)), (recall, len(relevant))):
            if count:
                values.append(good / count)
            elif empty != "leave-out":
                values.append(0.0 if empty == "zero" else 1.0)
        m = list_metrics(order, {order[0]}, mine, k)
        linear.append(m["ndcg-linear"])
        exponential.append(m["ndcg-exp"])
    return {
        f"precision@{k}": float(np.mean(precision)),
        f"recall@{k}": float(np.mean(recall)),
        f"ndcg-linear@{k}": float(np.mean(linear)),
        f"ndcg-exp@{k}": float(np.mean(exponential)),
    }


def sampled(negatives, k):
    values, auc = [], []
    for row, (u, i, r) in enumerate(test):
        if str(row) not in negatives:
            continue
        others = [scores[u, j] for j in negatives[str(row)]]
        rank = 1 + sum(s >= scores[u, i] for s in others)
        inside = rank <= k
        values.append([float(inside), 1 / math.log2(1 + rank) if inside else 0.0, 1 / rank if inside else 0.0])
        auc.append(np.mean([1.0 if s < scores[u, i] else 0.5 if s == scores[u, i] else 0.0 for s in others]))
    hit, ndcg, mrr = np.mean(values, axis=0)
    return {f"hit@{k}": hit, f"ndcg@{k}": ndcg, f"mrr@{k}": mrr, "auc": float(np.mean(auc))}


negatives = {}
for row, (u, i, r) in enumerate(test):
    if any(v == u for v, _, _ in train) and popularity[i] > 0:
        taken = {j for v, j, _ in train + validation + test if v == u}
        free = [j for j in range(ITEMS) if j not in taken and popularity[j] > 0]
        negatives[str(row)] = [int(j) for j in rng.choice(free, 8, replace=False)]

clipped = [min(5.0, max(0.5, float(scores[u, i]))) for u, i, _ in test]
truth = [r for _, _, r in test]
print(
    json.dumps(
        {
            "users": USERS,
            "items": ITEMS,
            "train": train,
            "validation": validation,
            "test": test,
            "scores": [round(float(s), 1) for s in scores.ravel()],
            "genres": [[f"g{g}" for g in own] for own in genres],
            "rating": {
                "rmse": math.sqrt(mean_squared_error(truth, clipped)),
                "mae": mean_absolute_error(truth, clipped),
            },
            "full": [
                {"threshold": t, "candidates": c, "k": k, "expected": full(t, c, k)}
                for t, c, k in [(None, "training", 10), (4, "training", 5), (None, "all", 3), (3.5, "all", 40)]
            ],
            "rated": [
                {"threshold": t, "k": k, "empty": e, "expected": rated(t, k, e)}
                for t, k, e in [(3, 10, "zero"), (4, 2, "one"), (4.5, 2, "leave-out"), (4.5, 3, "zero")]
            ],
            "sampled": {"negatives": negatives, "k": 3, "expected": sampled(negatives, 3)},
        }
    )
)
