#!/usr/bin/env python3
"""Compares the service's network with scikit-learn's models and a cross-fitted network in PyTorch, on the same rows and the same folds.

usage: quality.py SERVICE CSV [--keys 5] [--seeds 2] [--references-only] [--no-mlp] [--epochs 190] [--trees 500]

SERVICE is ModelOps.WebApi.dll as it was built. For each key a fresh installation is started on a temporary data directory and a free port;
it makes its own key. CSV is uploaded and trained on with `crossfit-ple`, once for each seed, over HTTP; the figures are those of the
version's own evaluation. The folds of the references are computed from the key in the version's metadata.json, as the service does:
HMAC-SHA256 of the inputs, first 8 bytes, mod 1000, divided by 100. --references-only starts no service and draws the keys itself.
Prints a markdown table: the mean over keys ± the standard deviation over keys (each key's value is the mean over its seeds).
"""
import argparse, hashlib, hmac, math, os, statistics, struct, sys
os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import f1_score
from service import Service, read

def folds(key, x):
    def fold(row):
        digest = hmac.new(key, struct.pack("<ddd", *row[:3]) + bytes([int(row[3])]), hashlib.sha256).digest()
        return int.from_bytes(digest[:8], "big") % 1000 // 100
    return np.array([fold(row) for row in x])


def figures(p, y):
    n, q = len(y), p.argmax(1)
    top = p[np.arange(n), q]
    bins = np.clip(np.ceil(top * 15).astype(int) - 1, 0, 14)
    return {
        "macro F1": f1_score(y, q, average="macro"), "accuracy": np.mean(q == y),
        "log loss": -np.mean(np.log(np.clip(p[np.arange(n), y], 1e-15, 1))), "Brier": np.mean(((p - np.eye(3)[y]) ** 2).sum(1)),
        "ECE": sum(abs(top[bins == b].sum() - (q == y)[bins == b].sum()) for b in range(15)) / n,
        "missed diabetics": np.mean(q[y == 2] != 2),
    }


def rule(x, y, test, seed):
    p = np.full((len(test), 3), 0.05)
    p[np.arange(len(test)), np.digitize(test[:, 0], [5.7, 6.5])] = 0.9
    return p


def sklearn(model):
    def fit(x, y, test, seed):
        fitted = model(seed).fit(x, y)
        p = np.zeros((len(test), 3))
        p[:, fitted.classes_] = fitted.predict_proba(test)
        return p
    return fit


def mlp(epochs):
    """
    The network mlp-bn as the service trains it: one hidden layer with batch normalisation and dropout on oversampled rows, its rate a half
    cosine from five times 0.001. The epoch is chosen by the log loss of one row in nine, drawn of the rows to train on.
    """
    def fit(x, y, test, seed):
        import torch
        torch.set_num_threads(1)
        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        kept = rng.random(len(y)) < 1 / 9
        if len(np.unique(y[~kept])) < len(np.unique(y)):
            kept[:] = False
        mean, spread = x[~kept].mean(0), x[~kept].std(0) + 1e-12
        scaled = lambda rows: torch.tensor((rows - mean) / spread, dtype=torch.float32)
        train = np.flatnonzero(~kept)
        largest = np.bincount(y[train]).max()
        rows = np.concatenate([np.r_[r, rng.choice(r, largest - len(r))] for r in (train[y[train] == c] for c in np.unique(y[train]))])
        inputs, truth = scaled(x[rows]), torch.tensor(y[rows])
        nn = torch.nn
        net = nn.Sequential(nn.Linear(4, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 3))
        optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
        best, answer = math.inf, None
        for epoch in range(epochs):
            for group in optimizer.param_groups:
                group["lr"] = 0.005 * 0.5 * (1 + math.cos(math.pi * epoch / epochs))
            net.train()
            for batch in torch.randperm(len(rows)).split(64):
                if len(batch) > 1:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(net(inputs[batch]), truth[batch]).backward()
                    optimizer.step()
            net.eval()
            with torch.no_grad():
                loss = float(nn.functional.cross_entropy(net(scaled(x[kept])), torch.tensor(y[kept]))) if kept.any() else -epoch
                if loss < best:
                    best, answer = loss, torch.softmax(net(scaled(test)), 1).double().numpy()
        return answer
    return fit


def cross_fitted(fit, x, y, fold, seed):
    p = np.empty((len(y), 3))
    for f in np.unique(fold):
        p[fold == f] = fit(x[fold != f], y[fold != f], x[fold == f], seed)
    return figures(p, y)


def judged(service, dataset, seed, epochs):
    """The key of the folds, and the figures of a new version's own evaluation."""
    job = service.train(dataset, architecture="crossfit-ple", seed=seed, epochs=epochs)
    print("crossfit-ple, seed %d: trained in %.2f s" % (seed, job["training_time"]), file=sys.stderr, flush=True)
    version = "/model/versions/" + job["version"]
    e = service.call(version)["evaluation"]
    missed = e["missed_diabetes"]
    return bytes.fromhex(service.call(version + "/files/metadata.json")["split_key"]), {
        "macro F1": e["f1_score"], "accuracy": e["accuracy"], "log loss": e["loss"], "Brier": e["brier_score"],
        "ECE": e["calibration_error"], "missed diabetics": missed["missed"] / max(missed["of"], 1),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service")
    parser.add_argument("csv")
    parser.add_argument("--keys", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--references-only", action="store_true")
    parser.add_argument("--no-mlp", action="store_true")
    parser.add_argument("--epochs", type=int, default=190)
    parser.add_argument("--trees", type=int, default=500)
    a = parser.parse_args()
    x, y = read(a.csv)
    references = {
        "HbA1c rule": rule,
        "histogram boosting": sklearn(lambda s: HistGradientBoostingClassifier(random_state=s)),
        "random forest": sklearn(lambda s: RandomForestClassifier(a.trees, random_state=s)),
        "gradient boosting": sklearn(lambda s: GradientBoostingClassifier(random_state=s)),
    }
    if not a.no_mlp:
        references["mlp-bn, cross-fitted"] = mlp(a.epochs)
    results = {}
    for k in range(a.keys):
        runs = {}
        if a.references_only:
            key = hashlib.sha256(b"split key %d" % k).digest()
        else:
            with Service(a.service) as service:
                dataset = service.upload(a.csv)
                for seed in range(a.seeds):
                    key, each = judged(service, dataset, seed, a.epochs)
                    runs.setdefault("crossfit-ple", []).append(each)
                    print("crossfit-ple: " + ", ".join("%s %.4f" % f for f in each.items()), file=sys.stderr, flush=True)
        fold = folds(key, x)
        for name, fit in references.items():
            runs[name] = [cross_fitted(fit, x, y, fold, seed) for seed in range(1 if fit is rule else a.seeds)]
            print("%s: %s" % (name, ", ".join("%s %.4f" % f for f in runs[name][0].items())), file=sys.stderr, flush=True)
        for name, each in runs.items():
            results.setdefault(name, []).append({f: statistics.mean(float(r[f]) for r in each) for f in each[0]})
        print("key %d of %d done" % (k + 1, a.keys), file=sys.stderr, flush=True)
    names = list(next(iter(results.values()))[0])
    print("%d distinct rows, %d keys x %d seeds, mean ± sd over keys\n" % (len(y), a.keys, a.seeds))
    print("| model | %s |\n|---|%s" % (" | ".join(names), "---|" * len(names)))
    for model, each in results.items():
        values = [[r[f] for r in each] for f in names]
        cells = ["%.3f ± %.3f" % (statistics.mean(v), statistics.stdev(v) if len(v) > 1 else math.nan) for v in values]
        print("| %s | %s |" % (model, " | ".join(cells)))


main()
