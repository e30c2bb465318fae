"""Golden figures of preference rates: scipy's exact binomial test and Wilson interval.

Usage: /usr/bin/python3 test/golden/study.py > test/golden/study.json
"""
import json

from scipy.stats import binomtest

cases = []
# The first is the paper's: 71.67% of 100 participants' 15 answers each.
for successes, n in [(1075, 1500), (11, 15), (0, 15), (15, 15), (7, 14), (1, 3), (8, 15), (0, 1), (740, 1500)]:
    test = binomtest(successes, n)
    interval = test.proportion_ci(method="wilson")
    cases.append({"successes": successes, "n": n, "low": interval.low, "high": interval.high, "p": test.pvalue})
print(json.dumps(cases, indent=1))
