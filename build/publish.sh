#!/usr/bin/env bash
# Publishes the service into a folder (default: artifacts/publish) and writes its bill of materials, bom.json, beside the program: every
# package with its version, licence and hash, in the form of CycloneDX. "dotnet publish src/WebApi" alone works without the tool.
# On Linux x64 the assemblies come precompiled (build/Precompile.targets), where their compiler can be had: the service is ready sooner, and
# the same files run on other machines.
set -euo pipefail
output=$(realpath -m "${1:-"$(dirname "$0")/../artifacts/publish"}")
cd "$(dirname "$0")/.."

dotnet tool restore
export Precompile=true
dotnet restore --locked-mode src/WebApi || { unset Precompile; dotnet restore --locked-mode src/WebApi; }
dotnet publish src/WebApi --no-restore --configuration Release --output "$output"

# Packages that only the build uses are in it, too, most of them with the scope "excluded".
dotnet tool run dotnet-CycloneDX -- src/WebApi/WebApi.csproj --recursive --disable-package-restore --no-serial-number \
  --set-name ModelOps --output "$output" --filename bom.json --output-format Json
