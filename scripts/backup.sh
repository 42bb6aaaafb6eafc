#!/usr/bin/env bash
# Copies what the HTTP interface shows into a folder: versions with their files, datasets' rows, records, activations. Usage:
#
#   backup.sh FOLDER
#
# Versions never change, so those that are in the folder already aren't copied again; everything else is written anew. This is a copy to
# look into and to train from again. It has no users, tokens, predictions and patients' tokens: to restore a whole service, back up its
# database and its folder (docs/operations.md). It has patients' values, so keep it as you keep those: files are readable by their owner
# alone. Needs MODELOPS_TOKEN of an ADMIN without scopes or with read and data, and MODELOPS_URL unless the service is at
# http://localhost:8000. Exit codes: 0 done, 1 refused or failed, 2 wrongly called, 4 the service wasn't reached.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/export.sh"

[ $# -eq 1 ] && [[ $1 =~ ^[^-] ]] || usage
folder=$1
umask 077
mkdir -p "$folder/versions" "$folder/datasets"

# written FILE PATH: the pages of a list, by one rename.
written() { pages "$2" > "$folder/$1.new"; mv "$folder/$1.new" "$folder/$1"; }
written versions.json /model/versions
written datasets.json /model/datasets
written records.json /records
written activations.json /model/activations

copied=0
while read -r version; do
  if [ ! -e "$folder/versions/$version" ]; then
    export_version "$version" "$folder/versions/$version"
    copied=$((copied + 1))
  fi
done < <(grep -oE '"version":"v[0-9_]+"' "$folder/versions.json" | cut -d'"' -f4 | sort -u)
while read -r name; do
  save "/model/datasets/$name/rows.csv" "$folder/datasets/$name.new"
  mv "$folder/datasets/$name.new" "$folder/datasets/$name"
done < <(grep -oE '"filename":"[A-Za-z0-9._-]+"' "$folder/datasets.json" | cut -d'"' -f4 | sort -u)
say "$copied versions were copied, the rest was there; datasets, records and activations are up to date in $folder"
