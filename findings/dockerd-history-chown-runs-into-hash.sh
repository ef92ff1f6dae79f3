#!/usr/bin/env bash
# The history of a COPY --chown runs the owner into the hash of the files.
#
# Seen with: dockerd 20.10.24 (Debian docker.io 20.10.24+dfsg1-1+deb12u1+b6),
# classic builder.
#
# What one expects: created_by has the words of a COPY apart, as it has without the
# flag: COPY, the hash, in, the destination.
# What happens: the flag is set in front of the hash without a space. Who splits at
# spaces, to find the hash or to tell the layers of one context from others, finds
# neither an owner nor a hash.
#
# Output seen:
#   without: COPY file:HASH in /
#   with:    COPY --chown=1000:50file:HASH in /
set -euo pipefail
tmp=$(mktemp -d)
pid=
finish() {
  test -z "$pid" || { kill -KILL "$pid" && wait "$pid"; } 2>/dev/null || true
  for _ in 1 2 3 4 5; do rm -rf "$tmp" && break || sleep 0.5; done
}
trap finish EXIT
cd "$tmp"
apt-get download -qq docker.io=20.10.24+dfsg1-1+deb12u1+b6 containerd=1.6.20~ds1-1+deb12u3 runc=1.1.5+ds1-1+deb12u1 \
  libdevmapper1.02.1=2:1.02.185-2 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export PATH=$tmp/root/usr/sbin:$tmp/root/usr/bin:$PATH DOCKER_HOST=unix://$tmp/socket DOCKER_CONFIG=$tmp/config DOCKER_BUILDKIT=0
# A daemon of its own, in namespaces that end with it.
unshare --mount --net --pid --fork --kill-child --mount-proc bash -c "
  mount -t tmpfs tmpfs /run
  LD_LIBRARY_PATH=$(echo "$tmp"/root/lib/*-linux-gnu) exec dockerd --host $DOCKER_HOST --data-root $tmp/data \
    --storage-driver overlay2 --bridge none --iptables=false --ip6tables=false" >log 2>&1 &
pid=$!
for _ in $(seq 200); do docker version >/dev/null 2>&1 && break; sleep 0.1; done

mkdir context
echo content >context/f

# line FLAG: the first line of the history of COPY FLAG, the hash made short.
line() {
  printf 'FROM scratch\nCOPY %s f /\n' "$1" >context/Dockerfile
  docker build -q -t app context >/dev/null
  docker history --no-trunc --format '{{.CreatedBy}}' app | sed 's|^/bin/sh -c #(nop) ||; s/[0-9a-f]\{64\}/HASH/; s/ *$//'
}
without=$(line '')
echo "without: $without"
[[ $without == 'COPY file:HASH in /' ]]
with=$(line --chown=1000:50)
echo "with:    $with"
[[ $with == 'COPY --chown=1000:50file:HASH in /' ]]
echo ok
