#!/usr/bin/env bash
# Trains a new version, waits for its end and prints its name. Usage:
#
#   retrain.sh [--dataset NAME] [--records] [--architecture NAME] [--epochs N] [--seed N] [--timeout SECONDS]
#
#   --dataset NAME   train on this uploaded dataset
#   --records        train on the labelled records, with --dataset on both (the default without --dataset)
#   --timeout        how long to wait, 3600 s by default; the training itself goes on
#
# Needs MODELOPS_TOKEN of an ADMIN with the scope train, and MODELOPS_URL unless the service is at http://localhost:8000. A lost
# connection is survived: a retry starts no second training. Exit codes: 0 trained, 1 refused or failed, 2 wrongly called, 4 the service
# wasn't reached, or the time is over.
. "$(dirname "$0")/common.sh"

dataset='' records='' members='' timeout=3600
while [ $# -gt 0 ]; do
  case $1 in
    --records) records=yes; shift; continue ;;
    --dataset | --architecture | --epochs | --seed | --timeout) [ $# -ge 2 ] || usage ;;
    *) usage ;;
  esac
  case $1 in
    --dataset) dataset=$2 ;;
    --architecture) members+=", \"architecture\": $(quote "$2")" ;;
    --timeout) [[ $2 =~ ^[0-9]+$ ]] || usage; timeout=$2 ;;
    *) [[ $2 =~ ^[0-9]+$ ]] || usage; members+=", \"${1#--}\": $2" ;;
  esac
  shift 2
done
use=true
[ -z "$dataset" ] || [ -n "$records" ] || use=false
[ -z "$dataset" ] || members+=", \"dataset_name\": $(quote "$dataset")"

end=$((SECONDS + timeout))
key="retrain.sh-$(date +%s)-$$-$RANDOM"
while :; do
  ask POST /model/retrain -H 'Content-Type: application/json' -H "Idempotency-Key: $key" -d "{\"use_database\": $use$members}"
  case $status in
    202) break ;;
    000 | 429 | 502 | 503 | 504) [ $SECONDS -lt $end ] || die "$away" "$url didn't take the training: $(member detail)$(cat "$work/errors")"; sleep 2 ;;
    *) die "$failed" "The training was refused ($status): $(member detail)" ;;
  esac
done
job=$(member job_id)
say "Training $job"

shown=''
while :; do
  ask GET "/model/jobs/$job"
  case $status in
    200) ;;
    000 | 429 | 5??) status=''; [ $SECONDS -lt $end ] || die "$away" "The training's state can't be read."; sleep 2; continue ;;
    *) die "$failed" "The training's state was refused ($status): $(member detail)" ;;
  esac
  state=$(member status)
  case $state in
    succeeded) member version; exit 0 ;;
    failed | cancelled) die "$failed" "The training ended as $state. $(grep -oE '"error":\{[^}]*\}' <<<"$answer" | first detail)" ;;
  esac
  progress="$state, epoch $(member epoch) of $(member epochs)"
  [ "$progress" = "$shown" ] || say "  $progress"
  shown=$progress
  [ $SECONDS -lt $end ] || die "$away" "The training goes on after $timeout s; its job is $job."
  sleep 1
done
