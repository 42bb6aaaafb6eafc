#!/usr/bin/env bash
# Goes back to the version that was in service before, and prints its name. Usage:
#
#   rollback.sh [--reason TEXT] [--expected VERSION]
#
#   --expected VERSION   only if this version is in service now
#
# Needs MODELOPS_TOKEN of an ADMIN without scopes, and MODELOPS_URL unless the service is at http://localhost:8000. Exit codes: 0 done,
# 1 refused, 2 wrongly called, 3 there is none to go back to, 4 the service wasn't reached.
. "$(dirname "$0")/common.sh"

reason='"by a script"' expected=null
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --reason) reason=$(quote "$2") ;;
    --expected) expected=$(quote "$2") ;;
    *) usage ;;
  esac
  shift 2
done
ask POST /model/rollback -H 'Content-Type: application/json' -d "{\"reason\": $reason, \"expected_active\": $expected}"
case $status in
  200) member active_version ;;
  409) [ "$(member code)" != nothing_to_roll_back_to ] || die "$nothing" "$(member detail)"; die "$failed" "$(member detail)" ;;
  000 | 429 | 502 | 503 | 504) die "$away" "$url can't answer: $(member detail)$(cat "$work/errors")" ;;
  *) die "$failed" "The rollback was refused ($status): $(member detail)" ;;
esac
