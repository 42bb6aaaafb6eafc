#!/usr/bin/env bash
# Installs what the tests need and isn't there, restores locked, builds with warnings as errors, runs every test.
# "build/test.sh fast" builds and runs the tests of Domain, Application and Architecture only: a minute, before each commit.
# The last line, "N passed, N failed[, N skipped]", comes from the test runner's own result files.
set -euo pipefail
cd "$(dirname "$0")/.."

install_with_apt() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing: $*"
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@") >/dev/null \
      || echo "Could not install $*; the tests that need it will say so." >&2
  fi
}

fast=(Domain Application Architecture)
only=${1:-all}
case "$only" in
  all | fast) ;;
  *) echo "Usage: build/test.sh [fast]" >&2; exit 2 ;;
esac

missing=()
[ "$only" = fast ] || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
[ "$only" = fast ] || [ -x /usr/bin/chromium ] || [ -x /usr/bin/chromium-browser ] || [ -x /usr/bin/google-chrome ] || missing+=(chromium)
[ "$only" = fast ] || command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
[ ${#missing[@]} = 0 ] || install_with_apt "${missing[@]}"

results="$PWD/artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"

# The tests start the service a hundred times, so it pays to compile the packages and the service once (build/Precompile.targets).
# Where their compiler can't be had, they are compiled at each start, as usual.
if [ "$only" = all ]; then
  export Precompile=true
fi
dotnet restore --locked-mode || { unset Precompile; dotnet restore --locked-mode; }
if [ "$only" = fast ]; then
  # One after the other: they share src, and two builds at once would write the same files.
  for name in "${fast[@]}"; do
    dotnet build "tests/$name/$name.Tests.csproj" --no-restore --configuration Release -warnaserror
  done
else
  # One compiler for all projects, which ends here: a process that is left behind would keep a CI machine waiting.
  dotnet build --no-restore --configuration Release -warnaserror -p:UseSharedCompilation=true
  dotnet build-server shutdown --vbcscompiler >/dev/null || true
fi

# A browser test opens the example application. Where it could not be built, that test says so.
[ "$only" = fast ] || build/angular.sh || echo "The Angular client could not be built." >&2

# Processes that live for seconds gain nothing from being measured for a better compilation later.
export DOTNET_TieredPGO=0

# A failing project must not keep the others from running; the verdict is taken from the result files below.
run() {
  local name=$1
  shift
  local TIMEFORMAT="$name took %R s"
  time "$@" dotnet test "tests/$name/$name.Tests.csproj" --no-build --configuration Release \
    --logger "trx;LogFileName=$name.trx" --results-directory "$results" || true
}

if [ "$only" = fast ]; then
  names=("${fast[@]}")
  for name in "${names[@]}"; do run "$name"; done
else
  names=(tests/*/*.Tests.csproj)
  names=("${names[@]#tests/*/}")
  names=("${names[@]%.Tests.csproj}")

  # Browser tests and tests that start processes often wait. Tests that compute fill these pauses, at a lower priority, so that they don't
  # slow down the others. Faults measures how soon the service answers, so it waits until the browser and HTTP tests have ended.
  computing=("${fast[@]}" Infrastructure)
  beside=(Browser WebApi)
  for name in "${computing[@]}"; do run "$name" nice -n 10; done >"$results/computing.log" 2>&1 &
  running=()
  for name in "${beside[@]}"; do
    run "$name" >"$results/$name.log" 2>&1 &
    running+=($!)
  done
  wait "${running[@]}"
  for name in "${names[@]}"; do
    [[ " ${computing[*]} ${beside[*]} " = *" $name "* ]] || run "$name"
  done
  wait
  cat "$results"/*.log
fi

for name in "${names[@]}"; do
  [ -f "$results/$name.trx" ] || { echo "$name left no results." >&2; echo "0 passed, 1 failed"; exit 1; }
done

# Where the linter of the OpenAPI document can't be installed, the tests of the document have to do.
linted=true
if [ "$only" = all ] && command -v npm >/dev/null && (cd build/openapi-lint && npm ci --silent --no-audit --no-fund); then
  export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
  (cd build/openapi-lint && npx redocly lint --config redocly.yaml --max-problems 1000 ../../docs/openapi.json) || linted=false
fi

count() { { grep -ho "<Counters [^>]*" "$results"/*.trx | grep -o "[ ]$1=\"[0-9]*\"" | grep -o '[0-9]*' || true; } | awk '{ sum += $1 } END { print sum + 0 }'; }
total=$(count total)
passed=$(count passed)
executed=$(count executed)
failed=$((executed - passed))
skipped=$((total - executed))
line="$passed passed, $failed failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
[ "$linted" = true ] || echo "The linter found problems in docs/openapi.json; see above." >&2
echo "$line"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ] && [ "$linted" = true ]
