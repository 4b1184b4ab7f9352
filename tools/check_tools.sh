#!/bin/sh
# Names each missing or too old tool in one line, with how to get it. Plain sh: it has to run where
# nothing else does.
set -u

missing=0

complain() {
    printf '%s\n' "$1" >&2
    missing=1
}

# at_least VERSION MAJOR MINOR: whether VERSION ("1.95.0") is that version or newer.
at_least() {
    major=${1%%.*}
    rest=${1#*.}
    minor=${rest%%.*}
    case "$major$minor" in '' | *[!0-9]*) return 1 ;; esac
    [ "$major" -gt "$2" ] || { [ "$major" -eq "$2" ] && [ "$minor" -ge "$3" ]; }
}

# check NAME MAJOR MINOR VERSION HOW: VERSION is empty when the tool is not there.
check() {
    if [ -z "$4" ]; then
        complain "$1 $2.$3 or newer is missing: $5"
    elif ! at_least "$4" "$2" "$3"; then
        complain "$1 $4 is too old, $2.$3 or newer is needed: $5"
    fi
}

python=${PYTHON:-python3}
python_version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
cargo_version=$(cargo --version 2>/dev/null | cut -d ' ' -f 2)
node_version=$(node --version 2>/dev/null | tr -d v)

check Python 3 11 "$python_version" "apt-get install python3 python3-venv, or https://www.python.org/downloads/"
check Rust 1 89 "$cargo_version" "https://rustup.rs, then: rustup update stable"
check Node 20 19 "$node_version" "https://nodejs.org/en/download (the long-term release)"

if [ -n "$node_version" ] && ! npm --version >/dev/null 2>&1; then
    complain "npm is missing: apt-get install npm, or https://nodejs.org/en/download"
fi
if ! command -v cc >/dev/null 2>&1 && ! command -v gcc >/dev/null 2>&1 && ! command -v clang >/dev/null 2>&1; then
    complain "A C compiler is missing: apt-get install build-essential, or on macOS: xcode-select --install"
fi
if [ -n "$python_version" ] && ! command -v uv >/dev/null 2>&1 && ! "$python" -c 'import ensurepip' 2>/dev/null; then
    complain "Python's venv module is missing: apt-get install python3-venv"
fi

exit "$missing"
