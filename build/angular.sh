#!/usr/bin/env bash
# Installs what the Angular client's lock file says, runs its tests and builds its example application into clients/angular/dist.
# Where npm is missing it says so and ends with success.
set -euo pipefail
cd "$(dirname "$0")/../clients/angular"
if ! command -v npm >/dev/null; then
  echo "Skipped: the Angular client needs Node and npm, which aren't installed."
  exit 0
fi
export NG_CLI_ANALYTICS=false
npm ci --silent --no-audit --no-fund
npm test --silent
npm run build --silent
