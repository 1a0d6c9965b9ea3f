#!/usr/bin/env bash
# Installs Debian's programs that the tests drive; says so when it may not.
set -u
declare -A needs=(
  [chromium]=chromium [ffmpeg]=ffmpeg [exiftool]=libimage-exiftool-perl
)
missing=()
for program in "${!needs[@]}"; do
  command -v "$program" >/dev/null || missing+=("${needs[$program]}")
done
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null || missing+=(fonts-noto-cjk)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests need: ${missing[*]}. Install them as root (apt-get install); tests that need them will be skipped." >&2
  exit 0
fi
echo "installing for the tests: ${missing[*]}" >&2
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
