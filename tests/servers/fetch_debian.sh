#!/bin/sh
# Unpack the Debian packages $2…, and what they need that this system lacks, below the folder $1: nothing is
# installed, nothing started, no root needed. For Debian and what derives from it; an error anywhere else.
set -eu

folder=$1
shift
mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/packages"
folder=$(cd "$folder" && pwd)

# State of its own, so that a plain user may; the system's list of sources.
apt() {
    apt-get -qq -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache="$folder/apt/cache" \
        -o Debug::NoLocking=1 -o APT::Sandbox::User= "$@"
}

apt update
wanted=$(apt --print-uris --no-install-recommends install "$@" |
    sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p")
[ -n "$wanted" ] || exit 1
cd "$folder/packages"
# shellcheck disable=SC2086 # one word a package
apt download $wanted
for package in *.deb; do
    dpkg-deb -x "$package" "$folder/unpacking"
done
# Moved last: a folder `root` is whole.
mv "$folder/unpacking" "$folder/root"
rm -rf "$folder/apt" "$folder/packages"
