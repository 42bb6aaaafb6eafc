# What the scripts of this folder share. It is read by them and does nothing by itself.
#
# Environment:
#   MODELOPS_URL    where the service is, with the path of a proxy if there is one (default http://localhost:8000)
#   MODELOPS_TOKEN  a personal access token, made on the page Account or by POST /auth/tokens
#
# Exit codes: 0 done, 1 refused or failed, 2 wrongly called, 3 nothing to do, 4 the service wasn't reached or can't answer now: try later.

set -euo pipefail

readonly failed=1 wrong=2 nothing=3 away=4
url=${MODELOPS_URL:-http://localhost:8000}
url=${url%/}

say() { printf '%s\n' "$*" >&2; }
die() { local code=$1; shift; say "$*"; exit "$code"; }

# The comment at the top of the calling script is its help.
help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }
for argument in "$@"; do
  if [ "$argument" = --help ] || [ "$argument" = -h ]; then help; exit 0; fi
done
usage() { help >&2; exit "$wrong"; }

[ -n "${MODELOPS_TOKEN:-}" ] || die "$wrong" 'Set MODELOPS_TOKEN to a personal access token.'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The token stands in a file that only this user reads: the command line of a process can be read by everybody on the machine.
(umask 077; printf 'Authorization: Bearer %s\n' "$MODELOPS_TOKEN" > "$work/authorization")

# ask METHOD PATH [curl's options]: sets $status, 000 where there was no answer, and $answer.
ask() {
  local method=$1 path=$2
  shift 2
  rm -f "$work/answer"
  status=$(curl -sS --connect-timeout 10 -o "$work/answer" -w '%{http_code}' -X "$method" -H "@$work/authorization" "$@" "$url$path" 2>"$work/errors") || status=000
  answer=$(cat "$work/answer" 2>/dev/null || true)
}

# save PATH FILE: the bytes of an answer.
save() {
  status=$(curl -sS --connect-timeout 10 -o "$2" -w '%{http_code}' -H "@$work/authorization" "$url$1" 2>"$work/errors") || status=000
  [ "$status" = 200 ] && return
  answer=$(cat "$2" 2>/dev/null || true)
  rm -f "$2"
  [ "$status" != 000 ] || die "$away" "$url wasn't reached: $(cat "$work/errors")"
  die "$failed" "GET $1 was refused ($status): $(member detail)"
}

# call METHOD PATH [curl's options]: as ask; anything but a success ends the script with the service's own sentence.
call() {
  ask "$@"
  case $status in
    2??) ;;
    000) die "$away" "$url wasn't reached: $(cat "$work/errors")" ;;
    429|502|503|504) die "$away" "$1 $2: $(member detail)" ;;
    *) die "$failed" "$1 $2 was refused ($status): $(member detail)" ;;
  esac
}

json() { call "$1" "$2" -H 'Content-Type: application/json' -d "$3"; }

# member NAME: the first value of a member in $answer; empty for null. Only for values without quotes and commas of their own.
member() { first "$1" <<<"$answer"; }
first() { { grep -oE "\"$1\":(\"([^\"\\]|\\\\.)*\"|[^],}]*)" || true; } | sed -n '1{s/^[^:]*://;s/^"//;s/"$//;s/^null$//;p;}'; }

# quote TEXT: as a string of JSON.
quote() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  printf '"%s"' "$(tr -d '\000-\037' <<<"$text")"
}

# pages PATH: prints every page of a list, a line each.
pages() {
  local cursor='' separator='?'
  case $1 in *\?*) separator='&' ;; esac
  while :; do
    call GET "$1${separator}limit=200${cursor:+&cursor=$cursor}"
    printf '%s\n' "$answer"
    cursor=$(grep -oE '"next_cursor":"[^"]*"' <<<"$answer" | cut -d'"' -f4 || true)
    [ -n "$cursor" ] || break
  done
}
