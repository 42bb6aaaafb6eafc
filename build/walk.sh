#!/usr/bin/env bash
# The README's walk against a running service: upload, train too briefly, activate, predict, train as is usual, compare, activate,
# roll back and forth, delete.
# Usage: MODELOPS_PASSWORD=… build/walk.sh [CSV]     (MODELOPS_URL, MODELOPS_EMAIL when they aren't the defaults)
set -euo pipefail
url=${MODELOPS_URL:-http://localhost:8000}
email=${MODELOPS_EMAIL:-admin@localhost}
csv=${1:-"$(dirname "$0")/../docs/sample.csv"}
: "${MODELOPS_PASSWORD:?Set MODELOPS_PASSWORD to the administrator\'s password; the first start printed it.}"

# field NAME: the first value of a member in the JSON on standard input.
field() { grep -oE "\"$1\":(\"[^\"]*\"|[^],}]*)" | sed -n 1p | sed -E 's/^[^:]*://; s/"//g'; }

call() { # call METHOD PATH [curl's options…]: prints the answer; a refusal ends the walk
  local method=$1 path=$2 answer status
  shift 2
  answer=$(curl -sS -w '\n%{http_code}' -X "$method" "$url$path" -H "Authorization: Bearer ${token:-}" "$@")
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  if [ "$status" -ge 400 ]; then
    echo "$method $path was refused ($status): $answer" >&2
    exit 1
  fi
  printf '%s\n' "$answer"
}

json() { call "$1" "$2" -H 'Content-Type: application/json' -d "$3"; }

retrain() { # retrain [MEMBERS]: queues, with further members of the body, follows the progress, sets $version
  local job answer status=queued
  job=$(json POST /model/retrain "{\"use_database\": false, \"dataset_name\": \"$name\"${1:-}}" | field job_id)
  while [ "$status" = queued ] || [ "$status" = running ]; do
    sleep 0.5
    answer=$(call GET "/model/jobs/$job")
    status=$(field status <<<"$answer")
    echo "  $status, epoch $(sed -E 's/.*"epoch":([0-9]+).*"epochs":([0-9]+).*/\1 of \2/' <<<"${answer%%\"history\"*}")"
  done
  [ "$status" = succeeded ] || { echo "The training ended as $status: $answer" >&2; exit 1; }
  version=$(field version <<<"$answer")
  echo "  $version, macro F1 $(field f1_score <<<"$answer"), trained in $(field training_time <<<"$answer") s"
}

compare() { # compare BASELINE CANDIDATE: says what the comparison comes to
  local answer verdict sentence
  answer=$(call GET "/model/compare?baseline=$1&candidate=$2")
  verdict=$(field verdict <<<"$answer")
  case $verdict in
    better) sentence="better than the present one" ;;
    worse) sentence="worse than the present one" ;;
    equivalent) sentence="as good as the present one" ;;
    undecided) sentence="perhaps different from the present one, but these patients don't decide it" ;;
    *) sentence="too few patients to tell" ;;
  esac
  echo "  macro F1 higher by $(grep -o '"delta_macro_f1":.*' <<<"$answer" | field value)," \
    "p = $(field p_value <<<"$answer"), on $(field rows <<<"$answer") patients"
  echo "  $2 is $sentence"
}

echo "== Sign in as $email"
token=$(json POST /auth/login "{\"email\": \"$email\", \"password\": \"$MODELOPS_PASSWORD\"}" | field access_token)

name="walk-$(date +%s)-$$.csv"
echo "== Upload $(basename "$csv") as $name"
call POST /model/upload-dataset -F "file=@$csv;filename=$name"

echo "== Train too briefly: 5 epochs"
retrain ', "epochs": 5'
first=$version

echo "== Activate $first"
json POST /model/activate "{\"version\": \"$first\"}"

echo "== Predict"
json POST /model/predict '{"HbA1c": 6.1, "AGE": 54, "BMI": 29.5, "Gender": "F"}'

echo "== Train as is usual"
retrain
second=$version

echo "== Compare it with the version in service, on patients that neither has learned from"
compare "$first" "$second"

echo "== Put it in service if nobody changed the model meanwhile"
json POST /model/activate "{\"version\": \"$second\", \"expected_active\": \"$first\", \"reason\": \"the walk\"}"

echo "== Roll back, as if it had disappointed"
json POST /model/rollback "{\"reason\": \"the walk\", \"expected_active\": \"$second\"}"

echo "== And forth again"
json POST /model/activate "{\"version\": \"$second\", \"expected_active\": \"$first\"}"

echo "== Delete what is no longer needed"
call DELETE "/model/version/$first"
call DELETE "/model/datasets/$name"

echo "== What is in service"
call GET /model/active
