#!/usr/bin/env bash
# A page of the registry's catalog can end early and say that it is the last.
#
# Seen with: distribution 2.8.2 (Debian docker-registry 2.8.2+ds1-1).
#
# What one expects: GET /v2/_catalog?n=1 on a registry of two repositories gives
# one name and a Link header to the rest.
# What happens: where one repository's name is the beginning of another's (a and
# a/0), the page is filled by the nested one and has no Link, and what comes
# behind its name is nothing: a client that takes pages of one never sees a. With b
# beside a the Link is there.
#
# Output seen:
#   repositories a and b:   first page a, Link: yes
#   repositories a and a/0: first page a/0, Link: no; behind it: nothing
set -euo pipefail
tmp=$(mktemp -d)
pid=
trap 'test -z "$pid" || kill "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq docker-registry=2.8.2+ds1-1 2>/dev/null
dpkg -x docker-registry_*.deb root

# try NAME NAME: the first page of a fresh registry with these repositories.
try() {
  local port=$((20000 + RANDOM % 20000)) name base
  rm -rf storage
  cat >config.yml <<Y
version: 0.1
storage: {filesystem: {rootdirectory: $tmp/storage}}
http: {addr: "127.0.0.1:$port"}
Y
  root/usr/bin/docker-registry serve config.yml >log 2>&1 &
  pid=$!
  base=http://127.0.0.1:$port/v2
  for _ in $(seq 100); do curl -fs "$base/" >/dev/null && break; sleep 0.1; done
  printf '{}' >config
  local digest
  digest=sha256:$(sha256sum config | cut -d' ' -f1)
  for name in "$@"; do
    at=$(curl -fsS -X POST -D - -o /dev/null "$base/$name/blobs/uploads/" | tr -d '\r' | sed -n 's/^Location: //p')
    curl -fsS -X PUT -T config "$at&digest=$digest"
    printf '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":2,"digest":"%s"},"layers":[]}' "$digest" >manifest
    curl -fsS -X PUT -T manifest -H 'Content-Type: application/vnd.docker.distribution.manifest.v2+json' "$base/$name/manifests/latest"
  done
  curl -fsS -D head -o page "$base/_catalog?n=1"
  first=$(sed 's/.*\["\(.*\)"\].*/\1/' page)
  link=no
  if grep -qi '^link:' head; then link=yes; fi
  rest=$(curl -fsS "$base/_catalog?n=1&last=$first" | sed -n 's/.*\["\(.*\)"\].*/\1/p')
  kill "$pid"
  wait "$pid" 2>/dev/null || true
  pid=
}

try a b
echo "repositories a and b:   first page $first, Link: $link"
[[ $first == a && $link == yes ]]
try a a/0
echo "repositories a and a/0: first page $first, Link: $link; behind it: ${rest:-nothing}"
[[ $first == a/0 && $link == no && -z $rest ]]
echo ok
