"""Computes the expected values that the tests of this folder pin, with code that shares nothing with the project's.

Run: /usr/bin/python3 tests/Domain/reference.py
Last run with Debian 12's Python 3.11.2, numpy 1.24.2, scipy 1.10.1, scikit-learn 1.2.1.
"""
import hashlib
import hmac
import math
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


    def double(self):
        return (self.next() >> 11) / 2**53

    def below(self, bound):
        """Lemire, "Fast random integer generation in an interval", 2019, with 32-bit words."""
        while True:
            product = (self.next() >> 32) * bound
            if product % 2**32 >= 2**32 % bound:
                return product >> 32


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


def binomial(generator, trials, successes_of, of):
    """Compares the binary digits of each undecided trial's random number with those of the probability, all trials at once."""
    if successes_of in (0, of):
        return trials if successes_of else 0
    successes, undecided = 0, trials
    while undecided and successes_of:
        successes_of *= 2
        ones, bits = 0, undecided
        while bits > 0:
            word = generator.next()
            ones += (word if bits >= 64 else word >> (64 - bits)).bit_count()
            bits -= 64
        if successes_of >= of:
            successes_of -= of
            successes += undecided - ones
            undecided = ones
        else:
            undecided -= ones
    return successes


def seeded_intervals():
    """The intervals that a seed gives; the cells are those of the tests, and 1, 2 and 41 the numbers of resamples."""
    cells = np.zeros((3, 9), int)
    for truth, baseline, candidate, count in [(0, 0, 0, 60), (0, 1, 0, 12), (0, 0, 1, 5), (0, 2, 1, 3), (1, 1, 1, 20), (1, 0, 1, 9),
                                              (1, 1, 2, 4), (1, 0, 0, 7), (2, 2, 2, 40), (2, 1, 2, 40)]:
        cells[truth, baseline * 3 + candidate] = count
    for resamples in (1, 2, 41):
        generator, deltas = Xoshiro256StarStar(42, 5), []
        for _ in range(resamples):
            drawn = np.zeros_like(cells)
            for truth in range(3):
                rows = of = int(cells[truth].sum())
                for cell in sorted(range(9), key=lambda c: -cells[truth, c]):
                    drawn[truth, cell] = binomial(generator, rows, int(cells[truth, cell]), of)
                    rows -= int(drawn[truth, cell])
                    of -= int(cells[truth, cell])
            table = drawn.reshape(3, 3, 3)
            score = [(2 * c.diagonal() / (c.sum(0) + c.sum(1))).mean() for c in (table.sum(2), table.sum(1))]
            deltas.append(score[1] - score[0])
        print("seeded interval", resamples, np.quantile(deltas, [.025, .975]).tolist())


def sample():
    """Synthetic patients by the description of SampleGenerator."""
    generator = Xoshiro256StarStar(5, 6)
    profiles = [(5.2, .35, 42, 24.5), (6.1, .28, 51, 28), (8.2, 1.3, 57, 30)]
    choose = lambda: int(np.searchsorted([.5, .63], generator.double(), side="right"))

    def normal():
        radius = math.sqrt(-2 * math.log(1 - generator.double()))
        return radius * math.cos(2 * math.pi * generator.double())

    rows, last = [], None
    for _ in range(3_000):
        if last and generator.double() < .01:
            if generator.double() < .3:
                last = (*last[:4], (last[4] + 1 + generator.below(2)) % 3)
        else:
            centre, spread, age, bmi = profiles[choose()]
            hba1c = float(np.round(np.clip(centre + spread * normal(), 3.5, 15), 2))
            age = float(np.round(np.clip(age + 13 * normal(), 18, 95)))
            bmi = float(np.round(np.clip(bmi + 4.5 * normal(), 15, 55), 2))
            gender = generator.below(2)
            blur = .08 * normal()
            shift = .28 * (np.clip((age - 50) / 25, -1, 1) + np.clip((bmi - 27) / 6, -1, 1) + (.5 if gender else -.5))
            diagnosis = choose() if generator.double() < .025 else int(np.digitize(hba1c + shift + blur, [5.7, 6.5]))
            last = (hba1c, age, bmi, gender, diagnosis)
        rows.append(last)
    print("sample", rows[:3])
    print("sample diagnoses", np.bincount([r[4] for r in rows]), "repeated", sum(a[:4] == b[:4] for a, b in zip(rows, rows[1:])))
    print("sample sha256", hashlib.sha256(b"".join(sorted(features(*r[:4]) + bytes([r[4]]) for r in rows))).hexdigest())


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
seeded_intervals()
sample()
