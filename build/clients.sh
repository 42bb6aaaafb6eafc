#!/usr/bin/env bash
# Writes what the clients in clients/ take from docs/openapi.json: the C# client's operations and types, and the Angular client's types.
# A test fails when they differ from the document.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet run --project build/client-generator -- "$PWD"
