#!/usr/bin/env python3
"""Measures POST /model/predict/batch with 10,000 rows over HTTP, by the service's processor time, as one core would take it.

usage: batch.py SERVICE... [--architecture crossfit-ple] [--rounds 15] [--epochs 20]

SERVICE is ModelOps.WebApi.dll as it was built in Release. Several builds are measured in turn, so that a noisy machine disturbs all of
them. Each is a fresh installation (SQLite) with a version trained on 1,000 made-up rows, and answers 10,000 made-up rows of another seed:
patients as they come. A round is one request. Meanwhile another program holds the database's write lock, so that the predictions are kept
after the answer, and what answering costs can be told from what keeping costs.

Prints the means: rows a second of processor time until the answer, and until the predictions are kept.
"""
import argparse, contextlib, csv, io, json, os, sqlite3, statistics, subprocess, tempfile, time
import service
from predictions import figures, processor_seconds

ROWS = 10_000
WARMING = 100


def sample(dll, rows, seed):
    return subprocess.check_output(["dotnet", dll, "sample", str(rows), str(seed)])


def ended(running):
    """How many predictions were written or dropped."""
    now = figures(running)
    return now["kept"] + now["dropped"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("services", nargs="+")
    parser.add_argument("--architecture", default="crossfit-ple")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    os.environ["ModelOps__RateLimits__RequestsPerMinute"] = str(2**31 - 1)
    body = json.dumps({"rows": [
        {"HbA1c": float(r["HbA1c"]), "AGE": float(r["AGE"]), "BMI": float(r["BMI"]), "Gender": r["Gender"]}
        for r in csv.DictReader(io.StringIO(sample(options.services[0], ROWS, 2).decode()))]}).encode()
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(service.Service(dll)) for dll in options.services]
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            file.write(sample(options.services[0], 1000, 1))
            file.flush()
            for one in running:
                one.activate(one.train(one.upload(file.name), architecture=options.architecture, epochs=options.epochs)["version"])
        # Until the last tier of the compiler has seen the path.
        for _ in range(WARMING):
            for one in running:
                one.call("/model/predict/batch", content=body)
        measure(options, running, body)


def measure(options, running, body):
    answered, kept = [[] for _ in running], [[] for _ in running]
    for _ in range(options.rounds):
        for i, one in enumerate(running):
            database = sqlite3.connect(os.path.join(one.folder, "modelops.db"), isolation_level=None)
            before = ended(one)
            while (now := ended(one)) != before:
                before = now
                time.sleep(0.3)
            database.execute("BEGIN IMMEDIATE")
            start = processor_seconds(one.process.pid)
            one.call("/model/predict/batch", content=body)
            answered[i].append(processor_seconds(one.process.pid) - start)
            database.execute("ROLLBACK")
            database.close()
            while ended(one) < before + ROWS:
                time.sleep(0.1)
            kept[i].append(processor_seconds(one.process.pid) - start)
    for i, dll in enumerate(options.services):
        print("%s %s: %.0f rows/s until the answer, %.0f until kept" % (
            dll, options.architecture, ROWS / statistics.mean(answered[i]), ROWS / statistics.mean(kept[i])))


if __name__ == "__main__":
    main()
