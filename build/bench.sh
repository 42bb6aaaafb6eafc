#!/usr/bin/env bash
# Builds the service and the benchmarks in Release and prints the times of the service's parts (benchmarks/Parts), then the HTTP ratios
# (benchmarks/predictions.py) and the swaps of versions under load (benchmarks/swaps.py), first on SQLite, then on PostgreSQL.
# Its arguments go to benchmarks/predictions.py, such as "--rounds 3". Needs wrk, python3 and, for the last part, PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."

for project in src/WebApi benchmarks/Bare benchmarks/Parts; do
  dotnet build "$project" --configuration Release --nologo --verbosity quiet
done
service=src/WebApi/bin/Release/net10.0/ModelOps.WebApi.dll
bare=benchmarks/Bare/bin/Release/net10.0/ModelOps.Bare.Benchmark.dll

dotnet benchmarks/Parts/bin/Release/net10.0/ModelOps.Parts.Benchmark.dll --filter '*' --join --artifacts artifacts/benchmarks

for database in "" --postgresql; do
  echo "${database:---sqlite}:" | sed 's/--//'
  python3 benchmarks/predictions.py "$service" "$bare" $database "$@"
  python3 benchmarks/swaps.py "$service" $database
done
