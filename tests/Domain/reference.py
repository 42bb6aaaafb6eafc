"""Computes the expected values that the tests of this folder pin, with code that shares nothing with the project's.

Run: /usr/bin/python3 tests/Domain/reference.py
Last run with Debian 12's Python 3.11.2, numpy 1.24.2, scipy 1.10.1, scikit-learn 1.2.1.
"""
import hashlib
import hmac
import struct

import numpy as np
import scipy.stats
import sklearn.metrics
import sklearn.preprocessing

MASK = (1 << 64) - 1


def features(hba1c, age, bmi, gender):
    return struct.pack("<dddB", hba1c, age, bmi, gender)


def split():
    key = bytes(range(32))
    for row in [(5.4, 44, 23.5, 0), (7.9, 55, 31.25, 1), (0.1 + 0.2, 0, 5, 1)]:
        digest = hmac.new(key, features(*row), hashlib.sha256).digest()
        value = int.from_bytes(digest[:8], "big")
        print("hash", row, value, value % 1000)
    rows = [(5.4, 44, 23.5, 0, 0), (7.9, 55, 31.25, 1, 2), (6.1, 50, 27, 0, 1)]
    packed = sorted(features(*r[:4]) + bytes([r[4]]) for r in rows)
    print("fingerprint", hashlib.sha256(b"".join(packed)).hexdigest())


class Xoshiro256StarStar:
    """From Blackman and Vigna's public-domain C code, https://prng.di.unimi.it/xoshiro256starstar.c and splitmix64.c."""

    def __init__(self, seed, purpose, index=0):
        self.state = seed | purpose << 32
        self.state = self.split_mix() ^ index
        self.s = [self.split_mix() for _ in range(4)]

    def split_mix(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        return z ^ (z >> 31)

    def next(self):
        def rotl(x, k):
            return ((x << k) | (x >> (64 - k))) & MASK

        s = self.s
        result = rotl(s[1] * 5 & MASK, 7) * 9 & MASK
        t = s[1] << 17 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)
        return result


def random_numbers():
    for arguments in [(42, 5), (42, 3, 7), (2**31 - 1, 1)]:
        generator = Xoshiro256StarStar(*arguments)
        print("random", arguments, [generator.next() for _ in range(4)])


TRUTH = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2]
PROBABILITIES = [
    (.80, .15, .05), (.40, .40, .20), (.30, .50, .20), (.10, .80, .10), (.25, .35, .40), (.30, .50, .20),
    (.05, .05, .90), (.10, .20, .70), (.20, .20, .60), (.10, .60, .30), (.45, .10, .45), (.02, .03, .95),
]
HBA1C = [5.6, 5.7, 6.4, 6.0, 6.5, 5.0, 8.0, 9.1, 6.6, 6.2, 7.0, 10.5]


def report(truth, probabilities, hba1c):
    m = sklearn.metrics
    truth, p = np.array(truth), np.array(probabilities)
    predicted = p.argmax(axis=1)
    print("accuracy", m.accuracy_score(truth, predicted), "balanced", m.balanced_accuracy_score(truth, predicted))
    print("macro", m.precision_recall_fscore_support(truth, predicted, average="macro", zero_division=0)[:3])
    print("per class", m.precision_recall_fscore_support(truth, predicted, labels=[0, 1, 2], zero_division=0))
    print("confusion", m.confusion_matrix(truth, predicted, labels=[0, 1, 2]).tolist())
    print("log loss", m.log_loss(truth, p, labels=[0, 1, 2]))
    print("brier", ((p - np.eye(3)[truth]) ** 2).sum(axis=1).mean())
    areas = [m.roc_auc_score(truth == c, p[:, c]) for c in range(3) if 0 < (truth == c).sum() < len(truth)]
    print("auc", areas, np.mean(areas))
    confidence, right = p.max(axis=1), predicted == truth
    bins = np.digitize(confidence, np.arange(16) / 15, right=True)
    print("ece", sum(abs(confidence[bins == b].sum() - right[bins == b].sum()) for b in range(1, 16)) / len(truth))
    ada = np.digitize(hba1c, [5.7, 6.5])
    majority = np.full(len(truth), np.bincount(truth).argmax())
    for name, rule in [("ada", ada), ("majority", majority)]:
        print(name, m.accuracy_score(truth, rule), m.f1_score(truth, rule, average="macro"))


def accuracy_interval():
    """Exact distribution of the stratified resamples' accuracy: a sum of binomials, one for each class."""
    distribution = np.ones(1)
    for rows, right in [(60, 50), (40, 30), (100, 90)]:
        distribution = np.convolve(distribution, scipy.stats.binom.pmf(np.arange(rows + 1), rows, right / rows))
    cumulative = distribution.cumsum()
    print("accuracy interval", np.searchsorted(cumulative, .025) / 200, np.searchsorted(cumulative, .975) / 200)


def comparison_interval():
    """Draws row indices class by class, as the definition says; (truth, baseline, candidate) and how often."""
    cells = [(0, 0, 0, 60), (0, 1, 0, 12), (0, 0, 1, 5), (0, 2, 1, 3), (1, 1, 1, 20), (1, 0, 1, 9), (1, 1, 2, 4),
             (1, 0, 0, 7), (2, 2, 2, 70), (2, 1, 2, 8), (2, 2, 0, 2)]
    rows = np.array([c[:3] for c in cells for _ in range(c[3])])
    f1 = lambda t, p: sklearn.metrics.f1_score(t, p, average="macro")
    print("delta", f1(rows[:, 0], rows[:, 2]) - f1(rows[:, 0], rows[:, 1]))
    random = np.random.default_rng(1)
    strata = [np.flatnonzero(rows[:, 0] == c) for c in range(3)]
    deltas = []
    for _ in range(20_000):
        drawn = rows[np.concatenate([random.choice(s, len(s)) for s in strata])]
        score = []
        for column in (1, 2):
            c = np.bincount(drawn[:, 0] * 3 + drawn[:, column], minlength=9).reshape(3, 3)
            score.append((2 * c.diagonal() / (c.sum(0) + c.sum(1))).mean())
        deltas.append(score[1] - score[0])
    print("delta interval", np.quantile(deltas, [.025, .975]))


def mcnemar():
    for b, c in [(6, 0), (9, 1), (10, 25), (7, 7), (0, 5), (400, 500), (9_000, 9_400), (1_200, 0)]:
        n, k = b + c, min(b, c)
        binomial = scipy.stats.binom(n, .5)
        print("mcnemar", b, c, repr(scipy.stats.binomtest(k, n, .5).pvalue), repr(2 * binomial.cdf(k - 1) + binomial.pmf(k)))


def scaler():
    rows = np.array([(4.9, 50, 24, 0), (5.8, 26, 23.1, 1), (7.4, 33, 21, 0), (12.05, 61, 39.5, 1), (6.1, 45, 29, 1)])
    fitted = sklearn.preprocessing.StandardScaler().fit(rows)
    print("mean", fitted.mean_.tolist(), "scale", fitted.scale_.tolist())
    print("transformed", fitted.transform(rows)[3].tolist())
    constant = sklearn.preprocessing.StandardScaler().fit([[0.1], [0.1], [0.1]])
    print("constant", constant.scale_)


split()
random_numbers()
report(TRUTH, PROBABILITIES, HBA1C)
print("-- without Prediabetes in truth")
report([0, 0, 2, 2], [(.7, .2, .1), (.3, .4, .3), (.1, .2, .7), (.6, .1, .3)], [5, 6, 7, 8])
accuracy_interval()
comparison_interval()
mcnemar()
scaler()
