"""Damped biases of a small table, in plain Python floats: writes bias.json beside this file."""
import json, pathlib

ratings = [(0, 0, 5.0), (0, 1, 3.0), (0, 3, 4.0), (1, 0, 4.0), (1, 1, 2.5), (2, 1, 1.0), (2, 2, 3.5), (2, 3, 2.0), (3, 3, 5.0)]
users, items = 5, 5  # the last of each has no rating


def biases(item_damping, user_damping, sweeps):
    mean = sum(r for _, _, r in ratings) / len(ratings)
    bu, bi = [0.0] * users, [0.0] * items
    for _ in range(sweeps):
        for i in range(items):
            rest = [r - mean - bu[u] for u, j, r in ratings if j == i]
            bi[i] = sum(rest) / (len(rest) + item_damping) if rest else 0.0
        for u in range(users):
            rest = [r - mean - bi[i] for v, i, r in ratings if v == u]
            bu[u] = sum(rest) / (len(rest) + user_damping) if rest else 0.0
    return [[mean + bu[u] + bi[i] for i in range(items)] for u in range(users)]


cases = [
    {"itemDamping": a, "userDamping": b, "sweeps": s, "predictions": biases(a, b, s)}
    for a, b, s in [(5, 5, 1), (0, 0, 1), (10, 25, 1), (5, 5, 8)]
]
path = pathlib.Path(__file__).with_name("bias.json")
path.write_text(json.dumps({"ratings": ratings, "users": users, "items": items, "cases": cases}))
