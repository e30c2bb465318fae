"""Prints PyTorch's version and the library behind its matrix products."""
import os
import re

import torch

torch.ones(2, 2) @ torch.ones(2, 2)
try:
    with open("/proc/self/maps") as maps:
        paths = sorted({os.path.realpath(line.split()[-1]) for line in maps if "/" in line})
except OSError:
    paths = []
# Debian gives every BLAS the same name, libblas.so.3, in a folder of its own; a PyTorch of another origin brings its own along.
shared = [path for path in paths if os.path.basename(path).startswith("libblas.so")]
known = r"openblas|mkl|blis|atlas"
if shared:
    found = re.search(known, os.path.dirname(shared[0]))
    blas = found.group() if found else "reference BLAS"
else:
    own = os.path.dirname(torch.__file__)
    found = re.search(known, " ".join(os.path.basename(path) for path in paths if path.startswith(own)))
    blas = found.group() if found else None
print(torch.__version__ + (f" with {blas}" if blas else ""))
