#!/usr/bin/env bash
# The same docker client against `layerlab engine` and against dockerd 20.10, in
# turns: medians of five, and how many times faster ours is. Needs root and the
# Debian packages docker.io, iproute2 and busybox-static; says what is missing.
# usage: engine.sh LAYERLAB
set -euo pipefail
layerlab=$(realpath "$1")
missing=()
for program in dockerd ip unshare; do command -v "$program" >/dev/null || missing+=("$program"); done
docker=/usr/bin/docker
"$docker" --version 2>/dev/null | grep -q ' 20\.10\.' || missing+=("docker 20.10")
[[ -x /bin/busybox ]] || missing+=(busybox-static)
((EUID == 0)) || missing+=(root)
if ((${#missing[@]})); then
  echo "not measured, missing: ${missing[*]}"
  exit 0
fi

tmp=$(mktemp -d)
ours='' theirs=''
finish() {
  [[ -z $ours ]] || kill "$ours" 2>/dev/null || true
  if [[ -n $theirs ]]; then
    kill "$(cat "$tmp/pid" 2>/dev/null)" 2>/dev/null || true
    for _ in $(seq 50); do [[ -e $tmp/pid ]] || break; sleep 0.1; done
    kill "$theirs" 2>/dev/null || true
  fi
  rm -rf "$tmp" 2>/dev/null || true
}
trap finish EXIT

"$layerlab" engine --listen "unix://$tmp/ours.sock" >"$tmp/ours.log" 2>&1 &
ours=$!
mkdir "$tmp/data" "$tmp/exec"
unshare -m -n --propagation private dockerd --data-root "$tmp/data" --exec-root "$tmp/exec" --pidfile "$tmp/pid" \
  --bridge none --iptables=false --ip6tables=false -H "unix://$tmp/theirs.sock" >"$tmp/theirs.log" 2>&1 &
theirs=$!

# at SIDE COMMAND…: the client against one of the two.
at() {
  local side=$1
  shift
  DOCKER_BUILDKIT=0 DOCKER_CONFIG="$tmp" DOCKER_HOST="unix://$tmp/$side.sock" "$docker" "$@" </dev/null
}
for side in ours theirs; do
  for _ in $(seq 100); do at "$side" version >/dev/null 2>&1 && break; sleep 0.2; done
  at "$side" version >/dev/null || { echo "not measured: $side does not answer"; tail -3 "$tmp/$side.log"; exit 0; }
done

# The base: Debian's static busybox under the names that the lesson needs.
mkdir -p "$tmp/base/bin" "$tmp/lesson"
cp /bin/busybox "$tmp/base/bin/"
for name in sh echo cat; do ln -s busybox "$tmp/base/bin/$name"; done
tar -C "$tmp/base" -cf "$tmp/base.tar" bin
mkdir "$tmp/from"
mv "$tmp/base.tar" "$tmp/from/"
printf 'FROM scratch\nADD base.tar /\nCMD ["/bin/sh"]\n' >"$tmp/from/Dockerfile"
printf 'FROM base\nRUN echo first\nCOPY ./second.txt .\nADD ./third.txt .\nCMD ["echo", "fourth"]\n' >"$tmp/lesson/Dockerfile"
echo second >"$tmp/lesson/second.txt"
echo third >"$tmp/lesson/third.txt"
for side in ours theirs; do
  at "$side" build -q -t base "$tmp/from" >/dev/null
  at "$side" build -q -t first "$tmp/lesson" >/dev/null
done

n=0
work() { # work KIND SIDE
  case $1 in
    version) at "$2" version ;;
    cached) at "$2" build -t first "$tmp/lesson" ;;
    changed)
      n=$((n + 1))
      echo "second $n" >"$tmp/lesson/second.txt"
      at "$2" build -t first "$tmp/lesson"
      ;;
    nocache) at "$2" build --no-cache -t first "$tmp/lesson" ;;
    images) at "$2" images ;;
  esac >/dev/null
}
millis() { # millis KIND SIDE: how long it took, in ms
  local from=$EPOCHREALTIME
  work "$1" "$2"
  awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f\n", (b - a) * 1000 }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

declare -A took
for kind in version images cached changed nocache; do
  : >"$tmp/ours.ms" >"$tmp/theirs.ms"
  for _ in 1 2 3 4 5; do
    for side in ours theirs; do millis "$kind" "$side" >>"$tmp/$side.ms"; done
  done
  for side in ours theirs; do took[$kind,$side]=$(median <"$tmp/$side.ms"); done
done

label() {
  case $1 in
    version) echo 'docker version: the client itself' ;;
    images) echo 'docker images' ;;
    cached) echo 'docker build, five lines, all cached' ;;
    changed) echo 'docker build, one file changed' ;;
    nocache) echo 'docker build --no-cache' ;;
  esac
}
printf '%-40s %10s %10s %8s %22s\n' '' 'ours' 'dockerd' 'times' 'times without client'
for kind in version images cached changed nocache; do
  awk -v name="$(label "$kind")" -v a="${took[$kind,ours]}" -v b="${took[$kind,theirs]}" -v c="${took[version,ours]}" -v d="${took[version,theirs]}" \
    'BEGIN {
      printf "%-40s %7.1f ms %7.1f ms %8.1f", name, a, b, b / a
      if (name !~ /version/) printf " %22.1f", (b - d > 0 ? b - d : 0) / (a - c > 0.1 ? a - c : 0.1)
      print ""
    }'
done
