#!/usr/bin/env bash
# Puts a version into service if its comparison with the version in service suggests so, and prints its name. Usage:
#
#   activate-if-better.sh [--or-first] [VERSION]
#
#   VERSION      the newest one if left out
#   --or-first   also when no version is in service yet
#
# Nothing happens when somebody else changed the version in service meanwhile. Needs MODELOPS_TOKEN of an ADMIN without scopes (no scope
# includes activating), and MODELOPS_URL unless the service is at http://localhost:8000. Exit codes: 0 activated, 1 refused, 2 wrongly
# called, 3 not better, or better but not at finding diabetes, or in service already, 4 the service wasn't reached.
. "$(dirname "$0")/common.sh"

version='' first=''
while [ $# -gt 0 ]; do
  case $1 in
    --or-first) first=yes ;;
    -*) usage ;;
    *) [ -z "$version" ] && [[ $1 =~ ^[A-Za-z0-9_]+$ ]] || usage; version=$1 ;;
  esac
  shift
done
if [ -z "$version" ]; then
  call GET '/model/versions?limit=1'
  version=$(member version)
  [ -n "$version" ] || die "$nothing" 'There is no version yet.'
fi

ask GET /model/active
if [ "$status" = 404 ] && [ "$(member code)" = no_active_model ]; then
  [ -n "$first" ] || die "$nothing" 'No version is in service; --or-first activates the first one.'
  json POST /model/activate "{\"version\": \"$version\", \"reason\": \"the first version\"}"
  printf '%s\n' "$version"
  exit 0
fi
call GET /model/active
active=$(member version)
[ "$active" != "$version" ] || die "$nothing" "$version is in service already."

call GET "/model/compare?baseline=$active&candidate=$version"
verdict=$(member verdict)
if [ "$(member suggest_activation)" != true ]; then
  [ "$verdict" != better ] \
    || die "$nothing" "$version is better than $active on $(member rows) patients, but isn't shown to find as many of those with diabetes."
  die "$nothing" "$version isn't better than $active: $verdict, on $(member rows) patients."
fi
json POST /model/activate "{\"version\": \"$version\", \"expected_active\": \"$active\", \"reason\": \"better than $active (scripts)\"}"
printf '%s\n' "$version"
