#!/usr/bin/env python3
"""Measures the served model on rows that it never saw.

usage: unseen.py kept-apart SERVICE CSV [--splits 10]      one fifth of the rows is kept apart, the service trains on the rest; five splits
                                                      cover each row once, the next five are drawn anew
       unseen.py small      SERVICE [--seeds 10]           trainings on 10, 20 and 50 made-up rows, judged by 5,000 of another seed

Each split or seed has an installation of its own, started on a temporary data directory, with a key of its own. `crossfit-ple` is trained
with the default parameters and activated, and /model/predict/batch answers the rows that were kept apart.
"""
import argparse, os, statistics, subprocess, sys, tempfile
import numpy as np
from sklearn.metrics import f1_score
from service import Service, read, write


def macro_f1(y, p):
    return f1_score(y, p.argmax(1), average="macro")


def served(dll, x, y, unseen):
    """The job, the version's evaluation, the seconds of its activation and its answers to the unseen rows."""
    with tempfile.TemporaryDirectory() as folder, Service(dll) as service:
        path = os.path.join(folder, "rows.csv")
        write(path, x, y)
        job = service.train(service.upload(path), architecture="crossfit-ple")
        seconds = service.activate(job["version"])
        return job, service.call("/model/versions/" + job["version"])["evaluation"], seconds, service.predict(unseen)


def spread(values):
    return "%.4f ± %.4f (%.4f to %.4f)" % (statistics.mean(values), statistics.stdev(values), min(values), max(values))


def kept_apart(a):
    x, y = read(a.csv)
    reported, unseen, losses, gaps, answers, activations = [], [], [], [], [], []
    for split in range(a.splits):
        apart = np.random.default_rng(split // 5).permutation(len(y)) % 5 == split % 5
        _, evaluation, seconds, p = served(a.service, x[~apart], y[~apart], x[apart])
        truth = y[apart]
        reported.append(evaluation["f1_score"])
        unseen.append(macro_f1(truth, p))
        losses.append(-np.mean(np.log(p[np.arange(len(truth)), truth])))
        gaps.append(p.mean(0) - np.bincount(truth, minlength=3) / len(truth))
        activations.append(seconds)
        answers.append((truth, p))
        print("split %d: reported %.4f, apart %.4f, log loss %.4f, mean p - share %s, activated in %.2f s" % (
            split, reported[-1], unseen[-1], losses[-1], np.round(gaps[-1], 4), seconds), flush=True)
    truth, p = np.concatenate([t for t, _ in answers]), np.concatenate([p for _, p in answers])
    print("reported macro F1      " + spread(reported))
    print("kept apart macro F1    " + spread(unseen) + ", pooled %.4f" % macro_f1(truth, p))
    print("kept apart log loss    " + spread(losses))
    print("mean p - share         pooled %s, largest of a split %.4f, mean over splits of the largest %.4f" % (
        np.round(p.mean(0) - np.bincount(truth, minlength=3) / len(truth), 4), np.abs(gaps).max(), np.abs(gaps).max(1).mean()))
    print("activation, s          " + spread(activations))


def small(a):
    with tempfile.TemporaryDirectory() as folder:
        def sample(rows, seed):
            path = os.path.join(folder, "sample.csv")
            with open(path, "wb") as file:
                subprocess.run(["dotnet", a.service, "sample", str(rows), str(seed)], stdout=file, check=True)
            return read(path)
        unseen, truth = sample(5000, 9_999)
        results = {10: [], 20: [], 50: []}
        for seed in range(1, a.seeds + 1):
            for rows, values in results.items():
                x, y = (column[:rows] for column in sample(2 * rows, seed))  # the sample has a few duplicates
                if len(np.unique(y)) < 2:
                    continue
                p = served(a.service, x, y, unseen)[3]
                values.append(macro_f1(truth, p))
                print("seed %d, %d rows: %.4f" % (seed, rows, values[-1]), flush=True)
        rule = np.eye(3)[np.digitize(unseen[:, 0], [5.7, 6.5])]
        print("the rule alone: %.4f" % macro_f1(truth, rule))
        for rows, values in results.items():
            print("%2d rows, %d trainings: %s" % (rows, len(values), spread(values)))


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("what", choices=["kept-apart", "small"])
parser.add_argument("service")
parser.add_argument("csv", nargs="?")
parser.add_argument("--splits", type=int, default=10)
parser.add_argument("--seeds", type=int, default=10)
a = parser.parse_args()
if a.what == "kept-apart" and a.csv is None:
    sys.exit("CSV is missing")
{"kept-apart": kept_apart, "small": small}[a.what](a)
