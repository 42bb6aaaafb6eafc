#!/usr/bin/env python3
"""Compares the service's network with scikit-learn's models and a cross-fitted network in PyTorch, on the same rows and the same folds.

usage: quality.py SERVICE CSV [--keys 5] [--seeds 2] [--references-only] [--no-mlp] [--mlp-epochs 190]

SERVICE is ModelOps.WebApi.dll as it was built. For each key a fresh installation is started on a temporary data directory and a free port;
it makes its own key. CSV is uploaded and trained on with `crossfit-ple`, once for each seed, over HTTP; the figures are those of the
version's own evaluation. The folds of the references are computed from the key in the version's metadata.json, as the service does:
HMAC-SHA256 of the inputs, first 8 bytes, mod 1000, divided by 100. --references-only starts no service and draws the keys itself.
Prints a markdown table: the mean over keys ± the standard deviation over keys (each key's value is the mean over its seeds).
"""
import argparse, csv, hashlib, hmac, io, json, math, os, shutil, socket, statistics, struct, subprocess, sys, tempfile, time, urllib.error, urllib.request
os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import f1_score

CLASSES = {"n": 0, "negative": 0, "p": 1, "prediabetes": 1, "y": 2, "diabetes": 2}
PASSWORD = "Benchmark-1-" + os.urandom(6).hex()


def read(path):
    """Distinct rows: inputs HbA1c, AGE, BMI, gender (M is 1), and class."""
    text = open(path, newline="", encoding="utf-8-sig").read().replace("\r\n", "\n").replace("\r", "\n")
    rows = {}
    for row in csv.DictReader(io.StringIO(text), skipinitialspace=True):
        try:
            values = tuple(float(row[name]) for name in ("HbA1c", "AGE", "BMI"))
            rows[values + (float("FM".index(row["Gender"].strip().upper())), CLASSES[row["CLASS"].strip().lower()])] = None
        except (ValueError, KeyError, AttributeError):
            continue
    table = np.array(list(rows))
    return table[:, :4], table[:, 4].astype(int)


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
    """The replaced network: two hidden layers with batch normalisation and dropout, on oversampled rows."""
    def fit(x, y, test, seed):
        import torch
        torch.set_num_threads(1)
        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        mean, spread = x.mean(0), x.std(0) + 1e-12
        largest = np.bincount(y).max()
        rows = np.concatenate([np.r_[r, rng.choice(r, largest - len(r))] for r in (np.flatnonzero(y == c) for c in np.unique(y))])
        inputs, truth = torch.tensor((x[rows] - mean) / spread, dtype=torch.float32), torch.tensor(y[rows])
        nn = torch.nn
        net = nn.Sequential(nn.Linear(4, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.3),
                            nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 3))
        optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
        for _ in range(epochs):
            for batch in torch.randperm(len(rows)).split(64):
                if len(batch) > 1:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(net(inputs[batch]), truth[batch]).backward()
                    optimizer.step()
        net.eval()
        with torch.no_grad():
            return torch.softmax(net(torch.tensor((test - mean) / spread, dtype=torch.float32)), 1).double().numpy()
    return fit


def cross_fitted(fit, x, y, fold, seed):
    p = np.empty((len(y), 3))
    for f in np.unique(fold):
        p[fold == f] = fit(x[fold != f], y[fold != f], x[fold == f], seed)
    return figures(p, y)


class Service:
    """A fresh installation; ends and is removed with the block."""

    def __init__(self, dll):
        self.dll = dll

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "http://127.0.0.1:%d" % free.getsockname()[1]
        self.folder, self.token = tempfile.mkdtemp(prefix="modelops-benchmark-"), None
        environment = dict(os.environ, ASPNETCORE_URLS=self.address, ModelOps__DataDirectory=self.folder, ModelOps__Admin__Password=PASSWORD)
        self.process = subprocess.Popen(["dotnet", self.dll], env=environment, stdout=subprocess.DEVNULL)
        try:
            for _ in range(120):
                try:
                    self.call("/health/ready")
                    break
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.5)
            else:
                sys.exit("the service didn't become ready")
            self.token = self.call("/auth/login", {"email": "admin@localhost", "password": PASSWORD})["access_token"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, path, body=None, content=None, kind="application/json"):
        content = json.dumps(body).encode() if body is not None else content
        request = urllib.request.Request(self.address + path, content, {"Content-Type": kind})
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        with urllib.request.urlopen(request) as response:
            text = response.read()
        return json.loads(text) if text[:1] in (b"{", b"[") else None

    def upload(self, path):
        boundary = os.urandom(16).hex()
        head = '--%s\r\nContent-Disposition: form-data; name="file"; filename="rows.csv"\r\nContent-Type: text/csv\r\n\r\n' % boundary
        content = head.encode() + open(path, "rb").read() + ("\r\n--%s--\r\n" % boundary).encode()
        self.call("/model/upload-dataset", content=content, kind="multipart/form-data; boundary=" + boundary)

    def train(self, seed):
        """The version's evaluation and the key of its folds."""
        body = {"use_database": False, "dataset_name": "rows.csv", "architecture": "crossfit-ple", "seed": seed}
        job = self.call("/model/retrain", body)
        while job["status"] in ("queued", "running"):
            time.sleep(1)
            job = self.call("/model/jobs/" + job["job_id"])
        if job["status"] != "succeeded":
            sys.exit("the training ended as %s: %s" % (job["status"], job["error"]))
        version = "/model/versions/" + job["version"]
        e = self.call(version)["evaluation"]
        missed = e["missed_diabetes"]
        return bytes.fromhex(self.call(version + "/files/metadata.json")["split_key"]), {
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
    parser.add_argument("--mlp-epochs", type=int, default=190)
    a = parser.parse_args()
    x, y = read(a.csv)
    references = {
        "random forest": sklearn(lambda s: RandomForestClassifier(500, random_state=s)),
        "gradient boosting": sklearn(lambda s: GradientBoostingClassifier(random_state=s)),
        "histogram boosting": sklearn(lambda s: HistGradientBoostingClassifier(random_state=s)),
        "HbA1c rule": rule,
    }
    if not a.no_mlp:
        references["mlp-bn, cross-fitted"] = mlp(a.mlp_epochs)
    results = {}
    for k in range(a.keys):
        runs = {}
        if a.references_only:
            key = hashlib.sha256(b"split key %d" % k).digest()
        else:
            with Service(a.service) as service:
                service.upload(a.csv)
                for seed in range(a.seeds):
                    key, each = service.train(seed)
                    runs.setdefault("crossfit-ple", []).append(each)
        fold = folds(key, x)
        for name, fit in references.items():
            runs[name] = [cross_fitted(fit, x, y, fold, seed) for seed in range(1 if fit is rule else a.seeds)]
        for name, each in runs.items():
            results.setdefault(name, []).append({f: statistics.mean(float(r[f]) for r in each) for f in each[0]})
        print("key %d of %d done" % (k + 1, a.keys), file=sys.stderr, flush=True)
    names = list(next(iter(results.values()))[0])
    print("%d distinct rows, %d keys x %d seeds, mean ± sd over keys\n" % (len(y), a.keys, a.seeds))
    print("| model | %s |\n|---|%s" % (" | ".join(names), "---|" * len(names)))
    for model, each in results.items():
        cells = ["%.3f ± %.3f" % (statistics.mean(r[f] for r in each), statistics.stdev(r[f] for r in each) if len(each) > 1 else math.nan) for f in names]
        print("| %s | %s |" % (model, " | ".join(cells)))


main()
