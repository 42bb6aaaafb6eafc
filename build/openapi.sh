#!/usr/bin/env bash
# Writes docs/openapi.json from the code. With --examples it first records the document's examples anew, by asking a service.
# The clients follow.
set -euo pipefail
cd "$(dirname "$0")/.."
write() { dotnet run --no-launch-profile --project src/WebApi -- openapi > docs/openapi.json.new && mv docs/openapi.json.new docs/openapi.json; }
write
if [ "${1:-}" = --examples ]; then
  MODELOPS_WRITE_EXAMPLES=true dotnet test tests/WebApi --nologo -v q --filter Walk_ThroughEveryOperation
  write
fi
./build/clients.sh
