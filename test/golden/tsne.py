"""Golden figures of t-SNE: scikit-learn's on four noisy clusters of eight dimensions, by Barnes-Hut and exactly.

Usage: /usr/bin/python3 test/golden/tsne.py > test/golden/tsne.json
"""
import json
import sys

import numpy
import sklearn
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities, _kl_divergence
from sklearn.metrics import pairwise_distances

rng = numpy.random.RandomState(7)
centres = rng.normal(size=(4, 8)) * 1.5
points = numpy.concatenate([centre + rng.normal(size=(50, 8)) for centre in centres]).round(4)

runs = []
for perplexity in (10, 30):
    for method in ("barnes_hut", "exact"):
        # With the start on principal axes its result does not depend on the seed.
        model = TSNE(perplexity=perplexity, method=method, init="pca", learning_rate="auto", n_iter=1000, random_state=1)
        embedded = model.fit_transform(points)
        runs.append({
            "perplexity": perplexity,
            "method": method,
            "divergence": float(model.kl_divergence_),
            "trustworthiness": float(trustworthiness(points, embedded, n_neighbors=10)),
        })

# A fixed layout, to compare P, the divergence and its gradient themselves.
layout = rng.normal(size=(200, 2)).round(4)
squared = pairwise_distances(points, squared=True).astype(numpy.float32)
joint = _joint_probabilities(squared, 10, 0)
divergence, gradient = _kl_divergence(layout.ravel(), joint, 1, 200, 2)
json.dump({
    "scikit-learn": sklearn.__version__,
    "points": points.tolist(),
    "runs": runs,
    "layout": layout.tolist(),
    "layoutDivergence": float(divergence),
    "layoutGradient": gradient.reshape(200, 2)[:5].tolist(),
    "layoutTrustworthiness": float(trustworthiness(points, layout, n_neighbors=10)),
}, sys.stdout)
