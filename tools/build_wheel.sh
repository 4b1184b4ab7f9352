#!/bin/sh
# Builds the wheel into the folder that is named: the package, the engine, and the built web client.
set -eu
cd "$(dirname "$0")/.."

out=$1
staged=src/folkmoot/web

# Python finds the web client inside the package only there; in the repository it uses web/dist.
trap 'rm -rf "$staged"' EXIT
# Again: a client that was built by hand is not compressed.
node tools/precompress.mjs web/dist
rm -rf "$staged"
cp -r web/dist "$staged"
rm -rf "$staged/.vite"

mkdir -p "$out"
rm -f "$out"/folkmoot-*.whl
.venv/bin/maturin build --release --locked --strip --quiet --out "$out"
ls "$out"/folkmoot-*.whl
