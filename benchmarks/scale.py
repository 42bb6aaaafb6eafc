#!/usr/bin/env python3
"""Measures lists and pages on PostgreSQL with 100,000 versions, jobs and activations, 1,000,000 records and 3,000,000 predictions.

usage: scale.py SERVICE [--share 1.0] [--rounds 15] [--top 3]

SERVICE is ModelOps.WebApi.dll, built in Release. The cluster is the benchmark's own, on the loopback, with its default settings. One version
is trained; the rest are copies of its rows, made by SQL, so that JSON columns have their real sizes. `--share 0.1` makes a tenth of all rows.

Prints the bytes that a row of each large table takes, then for each address the median and the slowest of the rounds in ms, from request to answer on one connection, and for how long of that
(median) PostgreSQL ran statements; then the statements that took longest.
"""
import argparse, base64, collections, http.client, json, os, re, statistics, subprocess, sys, tempfile, time, urllib.parse
import predictions, service

FILL = """
\\set ON_ERROR_STOP 1
SET synchronous_commit = off;
CREATE FUNCTION pg_temp.columns(t regclass, VARIADIC but text[]) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
  WHERE attrelid = t AND attnum > 0 AND NOT attisdropped AND attname <> ALL (but) $$;
CREATE FUNCTION pg_temp.name(n bigint) RETURNS text LANGUAGE sql AS $$
  SELECT 'v' || to_char(timestamp '2020-01-01' + n * interval '20 minutes', 'YYYYMMDD_HH24MISS') $$;
CREATE FUNCTION pg_temp.v7(at timestamptz, n bigint) RETURNS uuid LANGUAGE sql AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid $$;

DO $$ BEGIN
  EXECUTE format($f$INSERT INTO training_jobs ("Id", "VersionName", "CreatedAt", "Status", %1$s)
    SELECT pg_temp.v7(timestamptz '2020-01-01' + n * interval '20 minutes', n), pg_temp.name(n),
      timestamptz '2020-01-01' + n * interval '20 minutes', CASE WHEN n %% 10 = 0 THEN 'Failed' ELSE "Status" END, %1$s
    FROM training_jobs, generate_series(1, :few) n WHERE "Sequence" = 1$f$,
    pg_temp.columns('training_jobs', 'Sequence', 'Id', 'VersionName', 'CreatedAt', 'Status'));
  EXECUTE format($f$INSERT INTO model_versions ("Name", "JobId", "CreatedAt", %1$s)
    SELECT pg_temp.name(n), pg_temp.v7(timestamptz '2020-01-01' + n * interval '20 minutes', n),
      timestamptz '2020-01-01' + n * interval '20 minutes', %1$s
    FROM model_versions, generate_series(1, :few) n WHERE "Id" = 1$f$,
    pg_temp.columns('model_versions', 'Id', 'Name', 'JobId', 'CreatedAt'));
  EXECUTE format($f$INSERT INTO version_listings ("VersionId", "Number", "MacroF1", "Dataset", "BeatsBaselines", "Tags", "SearchText", %1$s)
    SELECT v."Id", v."Id", n %% 1000 / 1000.0, 'data' || n %% 100 || '.csv', n %% 1000 > 0,
      CASE WHEN n %% 100 = 0 THEN E'\\ngood\\n' WHEN n %% 10000 = 1 THEN E'\\nrare\\n' ELSE '' END,
      v."Id" || E'\\n' || v."Name" || E'\\ndata' || n %% 100 || E'.csv\\n\\n', %1$s
    FROM version_listings l, generate_series(1, :few) n JOIN model_versions v ON v."Name" = pg_temp.name(n) WHERE l."VersionId" = 1$f$,
    pg_temp.columns('version_listings', 'VersionId', 'Number', 'MacroF1', 'Dataset', 'BeatsBaselines', 'Tags', 'SearchText'));
END $$;
UPDATE activations SET "Epoch" = :few + 1;
UPDATE active_model SET "Epoch" = :few + 1;
INSERT INTO activations ("Epoch", "At", "By", "From", "To", "Kind")
  SELECT n, timestamptz '2020-01-01' + n * interval '20 minutes', 'admin@localhost', pg_temp.name(n), pg_temp.name(n + 1), 'Activate'
  FROM generate_series(1, :few) n;

INSERT INTO predictions ("Id", "HbA1c", "Age", "Bmi", "Gender", "Negative", "Prediabetes", "Diabetes", "Class", "Version", "CreatedAt",
    "ConfirmedClass", "ConfirmedSource", "ConfirmedAt", "ConfirmedBy")
  SELECT pg_temp.v7(at, n), 4 + n % 100 / 10.0, 20 + n % 60, 18 + n % 30, n % 2, 0.2, 0.3, 0.5, n % 3, version, at,
    CASE WHEN c THEN n / 10 % 3 END, CASE WHEN c THEN 'Lab' END, CASE WHEN c THEN at END, CASE WHEN c THEN 'ann' END
  FROM (SELECT n, n % 10 = 0 AS c, now() - interval '365 days' + n * (interval '365 days' / :many) AS at,
      CASE WHEN n > :many / 2 THEN (SELECT "Name" FROM model_versions WHERE "Id" = 1) ELSE pg_temp.name(:few - 50 + n * 50 / :many) END AS version
    FROM generate_series(1, :many) n) p;
INSERT INTO record_imports ("FileName", "CreatedBy", "CreatedAt", "PublishedAt", "State", "Records")
  SELECT 'file' || n || '.csv', 'ann', now() - interval '365 days', now() - interval '365 days', 'Published', :records / 50
  FROM generate_series(1, 20) n;
INSERT INTO labelled_records ("HbA1c", "Age", "Bmi", "Gender", "Class", "Source", "CreatedAt", "CreatedBy", "ImportId")
  SELECT 4 + n % 1000 / 100.0, 20 + n / 1000 % 60, 18 + n % 37, n % 2, n % 3, CASE WHEN n <= :records * 4 / 10 THEN 'Imported' ELSE 'Registered' END,
    now() - interval '365 days' + n * (interval '365 days' / :records), 'ann', CASE WHEN n <= :records * 4 / 10 THEN 1 + n * 19 / (:records * 4 / 10) END
  FROM generate_series(1, :records * 7 / 10) n;
INSERT INTO labelled_records ("HbA1c", "Age", "Bmi", "Gender", "Class", "Source", "CreatedAt", "CreatedBy", "PredictionId")
  SELECT "HbA1c", "Age", "Bmi", "Gender", "ConfirmedClass", "ConfirmedSource", "CreatedAt", 'ann', "Id"
  FROM predictions WHERE "ConfirmedClass" IS NOT NULL ORDER BY "Id" LIMIT :records * 3 / 10;
TRUNCATE record_counts, outcome_counts, outcome_days;
INSERT INTO record_counts ("ImportId", "Class", "Records")
  SELECT coalesce("ImportId", 0), "Class", count(*) FROM labelled_records GROUP BY 1, 2;
INSERT INTO outcome_counts ("Version", "ConfirmedClass", "Class", "Predictions")
  SELECT "Version", "ConfirmedClass", "Class", count(*) FROM predictions WHERE "ConfirmedClass" IS NOT NULL GROUP BY 1, 2, 3;
INSERT INTO outcome_days ("Day", "Confirmed", "Right")
  SELECT "CreatedAt"::date, count(*), count(*) FILTER (WHERE "Class" = "ConfirmedClass") FROM predictions
  WHERE "ConfirmedClass" IS NOT NULL GROUP BY 1;
VACUUM ANALYZE;
"""

SIZES = """
VACUUM ANALYZE;
SELECT format('%-20s %6s', relname, pg_total_relation_size(oid) / reltuples::bigint) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 5000 ORDER BY relname;
"""


class Loaded(predictions.Cluster):
    """A cluster that writes down for how long each statement ran."""

    def sql(self, text, **names):
        for name, value in names.items():
            text = text.replace(":" + name, str(value))
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(text)
            script.flush()
            return subprocess.run(
                [os.path.join(self.programs, "psql"), "-qAtX", "-h", "127.0.0.1", "-p", str(self.port), "-U", "modelops", "-f", script.name, "postgres"],
                check=True, capture_output=True, text=True).stdout


def statements(path, start):
    """Milliseconds and text of the statements that were written down since a position of the file, and its end."""
    with open(path, "rb") as file:
        file.seek(start)
        text = file.read()
    found = re.findall(r"duration: ([0-9.]+) ms  (parse|bind|execute|statement)[^:]*: (.*?)(?=\n[0-9]{4}-|\Z)", text.decode(), re.S)
    return [(float(ms), " ".join(sql.split())) for ms, _, sql in found], start + len(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service")
    parser.add_argument("--share", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--top", type=int, default=3)
    parser.add_argument("--only", default="", help="only addresses with this text")
    options = parser.parse_args()
    with Loaded() as cluster, tempfile.NamedTemporaryFile(suffix=".csv") as csv:
        os.environ["ConnectionStrings__ModelOps"] = cluster.connection
        os.environ["ModelOps__RateLimits__RequestsPerMinute"] = str(2**31 - 1)
        with service.Service(options.service) as running:
            csv.write(subprocess.check_output(["dotnet", options.service, "sample", "1000", "1"]))
            csv.flush()
            version = running.train(running.upload(csv.name))["version"]
            running.activate(version)
            start = time.perf_counter()
            cluster.sql(FILL, few=int(100_000 * options.share), many=int(3_000_000 * options.share), records=int(1_000_000 * options.share))
            print("filled in %.0f s" % (time.perf_counter() - start), flush=True)
            print("bytes a row, with indexes:\n" + cluster.sql(SIZES), flush=True)
            cluster.sql("ALTER SYSTEM SET log_min_duration_statement = 0; SELECT pg_reload_conf();")
            measure(options, running, cluster, version)


def measure(options, running, cluster, version):
    host = http.client.HTTPConnection(running.address.split("//")[1])

    def get(path):
        begin = time.perf_counter()
        host.request("GET", path, headers={"Authorization": "Bearer " + running.token})
        response = host.getresponse()
        content = response.read()
        if response.status != 200:
            sys.exit("%s: %d %s" % (path, response.status, content.decode()))
        return (time.perf_counter() - begin) * 1000, json.loads(content)

    def at(path, key):
        """The address of the page after a key."""
        return path + ("&" if "?" in path else "?") + "cursor=" + base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")

    def day(ago):
        return time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - ago * 86400))

    def moment(ago):
        """A key of lists by time: ticks of .NET (100 ns since the year 1), and the id."""
        return "%d %d" % ((int(time.time() - ago * 86400) + 62_135_596_800) * 10_000_000, records // 5)

    few, many = int(100_000 * options.share), int(3_000_000 * options.share)
    records = int(1_000_000 * options.share)
    middle = cluster.sql('SELECT "Id" FROM predictions ORDER BY "Id" OFFSET %d LIMIT 1' % (many // 5)).strip().replace("-", "")
    addresses = ["/model/active", "/records/summary", "/model/versions/" + version]
    for path, key in (
            ("/model/jobs", few // 5), ("/model/jobs?limit=200", few // 5), ("/model/jobs?status=failed", few // 5),
            ("/model/jobs?status=cancelled", few // 5), ("/model/activations", few // 5),
            ("/model/activations?limit=200", few // 5), ("/model/versions", few // 5), ("/model/versions?limit=200", few // 5),
            ("/model/versions?sort=oldest", few // 5 * 4), ("/model/versions?sort=macro_f1", "0.2 5000"),
            ("/model/versions?q=data42", few // 5), ("/model/versions?q=nowhere", few // 5), ("/model/versions?tag=rare", few // 5),
            ("/model/versions?tag=nowhere", few // 5), ("/model/versions?dataset=data42.csv", few // 5),
            ("/model/versions?dataset=nowhere.csv", few // 5), ("/model/versions?beats_baselines=false", few // 5),
            ("/model/versions?in_service=true", few // 5), ("/model/versions?count=true", few // 5),
            ("/records", records // 5), ("/records?limit=200", records // 5), ("/records?class=N", records // 5),
            ("/records?source=lab", records // 5 * 4), ("/records?source=clinician", records // 5),
            ("/records?class=N&source=registered", records // 5), ("/records?import=3", records // 5),
            ("/records?import=3&class=P", records // 5), ("/records?import=3&source=lab", records // 5),
            ("/records?from=2000-01-01T00:00:00Z&to=2020-01-01T00:00:00Z", moment(5000)),
            ("/records?to=" + day(300), moment(320)),
            ("/records?from=%s&class=N&source=lab" % day(30), moment(20)),
            ("/records/imports", 5),
            ("/predictions", middle), ("/predictions?limit=200", middle), ("/predictions?version=" + version, middle),
            ("/predictions?class=N", middle), ("/predictions?confirmed=true", middle), ("/predictions?confirmed=false", middle),
            ("/predictions?version=%s&confirmed=true" % version, middle), ("/predictions?reference=nobody", middle),
            ("/predictions?version=%s&confirmed=true&class=P" % version, middle),
            ("/predictions?version=v20000101_000000&confirmed=true", middle),
            ("/model/datasets", 1), ("/users", 1), ("/auth/sessions", 1), ("/auth/tokens", 1)):
        addresses += [path, at(path, key)] if path not in ("/users", "/auth/sessions", "/auth/tokens", "/model/datasets") else [path]
    log, slow = cluster.log, collections.Counter()
    for path in [a for a in addresses if options.only in a]:
        for _ in range(40):
            get(path)
        times, inside = [], []
        time.sleep(0.02)
        position = statements(log, os.path.getsize(log))[1]
        for _ in range(options.rounds):
            times.append(get(path)[0])
            found, position = statements(log, position)
            inside.append(sum(ms for ms, _ in found))
            for ms, sql in found:
                slow[sql] = max(slow[sql], ms)
        print("%s%7.1f %7.1f %7.1f  %s" % (
            "! " if statistics.median(times) > 10 else "  ", statistics.median(times), max(times), statistics.median(inside), path), flush=True)
    for sql, ms in slow.most_common(options.top):
        print("%.1f ms: %s" % (ms, sql[:1500]))


if __name__ == "__main__":
    main()
