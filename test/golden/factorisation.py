"""Golden values for EASE, ALS, relations, linear algebra and Gibbs steps: dense numpy, no code of ours.

Run: python3 test/golden/factorisation.py > test/golden/factorisation.json
"""
import json
import numpy as np

rng = np.random.default_rng(7)


def tidy(x):
    return np.asarray(x, dtype=float).round(12).tolist()


def ease(x, lam):
    p = np.linalg.inv(x.T @ x + lam * np.eye(x.shape[1]))
    b = -p / np.diag(p)[None, :]
    np.fill_diagonal(b, 0)
    return b


out = {}

for name, (users, items) in {"easeTall": (14, 6), "easeWide": (5, 9)}.items():
    r = np.where(rng.random((users, items)) < 0.5, rng.integers(1, 6, (users, items)), 0)
    r[np.arange(users), rng.integers(0, items, users)] = 4
    r[rng.integers(0, users, items), np.arange(items)] = 5
    binary = ease((r > 0).astype(float), 3.0)
    out[name] = {
        "ratings": r.tolist(),
        "binary": tidy(binary),
        "scores": tidy((r > 0).astype(float) @ binary),
        # A positive from 3 up, counting a fifth of its stars.
        "threshold3Rating": tidy(ease(np.where(r >= 3, r / 5.0, 0.0), 0.7)),
    }

# One user solved against fixed items: (p, b) with features (q, 1), by augmented least squares.
q = rng.normal(size=(6, 3))
bi = rng.normal(size=6)
rated = [0, 2, 3, 5]
y = np.array([4.0, 2.5, 5.0, 1.0])
mean, reg, bias_reg, exponent = 3.4, 0.3, 0.8, 0.5
a = np.hstack([q[rated], np.ones((4, 1))])
ridge = np.diag(np.sqrt(np.array([reg, reg, reg, bias_reg]) * 4**exponent))
solution = np.linalg.lstsq(np.vstack([a, ridge]), np.concatenate([y - mean - bi[rated], np.zeros(4)]), rcond=None)[0]
out["alsUser"] = {
    "q": tidy(q), "bias": tidy(bi), "rated": rated, "ratings": y.tolist(), "mean": mean,
    "regularisation": reg, "biasRegularisation": bias_reg, "exponent": exponent, "solution": tidy(solution),
}

# One user of implicit feedback, by the dense weighted problem over every item.
alpha0, weight = 0.3, 1.0
w = np.full(6, alpha0)
targets = np.zeros(6)
c = w.copy()
c[rated] += weight
targets[rated] = weight / c[rated]
ridge = 0.05 * (4 + alpha0 * 6) ** 1.0
out["ialsUser"] = {
    "unobservedWeight": alpha0, "regularisation": 0.05,
    "solution": tidy(np.linalg.solve(q.T @ (c[:, None] * q) + ridge * np.eye(3), q.T @ (c * targets))),
}

# An item of collective factorisation: ratings of three users and a relation with four entities, one dense problem.
has = np.array([[1, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 0, 0], [0, 0, 1, 1]], dtype=float)
known = has.sum(1) > 0
share = has[known].sum(0) / known.sum()
v = rng.normal(size=(5, 3))
centred = has - share
entity_ridge, relation_weight = 0.01, 0.4
ents = np.linalg.solve(v[known].T @ v[known] + entity_ridge * known.sum() * np.eye(3), v[known].T @ centred[known]).T
p = rng.normal(size=(3, 3))
bu = rng.normal(size=3)
ry = np.array([3.0, 4.5, 2.0])
rows = np.vstack([np.hstack([np.ones((3, 1)), p]), np.sqrt(relation_weight) * np.hstack([np.zeros((4, 1)), ents])])
rhs = np.concatenate([ry - mean - bu, np.sqrt(relation_weight) * centred[2]])
ridge = np.diag(np.sqrt(np.array([bias_reg, reg, reg, reg]) * 3**exponent))
out["relation"] = {
    "has": has.tolist(), "items": tidy(v), "entityRegularisation": entity_ridge, "weight": relation_weight,
    "entities": tidy(ents), "p": tidy(p), "userBias": tidy(bu), "ratings": ry.tolist(),
    "itemTwo": tidy(np.linalg.lstsq(np.vstack([rows, ridge]), np.concatenate([rhs, np.zeros(4)]), rcond=None)[0]),
}

# Linear algebra: a matrix of condition 1e6.
n = 45
basis = np.linalg.qr(rng.normal(size=(n, n)))[0]
m = basis @ np.diag(np.logspace(0, 6, n)) @ basis.T
m = (m + m.T) / 2
out["inverse"] = {"matrix": np.round(m, 9).tolist()}
m = np.array(out["inverse"]["matrix"])
out["inverse"]["inverse"] = np.linalg.inv(m).tolist()
out["inverse"]["eigenvalues"] = np.linalg.eigvalsh(m)[::-1].tolist()

# A user's posterior mean in a Gibbs step: prior N(m, L^-1), noise precision 1.7.
prior_mean = rng.normal(size=4)
root = rng.normal(size=(4, 4))
precision = root @ root.T + np.eye(4)
noise = 1.7
post = precision + noise * a.T @ a
out["gibbsUser"] = {
    "priorMean": tidy(prior_mean), "priorPrecision": tidy(precision), "noise": noise,
    "mean": tidy(np.linalg.solve(post, precision @ prior_mean + noise * a.T @ (y - mean - bi[rated]))),
    "covariance": tidy(np.linalg.inv(post)),
}

# The normal-Wishart posterior of Salakhutdinov and Mnih's equation 14, of twelve rows: expectations.
x = rng.normal(size=(12, 2)) @ np.array([[1.0, 0.4], [0.0, 0.7]]) + np.array([0.5, -1.0])
beta = 2.0
avg = x.mean(0)
inv_scale = np.eye(2) + (x - avg).T @ (x - avg) + beta * 12 / (beta + 12) * np.outer(avg, avg)
out["normalWishart"] = {
    "rows": tidy(x), "beta": beta,
    "mean": tidy(12 * avg / (beta + 12)), "precision": tidy((2 + 12) * np.linalg.inv(inv_scale)),
}

print(json.dumps(out))
