#!/usr/bin/env python3
"""Measures the trainer process against a reference trainer in PyTorch, side by side.

usage: training.py quality SERVICE REFERENCE CSV [--seeds 20]
       training.py speed   SERVICE REFERENCE CSV... [--epochs N] [--hidden 64] [--rounds 3]
       training.py ours    SERVICE CSV [--epochs 190] [--hidden 64] [--seed 42]
       each takes --architecture crossfit-ple | mlp-bn, the first is the default

SERVICE is ModelOps.WebApi.dll as it was built, REFERENCE a script that takes CSV --style --threads --epochs --hidden --seed and prints
one line of JSON with seconds, epochs and macro_f1. Both train on one thread. The times are those of the training alone, first batch to
last evaluation, as each program states them itself.

quality: for each seed both programs split, balance and train by their own rules; the seed also makes the split key, so that both vary
their split. Prints each macro F1 on the rows that judge, the means with their standard errors, and whether ours is below by more than one
standard error of the difference.
speed: both train in turn, so that a noisy machine disturbs both; prints the ratio of the median times of all epochs, and the trainer's
peak memory. Ours trains ten members where the network is crossfit-ple, the reference one network.
"""
import argparse, csv, hashlib, io, json, math, os, shutil, statistics, struct, subprocess, sys, tempfile

CLASSES = {"n": 0, "negative": 0, "p": 1, "prediabetes": 1, "y": 2, "diabetes": 2}


def canonical_rows(path):
    """Rows as the service hashes them: three little-endian doubles, gender, class."""
    text = open(path, newline="", encoding="utf-8-sig").read().replace("\r\n", "\n").replace("\r", "\n")
    rows = []
    for row in csv.DictReader(io.StringIO(text), skipinitialspace=True):
        try:
            values = [float(row[name]) for name in ("HbA1c", "AGE", "BMI")]
            rows.append(struct.pack("<dddBB", *values, "FM".index(row["Gender"].strip().upper()), CLASSES[row["CLASS"].strip().lower()]))
        except (ValueError, KeyError, AttributeError):
            continue
    return rows


def ours(service, path, architecture, epochs=190, hidden=64, seed=42, batch=64):
    """Prepares a working folder as a worker does, runs `train FOLDER`, and reads the result."""
    rows = canonical_rows(path)
    folder = tempfile.mkdtemp(prefix="modelops-benchmark-")
    try:
        with open(os.path.join(folder, "rows.bin"), "wb") as file:
            file.write(b"".join(rows))
        specification = {
            "JobId": "00000000-0000-0000-0000-%012d" % seed,
            "Architecture": architecture,
            "Parameters": {"Epochs": epochs, "BatchSize": batch, "LearningRate": 0.001, "HiddenSize": hidden, "Seed": seed},
            "SplitKey": hashlib.sha256(b"split key %d" % seed).hexdigest(),
            "DataSha256": hashlib.sha256(b"".join(sorted(rows))).hexdigest(),
        }
        with open(os.path.join(folder, "specification.json"), "w") as file:
            json.dump(specification, file)
        # A checkpoint every hour: none is written, as the reference writes none.
        training = subprocess.Popen(["dotnet", service, "train", folder, "3600"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(training.pid, 0)
        training.returncode = os.waitstatus_to_exitcode(status)
        if training.returncode != 0:
            sys.exit("the trainer ended with %d" % training.returncode)
        result = json.load(open(os.path.join(folder, "result.json")))["Summary"]
        return {
            "rows": len(rows), "epochs": epochs, "seconds": result["TrainingTime"], "peak_mb": usage.ru_maxrss / 1024,
            "macro_f1": result["Evaluation"]["F1Score"], "accuracy": result["Evaluation"]["Accuracy"], "best_epoch": result["BestEpoch"],
            "sha256": result["WeightsSha256"],
        }
    finally:
        shutil.rmtree(folder)


def reference(script, path, epochs=190, hidden=64, seed=42):
    command = [sys.executable, script, path, "--style", "loader", "--threads", "1",
               "--epochs", str(epochs), "--hidden", str(hidden), "--seed", str(seed)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def error(values):
    return statistics.stdev(values) / math.sqrt(len(values))


def quality(a):
    mine, theirs = [], []
    for seed in range(1, a.seeds + 1):
        mine.append(ours(a.service, a.csv[0], a.architecture, seed=seed)["macro_f1"])
        theirs.append(reference(a.reference, a.csv[0], seed=seed)["macro_f1"])
        print("seed %2d  ours %.4f  reference %.4f" % (seed, mine[-1], theirs[-1]), flush=True)
    difference = statistics.mean(mine) - statistics.mean(theirs)
    spread = math.hypot(error(mine), error(theirs))
    print("ours      %.4f ± %.4f" % (statistics.mean(mine), error(mine)))
    print("reference %.4f ± %.4f" % (statistics.mean(theirs), error(theirs)))
    print("difference %+.4f ± %.4f: %s" % (difference, spread, "no worse" if difference >= -spread else "WORSE"))
    return 0 if difference >= -spread else 1


def speed(a):
    for path in a.csv:
        mine, theirs = [], []
        for _ in range(a.rounds):
            theirs.append(reference(a.reference, path, epochs=a.epochs, hidden=a.hidden))
            mine.append(ours(a.service, path, a.architecture, epochs=a.epochs, hidden=a.hidden))
        seconds = [statistics.median(r["seconds"] for r in each) for each in (mine, theirs)]
        print("%7d rows, hidden %d, %d epochs: ours %.3f s, peak %.0f MB, reference %.3f s, ratio %.2f (each round: %s)" % (
            mine[0]["rows"], a.hidden, a.epochs, seconds[0], max(r["peak_mb"] for r in mine), seconds[1], seconds[1] / seconds[0],
            ", ".join("%.2f" % (t["seconds"] / m["seconds"]) for m, t in zip(mine, theirs))), flush=True)
    return 0


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("what", choices=["quality", "speed", "ours"])
parser.add_argument("service")
parser.add_argument("rest", nargs="+")
parser.add_argument("--seeds", type=int, default=20)
parser.add_argument("--epochs", type=int, default=190)
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--seed", type=int, default=42)
parser.add_argument("--architecture", default="crossfit-ple", choices=["crossfit-ple", "mlp-bn"])
a = parser.parse_args()
if a.what == "ours":
    print(json.dumps(ours(a.service, a.rest[0], a.architecture, epochs=a.epochs, hidden=a.hidden, seed=a.seed)))
    sys.exit(0)
a.reference, a.csv = a.rest[0], a.rest[1:]
sys.exit({"quality": quality, "speed": speed}[a.what](a))
