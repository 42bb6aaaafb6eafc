"""The built service as benchmarks use it: a fresh installation, spoken to over HTTP; and the reader of CSV files."""
import csv, io, json, os, shutil, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request

try:
    import numpy as np
except ImportError:
    np = None  # only the benchmarks of quality need it

CLASSES = {"n": 0, "negative": 0, "p": 1, "prediabetes": 1, "y": 2, "diabetes": 2}
PASSWORD = "Benchmark-1-" + os.urandom(6).hex()
COLUMNS = ["HbA1c", "AGE", "BMI", "Gender", "CLASS"]
NAMES = ["Negative", "Prediabetes", "Diabetes"]


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


def write(path, x, y):
    """Rows as `read` gives them, as a CSV file."""
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        out.writerows([*map(repr, map(float, r[:3])), "FM"[int(r[3])], NAMES[c]] for r, c in zip(x, y))


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

    def call(self, path, body=None, content=None, kind="application/json", method=None):
        content = json.dumps(body).encode() if body is not None else content
        request = urllib.request.Request(self.address + path, content, {"Content-Type": kind}, method=method)
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        try:
            with urllib.request.urlopen(request) as response:
                text = response.read()
        except urllib.error.HTTPError as refused:
            if refused.code != 503:
                sys.exit("%s was refused (%d): %s" % (path, refused.code, refused.read().decode()))
            raise
        return json.loads(text) if text[:1] in (b"{", b"[") else None

    def upload(self, path):
        boundary = os.urandom(16).hex()
        head = '--%s\r\nContent-Disposition: form-data; name="file"; filename="rows.csv"\r\n' % boundary
        head += "Content-Type: text/csv\r\n\r\n"
        content = head.encode() + open(path, "rb").read() + ("\r\n--%s--\r\n" % boundary).encode()
        return self.call("/model/upload-dataset", content=content, kind="multipart/form-data; boundary=" + boundary)["filename"]

    def train(self, dataset, **parameters):
        """Trains on an uploaded dataset and answers the job's last state."""
        job = self.call("/model/retrain", {"use_database": False, "dataset_name": dataset, **parameters})["job_id"]
        while True:
            state = self.call("/model/jobs/" + job)
            if state["status"] == "succeeded":
                return state
            if state["status"] not in ("queued", "running"):
                sys.exit("the training ended as %s: %s" % (state["status"], state["error"]))
            time.sleep(0.3)

    def activate(self, version):
        """Seconds until the answer."""
        start = time.perf_counter()
        self.call("/model/activate", {"version": version})
        return time.perf_counter() - start

    def predict(self, x):
        """Probabilities [rows, 3] of the version in service."""
        p = []
        for i in range(0, len(x), 5000):
            rows = [{"HbA1c": r[0], "AGE": r[1], "BMI": r[2], "Gender": "FM"[int(r[3])]} for r in x[i:i + 5000]]
            answers = self.call("/model/predict/batch", {"rows": rows})["predictions"]
            p += [[answer["probabilities"][name] for name in NAMES] for answer in answers]
        return np.array(p)
