#!/usr/bin/env bash
# Copies a version's files and its description into a new folder, and checks each file's SHA-256. Usage:
#
#   export-version.sh VERSION FOLDER
#
# The folder appears whole or not at all. Needs MODELOPS_TOKEN with the scope read, and MODELOPS_URL unless the service is at
# http://localhost:8000. Exit codes: 0 done, 1 refused or a file differs, 2 wrongly called, 3 the folder is there already, 4 the service
# wasn't reached.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/export.sh"

[ $# -eq 2 ] && [[ $1 =~ ^[A-Za-z0-9_]+$ ]] && [[ $2 =~ ^[^-] ]] || usage
[ ! -e "$2" ] || die "$nothing" "$2 is there already."
export_version "$1" "$2"
say "$1 is in $2"
