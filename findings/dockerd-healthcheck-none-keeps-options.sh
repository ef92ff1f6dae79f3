#!/usr/bin/env bash
# HEALTHCHECK NONE keeps the options of the check that it takes away, for later.
#
# Seen with: dockerd 20.10.24 (Debian docker.io 20.10.24+dfsg1-1+deb12u1+b6),
# classic builder.
#
# What one expects: HEALTHCHECK NONE ends what the base had; a check that an image
# built on that one defines starts with the defaults.
# What happens: the container of each step is committed, and a commit fills every
# option that is zero from the parent's check, for NONE as well. So the interval
# and retries stay beside NONE, out of sight of docker history, and are in force for
# the next check, any number of images later.
#
# Output seen:
#   base:  {"Test":["CMD-SHELL","one"],"Interval":7000000000,"Retries":5}
#   none:  {"Test":["NONE"],"Interval":7000000000,"Retries":5}
#   later: {"Test":["CMD-SHELL","two"],"Interval":7000000000,"Retries":5}
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

# check NAME: builds standard input and gives the check in the image's configuration.
check() {
  docker build -q -t "$1" - >/dev/null
  docker inspect -f '{{json .Config.Healthcheck}}' "$1"
}
base=$(printf 'FROM scratch\nENV A=1\nHEALTHCHECK --interval=7s --retries=5 CMD one\n' | check base)
echo "base:  $base"
[[ $base == '{"Test":["CMD-SHELL","one"],"Interval":7000000000,"Retries":5}' ]]
none=$(printf 'FROM base\nHEALTHCHECK NONE\n' | check none)
echo "none:  $none"
[[ $none == '{"Test":["NONE"],"Interval":7000000000,"Retries":5}' ]]
later=$(printf 'FROM none\nHEALTHCHECK CMD two\n' | check later)
echo "later: $later"
[[ $later == '{"Test":["CMD-SHELL","two"],"Interval":7000000000,"Retries":5}' ]]
echo ok
