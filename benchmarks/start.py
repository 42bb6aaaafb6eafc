#!/usr/bin/env python3
"""Measures what a process start costs and how soon POST /model/predict is at its full rate.

usage: start.py SERVICE... [--rounds 3] [--seconds 4] [--steady 15]

SERVICE is ModelOps.WebApi.dll as it was built in Release. Several builds start in turn on one existing installation (SQLite) with a trained
crossfit-ple version, so that a noisy machine disturbs all of them. Needs wrk: 32 connections of one signed-in user.

Prints for each start the processor time until it is ready, the requests a second in each of the first seconds after it, those at the end
of --steady seconds of load, and the ratio of the first second to the end. In brackets the same by processor second of the service.
"""
import argparse, os, statistics, subprocess, tempfile, time, urllib.request
import service
from predictions import load, processor_seconds

CONNECTIONS = 32


def measure(process, running, seconds):
    """Requests a second, and a processor second."""
    start = processor_seconds(process.pid)
    rate, _, _, requests = load(running.address, running.token, seconds, CONNECTIONS)
    return rate, requests / (processor_seconds(process.pid) - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("services", nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--steady", type=int, default=15)
    options = parser.parse_args()
    os.environ["ModelOps__RateLimits__RequestsPerMinute"] = str(2**31 - 1)
    with service.Service(options.services[0]) as running:
        with tempfile.NamedTemporaryFile(suffix=".csv") as csv:
            csv.write(subprocess.check_output(["dotnet", options.services[0], "sample", "1000", "1"]))
            csv.flush()
            running.activate(running.train(running.upload(csv.name), epochs=10)["version"])
        for _ in range(options.rounds):
            for dll in options.services:
                running.process.terminate()
                running.process.wait()
                running.process = subprocess.Popen(["dotnet", dll], stdout=subprocess.DEVNULL, env=dict(
                    os.environ, ASPNETCORE_URLS=running.address, ModelOps__DataDirectory=running.folder))
                report(options, dll, running, running.process)


def report(options, dll, running, process):
    while True:
        try:
            urllib.request.urlopen(running.address + "/health/ready").close()
            break
        except OSError:
            time.sleep(0.02)
    ready = processor_seconds(process.pid)
    first = [measure(process, running, 1) for _ in range(options.seconds)]
    load(running.address, running.token, options.steady, CONNECTIONS)
    end = [statistics.median(column) for column in zip(*(measure(process, running, 1) for _ in range(3)))]
    print("%s: ready after %.2f s of processor; %s, at the end %.0f (%.0f) requests/s; ratio %.2f (%.2f)" % (
        dll, ready, ", ".join("%.0f (%.0f)" % one for one in first), *end, first[0][0] / end[0], first[0][1] / end[1]), flush=True)


if __name__ == "__main__":
    main()
