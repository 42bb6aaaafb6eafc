#!/usr/bin/env bash
# Mutation testing of src/Domain by tests/Domain; outside CI, because it takes long. Arguments go to dotnet-stryker. The large tests
# (simulations, a million rows) are left out: stryker runs every test again for the mutants that it covers.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet tool restore
cd tests/Domain
exec dotnet stryker --project Domain.csproj --mutation-level basic --test-case-filter "Size!=Large" --reporter progress --reporter cleartext --reporter html "$@"
