#!/usr/bin/env bash
# Writes EF Core's compiled models (src/Infrastructure/Persistence/Compiled) anew from the entities, after a change of them. Without them
# each start of the service would build its model at run time. A test fails when they differ from the entities.
set -euo pipefail
cd "$(dirname "$0")/../src/Infrastructure"

rm -rf Persistence/Compiled
dotnet tool restore >/dev/null
dotnet build --nologo --verbosity quiet
for provider in Sqlite Npgsql; do
  dotnet ef dbcontext optimize --no-build --context "${provider}ModelOpsDbContext" \
    --output-dir "Persistence/Compiled/$provider" --namespace "ModelOps.Infrastructure.Persistence.Compiled.$provider" >/dev/null
done
