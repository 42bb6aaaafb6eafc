#!/usr/bin/env bash
# Builds the service and the benchmarks in Release and prints the HTTP ratios (benchmarks/predictions.py), first on SQLite, then on PostgreSQL.
# Its arguments go to benchmarks/predictions.py, such as "--rounds 3". Needs wrk, python3 and, for the second part, PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."

dotnet build src/WebApi --configuration Release --nologo --verbosity quiet
dotnet build benchmarks/Bare --configuration Release --nologo --verbosity quiet
service=src/WebApi/bin/Release/net10.0/ModelOps.WebApi.dll
bare=benchmarks/Bare/bin/Release/net10.0/ModelOps.Bare.Benchmark.dll

for database in "" --postgresql; do
  echo "${database:---sqlite}:" | sed 's/--//'
  python3 benchmarks/predictions.py "$service" "$bare" $database "$@"
done
