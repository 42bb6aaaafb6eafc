#!/usr/bin/env python3
"""Measures POST /model/predict/batch with 10,000 rows.

usage: batch.py SERVICE [--architectures mlp-bn crossfit-ple] [--rounds 30] [--postgresql]

SERVICE is ModelOps.WebApi.dll as it was built in Release. The service is a fresh installation with a trained version of each
architecture, and runs on one core (taskset). The rows are those of "dotnet SERVICE sample", patients as they come, of another seed than
the training's. A round is one request; the next one waits until the predictions of the last one are kept.

Prints the rows a second of processor time of the service, the mean of the rounds: until the answer, and until its predictions are kept.
"""
import argparse, csv, io, os, statistics, subprocess, tempfile, time
import service
from predictions import Cluster, figures, processor_seconds

ROWS = 10_000


def sample(dll, rows, seed):
    return subprocess.check_output(["dotnet", dll, "sample", str(rows), str(seed)])


def wait_until_kept(running, kept):
    while True:
        now = figures(running)
        if now["kept"] + now["dropped"] >= kept:
            return now
        time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service")
    parser.add_argument("--architectures", nargs="+", default=["mlp-bn", "crossfit-ple"])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    os.environ["ModelOps__RateLimits__RequestsPerMinute"] = str(2**31 - 1)
    if options.postgresql:
        with Cluster() as cluster:
            os.environ["ConnectionStrings__ModelOps"] = cluster.connection
            measure(options)
    else:
        measure(options)


def measure(options):
    rows = [{"HbA1c": float(r["HbA1c"]), "AGE": float(r["AGE"]), "BMI": float(r["BMI"]), "Gender": r["Gender"]}
            for r in csv.DictReader(io.StringIO(sample(options.service, ROWS, 2).decode()))]
    with service.Service(options.service) as running, tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(sample(options.service, 1000, 1))
        file.flush()
        dataset = running.upload(file.name)
        versions = {a: running.train(dataset, architecture=a)["version"] for a in options.architectures}
        os.system("taskset -apc %d %d > /dev/null" % (max(os.sched_getaffinity(0)), running.process.pid))
        for architecture, version in versions.items():
            running.activate(version)
            answered, kept, dropped, seen = [], [], 0, figures(running)
            # The first rounds are for the compiler, until its last tier has seen the path.
            warming = max(120, options.rounds)
            for round in range(warming + options.rounds):
                pid = running.process.pid
                start = processor_seconds(pid)
                running.call("/model/predict/batch", {"rows": rows})
                answer = processor_seconds(pid)
                now = wait_until_kept(running, seen["kept"] + seen["dropped"] + ROWS)
                end = processor_seconds(pid)
                dropped, seen = dropped + now["dropped"] - seen["dropped"], now
                if round >= warming:
                    answered.append(answer - start)
                    kept.append(end - start)
            rate = lambda seconds: "%8.0f rows/s" % (ROWS / statistics.mean(seconds))
            print("%-12s until the answer %s, until kept %s, %d dropped" % (architecture, rate(answered), rate(kept), dropped), flush=True)


if __name__ == "__main__":
    main()
