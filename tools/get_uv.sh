#!/bin/sh
# Makes sure that there is a uv: the machine's own, or a pinned one in .cache/uv.
set -eu

UV_VERSION=0.13.9

if ! command -v uv >/dev/null 2>&1; then
    "${PYTHON:-python3}" -m venv .cache/uv
    .cache/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
fi
