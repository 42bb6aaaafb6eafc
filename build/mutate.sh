#!/usr/bin/env bash
# Mutation testing of src/Domain by tests/Domain; outside CI, since it takes long. Arguments go to dotnet-stryker.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet tool restore
cd tests/Domain
exec dotnet stryker --project Domain.csproj --mutation-level basic --reporter progress --reporter cleartext --reporter html "$@"
