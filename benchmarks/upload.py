#!/usr/bin/env python3
"""What a large file costs: an upload against a bare CsvHelper pass over the same file in the same run, and the service's memory.

usage: upload.py SERVICE PASS FILE [--rounds 5]

SERVICE is ModelOps.WebApi.dll, PASS ModelOps.CsvPass.Benchmark.dll, both as they were built. Prints the median processor seconds of both
and the time until the answer; then trains twice for three epochs, compares the two versions, and prints the service's resident memory
(anonymous and mapped files) before, at its peak, at the end and a minute later.
"""
import argparse, os, statistics, subprocess, time
from service import Service

parser = argparse.ArgumentParser()
parser.add_argument("service"), parser.add_argument("bare"), parser.add_argument("file")
parser.add_argument("--rounds", type=int, default=5)
options = parser.parse_args()


def memory(process):
    lines = dict(line.split(":", 1) for line in open(f"/proc/{process.pid}/status"))
    of = lambda name: int(lines[name].split()[0]) // 1024
    return "%d MB (%d anonymous, %d files; peak %d)" % (of("VmRSS"), of("RssAnon"), of("RssFile"), of("VmHWM"))


def cpu(process):
    fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


with Service(options.service) as service:
    time.sleep(10)
    before, costs, waits, passes = memory(service.process), [], [], []
    for _ in range(options.rounds):
        bare = subprocess.run(["dotnet", options.bare, options.file, "3"], capture_output=True, text=True, check=True)
        passes += map(float, bare.stdout.split()[1:])
        spent, start = cpu(service.process), time.perf_counter()
        name = service.upload(options.file)
        waits.append(time.perf_counter() - start)
        costs.append(cpu(service.process) - spent)
        if len(costs) < options.rounds:
            service.call("/model/datasets/" + name, method="DELETE")
    cost, bare = statistics.median(costs), statistics.median(passes)
    print("bare pass %.3f s of processor time; upload %.2f s (first %.2f s), ratio %.1f; answered after %.2f s (first %.2f s)" % (
        bare, cost, costs[0], cost / bare, statistics.median(waits), waits[0]))
    versions = [service.train(name, epochs=3, batch_size=1024, seed=seed) for seed in (1, 2)]
    for state in versions:
        print("training %.1f s, beside it %.1f s" % (
            state["training_time"], state["elapsed_seconds"] - state["training_time"]))
    start = time.perf_counter()
    service.call("/model/compare?baseline=%s&candidate=%s" % tuple(state["version"] for state in versions))
    print("comparison %.1f s" % (time.perf_counter() - start))
    end = memory(service.process)
    time.sleep(60)
    print("memory before: %s\nat the end: %s\na minute later: %s" % (before, end, memory(service.process)))
