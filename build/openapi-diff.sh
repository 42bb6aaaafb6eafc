#!/usr/bin/env bash
# Says what changed between two OpenAPI documents, and whether a client of the old one would break (exit code 1). For what a branch
# changes: build/openapi-diff.sh <(git show main:docs/openapi.json) docs/openapi.json
set -euo pipefail
exec dotnet run --project "$(dirname "$0")/openapi-diff" -- "$@"
