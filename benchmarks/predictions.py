#!/usr/bin/env python3
"""Measures POST /model/predict against a bare endpoint of the same server, in turn, so that a noisy machine disturbs both.

usage: predictions.py SERVICE BARE [--postgresql] [--rounds 5] [--seconds 5] [--connections 32] [--architecture crossfit-ple]
                      [--reference FASTAPI]

SERVICE is ModelOps.WebApi.dll and BARE is ModelOps.Bare.Benchmark.dll, as they were built in Release (build/bench.sh does both). Needs wrk;
with --postgresql also PostgreSQL's programs: the cluster is the benchmark's own, on the loopback, with its default settings. The bare
endpoint is then measured twice: alone, and "beside" the same cluster while pgbench inserts as many rows a second as the service did. The
service is a fresh installation with a trained version; one user is signed in with a bearer token. Only the limit of requests per user is raised.
FASTAPI is a Python file with an `app` that answers POST /predict; Debian's python3-fastapi, python3-uvicorn and python3-torch run it.

Prints each round's requests a second, 99th percentile of the latency, and processor time per request (of the server, and of PostgreSQL),
then the medians and their ratios, bytes allocated per request, and how many predictions were kept and dropped.
"""
import argparse, collections, contextlib, csv, json, os, re, shutil, signal, socket, statistics, subprocess, sys, tempfile, time, urllib.request
import service

TICKS = os.sysconf("SC_CLK_TCK")
SCRIPT = """
local bodies, i = %s, 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
%s
local requests = {}
init = function() for k, body in ipairs(bodies) do requests[k] = wrk.format(nil, nil, nil, body) end end
request = function() i = i %% #requests + 1; return requests[i] end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %%d %%d %%.1f %%.1f %%d\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.status + e.read + e.write + e.timeout + e.connect))
end
"""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def processor_seconds(pid):
    """User and system time of a process and of its living children."""
    def own(p):
        fields = open("/proc/%d/stat" % p).read().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:15])) / TICKS
    children = open("/proc/%d/task/%d/children" % (pid, pid)).read().split()
    return own(pid) + sum(own(int(child)) for child in children if os.path.exists("/proc/%s" % child))


class Cluster:
    """A PostgreSQL cluster in a temporary folder."""

    def __enter__(self):
        found = shutil.which("initdb")
        folders = [os.path.dirname(os.path.realpath(found))] if found else sorted(
            "/usr/lib/postgresql/%s/bin" % v for v in os.listdir("/usr/lib/postgresql"))
        self.folder, self.port, self.process = tempfile.mkdtemp(prefix="modelops-benchmark-"), free_port(), None
        self.programs, self.log = folders[-1], os.path.join(self.folder, "log")
        data = os.path.join(self.folder, "data")
        # PostgreSQL refuses to run as root.
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if prefix:
            shutil.chown(self.folder, "postgres", "postgres")
        try:
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": self.folder}
            subprocess.run(prefix + [self.programs + "/initdb", "-D", data, "-U", "modelops", "--auth=trust", "-E", "UTF8"], check=True, **quiet)
            with open(self.log, "wb") as log:
                self.process = subprocess.Popen(prefix + [
                    self.programs + "/postgres", "-D", data, "-p", str(self.port), "-c", "unix_socket_directories=", "-h", "127.0.0.1"],
                    **dict(quiet, stderr=log))
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                        break
                time.sleep(0.1)
        except BaseException:
            self.__exit__()
            raise
        self.connection = "Host=127.0.0.1;Port=%d;Database=postgres;Username=modelops" % self.port
        return self

    @contextlib.contextmanager
    def inserting(self, rate):
        """Inserts rows like those of predictions, in transactions of 250, `rate` rows a second."""
        client = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "modelops"]
        # The ids are ordered by time, as those of predictions: the index grows at its end.
        statement = """
            INSERT INTO beside ("Id", "HbA1c", "Age", "Bmi", "Gender", "Negative", "Prediabetes", "Diabetes", "Class", "Version", "CreatedAt")
            SELECT (lpad(to_hex((extract(epoch FROM now()) * 1e6)::bigint), 16, '0') || lpad(to_hex(i), 16, '0'))::uuid,
              6.1, 50, 27.5, 1, 0.1, 0.2, 0.7, 2, 'v20251111_153045', now() FROM generate_series(1, 250) i
            """
        subprocess.run([self.programs + "/psql", *client, "-q", "-c", "CREATE TABLE IF NOT EXISTS beside (LIKE predictions INCLUDING ALL)",
                        "postgres"], check=True, stderr=subprocess.DEVNULL)
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(" ".join(statement.split()) + ";")
            script.flush()
            running = subprocess.Popen(
                [self.programs + "/pgbench", *client, "-n", "-f", script.name, "-c", "1", "-R", "%.1f" % (rate / 250), "-T", "3600", "postgres"],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                time.sleep(0.5)
                yield
                if running.poll() is not None:
                    sys.exit("pgbench ended: %s" % running.stderr.read().decode())
            finally:
                running.terminate()
                running.wait()

    def __exit__(self, *_):
        if self.process:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Peer:
    """A process that the service is held against: the bare endpoint, or the reference in Python."""

    def __init__(self, program, path):
        self.program, self.path = program, path

    def __enter__(self):
        port = free_port()
        self.address = "http://127.0.0.1:%d" % port
        python = self.program.endswith(".py")
        folder, name = os.path.split(os.path.abspath(self.program))
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-m", "uvicorn", name[:-3] + ":app", "--port", str(port), "--log-level", "critical"] if python
            else ["dotnet", os.path.abspath(self.program)],
            cwd=folder if python else None, env=dict(os.environ, ASPNETCORE_URLS=self.address, PYTHONDONTWRITEBYTECODE="1"),
            stdout=subprocess.DEVNULL)
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return self
            time.sleep(0.1)
        self.__exit__()
        sys.exit("%s didn't listen" % self.program)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def figures(running):
    """The service's own counters."""
    request = urllib.request.Request(running.address + "/metrics", headers={"Authorization": "Bearer " + running.token})
    with urllib.request.urlopen(request) as answer:
        text = answer.read().decode()
    return {name: sum(map(float, re.findall(r"^%s(?:\{[^}]*\})? (\S+)" % metric, text, re.M))) for name, metric in (
        ("allocated", "dotnet_allocated_bytes_total"), ("kept", "modelops_predictions_stored_total"),
        ("dropped", "modelops_predictions_dropped_total"))}


def load(address, token, seconds, connections, path="/model/predict"):
    """The patients of the sample, one after the other. Requests a second, 50th and 99th percentile in ms, number of requests."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "sample.csv"), newline="") as sample:
        patients = list(csv.DictReader(sample))
    bodies = ",".join("'%s'" % json.dumps({
        "HbA1c": float(p["HbA1c"]), "AGE": int(p["AGE"]), "BMI": float(p["BMI"]), "Gender": p["Gender"]}) for p in patients)
    header = 'wrk.headers["Authorization"] = "Bearer %s"' % token if token else ""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % ("{%s}" % bodies, header))
        script.flush()
        printed = subprocess.run(
            ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "-s", script.name, address + path],
            check=True, capture_output=True, text=True).stdout
    requests, micros, p50, p99, errors = map(float, re.search(r"^RESULT (.*)$", printed, re.M)[1].split())
    if errors:
        sys.exit("%d of %d requests failed:\n%s" % (errors, requests, printed))
    return requests / micros * 1e6, p50 / 1000, p99 / 1000, requests


def warm(address, token, connections, requests=150_000, patience=60):
    """Until the last tier of the compiler has seen the whole path: by requests, because a busy machine needs more time for them."""
    start = time.perf_counter()
    while requests > 0 and time.perf_counter() - start < patience:
        requests -= load(address, token, 5, connections)[3]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service")
    parser.add_argument("bare")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--architecture", default="crossfit-ple")
    parser.add_argument("--reference")
    options = parser.parse_args()
    os.environ["ModelOps__RateLimits__RequestsPerMinute"] = str(2**31 - 1)
    if options.postgresql:
        with Cluster() as cluster:
            os.environ["ConnectionStrings__ModelOps"] = cluster.connection
            compare(options, cluster)
    else:
        compare(options, None)


def compare(options, cluster):
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(service.Service(options.service))
        peers = {"bare": stack.enter_context(Peer(options.bare, "/model/predict"))}
        if options.reference:
            peers["reference"] = stack.enter_context(Peer(options.reference, "/predict"))
        with tempfile.NamedTemporaryFile(suffix=".csv") as rows:
            rows.write(subprocess.check_output(["dotnet", options.service, "sample", "1000", "1"]))
            rows.flush()
            job = ours.train(ours.upload(rows.name), architecture=options.architecture)
        ours.activate(job["version"])
        for address, token in ((ours.address, ours.token), (peers["bare"].address, None)):
            warm(address, token, options.connections)
        rounds, before, total = collections.defaultdict(list), figures(ours), 0
        for _ in range(options.rounds):
            turns = [(name, peer, None, peer.path) for name, peer in peers.items()] + [("service", ours, ours.token, "/model/predict")]
            if cluster:
                turns.append(("beside", peers["bare"], None, peers["bare"].path))
            for name, running, token, path in turns:
                # The service was measured just before.
                with cluster.inserting(rounds["service"][-1][0]) if name == "beside" else contextlib.nullcontext():
                    start = processor_seconds(running.process.pid), processor_seconds(cluster.process.pid) if cluster else 0
                    rate, p50, p99, requests = load(running.address, token, options.seconds, options.connections, path)
                    own = (processor_seconds(running.process.pid) - start[0]) / requests * 1e6
                    database = (processor_seconds(cluster.process.pid) - start[1]) / requests * 1e6 if cluster else 0
                rounds[name].append((rate, p50, p99, own, database))
                total += requests if name == "service" else 0
                print("%-9s %8.0f requests/s, p50 %6.2f ms, p99 %6.2f ms, %5.1f us of processor, %5.1f of the database" % (
                    name, rate, p50, p99, own, database), flush=True)
        after = figures(ours)
        medians = {name: [statistics.median(column) for column in zip(*of)] for name, of in rounds.items()}
        for name in [n for n in rounds if n != "service"]:
            print("ratios of the medians, service to %s: rate %.2f, p99 %.2f, processor %.2f" % (
                name, *(medians["service"][i] / medians[name][i] for i in (0, 2, 3))))
        print("%.0f bytes allocated a request; of %d predictions %d kept and %d dropped so far" % (
            (after["allocated"] - before["allocated"]) / total, total, after["kept"] - before["kept"], after["dropped"] - before["dropped"]))


if __name__ == "__main__":
    main()
