#!/usr/bin/env python3
"""Activates versions in turn under full load of POST /model/predict, and holds each answer against what its version answers.

usage: swaps.py SERVICE [--activations 1000] [--seconds 10] [--connections 32] [--postgresql]

SERVICE is ModelOps.WebApi.dll as it was built in Release. Needs wrk; with --postgresql also PostgreSQL's initdb. The service is a fresh
installation with two crossfit-ple versions. Rounds of load without and with activations follow each other, until there were enough.
An answer is wrong when its status isn't 200, or when it isn't, up to the prediction's id, exactly that of one of the two versions: class,
probabilities, plausible classes, agreement and the version's name belong together.

Prints each round, then failed and wrong answers, the answers of each version, the medians of the 99th percentile of the latency and of the
rate, with activations and without, and how long an activation took. Ends with 1 when an answer was wrong.
"""
import argparse, json, os, re, statistics, subprocess, sys, tempfile, threading, urllib.request
import service
from predictions import Cluster

PATIENT = {"HbA1c": 6.4, "AGE": 52, "BMI": 29.5, "Gender": "F"}
SCRIPT = """
local threads = {}
expected = {%s}
wrong, answers1, answers2 = 0, 0, 0
wrk.method = "POST"
wrk.body = '%s'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %s"
setup = function(thread) table.insert(threads, thread) end
response = function(status, headers, body)
  if status == 200 and body:sub(1, #expected[1]) == expected[1] then answers1 = answers1 + 1
  elseif status == 200 and body:sub(1, #expected[2]) == expected[2] then answers2 = answers2 + 1
  else wrong = wrong + 1 end
end
done = function(summary, latency, requests)
  local e, t = summary.errors, threads[1]
  io.write(string.format("RESULT %%d %%d %%.1f %%d %%d %%d %%d\\n", summary.requests, summary.duration, latency:percentile(99),
    e.status + e.read + e.write + e.timeout + e.connect, t:get("wrong"), t:get("answers1"), t:get("answers2")))
end
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service")
    parser.add_argument("--activations", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=32)
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
    with service.Service(options.service) as running:
        with tempfile.NamedTemporaryFile(suffix=".csv") as csv:
            csv.write(subprocess.check_output(["dotnet", options.service, "sample", "1000", "1"]))
            csv.flush()
            dataset = running.upload(csv.name)
        versions = [running.train(dataset, epochs=10, seed=seed)["version"] for seed in (1, 2)]
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(SCRIPT % (
                ", ".join("'%s'" % answer_of(running, version) for version in versions), json.dumps(PATIENT), running.token))
            script.flush()
            for _ in range(6):
                load(running, script.name, 5, options.connections)
            compare(options, running, versions, script.name)


def answer_of(running, version):
    """The version's answer in the service's own bytes, up to the prediction's id."""
    running.activate(version)
    request = urllib.request.Request(running.address + "/model/predict", json.dumps(PATIENT).encode(), {
        "Content-Type": "application/json", "Authorization": "Bearer " + running.token})
    with urllib.request.urlopen(request) as answer:
        text, mark = answer.read().decode(), '"prediction_id":"'
    return text[:text.index(mark) + len(mark)]


def load(running, script, seconds, connections):
    """Requests a second, 99th percentile in ms, failed and wrong answers, and the answers of each version."""
    printed = subprocess.run(
        ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "-s", script, running.address + "/model/predict"],
        check=True, capture_output=True, text=True).stdout
    requests, micros, p99, failed, wrong, first, second = map(float, re.search(r"^RESULT (.*)$", printed, re.M)[1].split())
    return requests / micros * 1e6, p99 / 1000, int(failed), int(wrong), int(first), int(second)


class Activations:
    """Activates both versions alternately until the block ends."""

    def __init__(self, running, versions):
        self.running, self.versions, self.took, self.over = running, versions, [], False

    def __enter__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()

    def run(self):
        while not self.over:
            self.took.append(self.running.activate(self.versions[len(self.took) % 2]))


def compare(options, running, versions, script):
    rounds, took = {"without": [], "with": []}, []
    while len(took) < options.activations:
        rounds["without"].append(load(running, script, options.seconds, options.connections))
        with Activations(running, versions) as activations:
            rounds["with"].append(load(running, script, options.seconds, options.connections))
        took += activations.took
        for name, of in rounds.items():
            print("%-7s %8.0f requests/s, p99 %6.2f ms, %d failed, %d wrong" % (name, *of[-1][:4]), flush=True)
    answers = [sum(column) for column in zip(*(round[2:] for of in rounds.values() for round in of))]
    swapped = [sum(column) for column in zip(*(round[4:] for round in rounds["with"]))]
    rate, p99 = ([statistics.median(round[i] for round in rounds[name]) for name in ("with", "without")] for i in (0, 1))
    print("%d activations (median %.0f ms, longest %.0f ms): %d failed and %d wrong of %d answers; beside activations %d and %d of each version" % (
        len(took), 1000 * statistics.median(took), 1000 * max(took), answers[0], answers[1], sum(answers[1:]), *swapped))
    print("p99 %.2f ms with, %.2f ms without: %.2f times; rate %.2f times" % (*p99, p99[0] / p99[1], rate[0] / rate[1]))
    if answers[0] or answers[1] or 0 in swapped:
        sys.exit(1)


if __name__ == "__main__":
    main()
