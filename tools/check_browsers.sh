#!/bin/sh
# Names each missing browser and each tool that makes what the stories show and say, in one line, with
# how to get it. `make run` needs none of them.
set -u

missing=0

complain() {
    printf '%s\n' "$1" >&2
    missing=1
}

# browser NAME VARIABLE PATH PACKAGE
browser() {
    [ -x "$3" ] || complain "$1 is missing ($3): apt-get install $4, or set $2 to where it is"
}

# tool NAME PACKAGE
tool() {
    command -v "$1" >/dev/null 2>&1 || complain "$1 is missing: apt-get install $2"
}

browser Chromium FOLKMOOT_CHROMIUM "${FOLKMOOT_CHROMIUM:-/usr/bin/chromium}" chromium
browser "Firefox ESR" FOLKMOOT_FIREFOX "${FOLKMOOT_FIREFOX:-/usr/bin/firefox-esr}" firefox-esr
tool ffmpeg ffmpeg
tool espeak-ng espeak-ng

exit "$missing"
