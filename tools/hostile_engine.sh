#!/bin/sh
# Builds the media engine that taps and lies, for tests, into the folder $1. It is an unoptimised
# build: it shares what `cargo test` has compiled, and nobody mistakes it for the engine.
set -eu
folder=$1
cargo build --locked --quiet --package sfu-py --features hostile
mkdir -p "$folder"
# Not over the file: a server that runs has it open.
cp "${CARGO_TARGET_DIR:-target}/debug/lib_sfu.so" "$folder/new.so"
mv "$folder/new.so" "$folder/_sfu.abi3.so"
