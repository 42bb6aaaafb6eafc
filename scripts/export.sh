# Read by the scripts that export versions; see common.sh.

# export_version VERSION FOLDER
export_version() {
  local version=$1 folder=$2 partial="$2.partial-$$" name sha256
  mkdir -p "$partial"
  trap 'rm -rf "$work" "$partial"' EXIT
  call GET "/model/versions/$version"
  printf '%s\n' "$answer" > "$partial/version.json"
  local files=${answer##*\"files\":[}
  files=${files%%]*}
  while IFS=$'\t' read -r name sha256; do
    [[ $name =~ ^[A-Za-z0-9_-][A-Za-z0-9._-]*$ ]] || die "$failed" "The version has a file with an impossible name."
    save "/model/versions/$version/files/$name" "$partial/$name"
    [ "$(sha256sum < "$partial/$name" | cut -d' ' -f1)" = "$sha256" ] || die "$failed" "$name differs from its SHA-256."
  done < <(grep -oE '"name":"[^"]*","bytes":[0-9]+,"sha256":"[0-9a-f]{64}"' <<<"$files" | sed -E 's/^"name":"([^"]*)".*"sha256":"([0-9a-f]*)"$/\1\t\2/')
  mv "$partial" "$folder"
  trap 'rm -rf "$work"' EXIT
}
