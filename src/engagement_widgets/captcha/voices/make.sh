#!/bin/sh
# Makes the spoken digits again. Needs Debian's espeak-ng and sox; only what they put out is kept here.
set -eu
cd "$(dirname "$0")"
raw=$(mktemp -d)
trap 'rm -r "$raw"' EXIT

say() { # locale, voice, speed, the ten words
    locale=$1 voice=$2 speed=$3
    shift 3
    mkdir -p "$locale"
    digit=0
    for word in "$@"; do
        espeak-ng -v "$voice" -s "$speed" -a 150 -w "$raw/said.wav" "$word"
        sox -D "$raw/said.wav" -r 8000 -c 1 -b 8 -e unsigned-integer "$locale/$digit.wav" \
            gain -n -1 silence 1 0.01 1% reverse silence 1 0.01 1% reverse
        digit=$((digit + 1))
    done
}

say vi vi 125 không một hai ba bốn năm sáu bảy tám chín
say en en-gb 150 zero one two three four five six seven eight nine
