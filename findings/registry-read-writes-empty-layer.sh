#!/usr/bin/env bash
# Reading a manifest can write a blob into the registry's storage.
#
# Seen with: distribution 2.8.2 (Debian docker-registry 2.8.2+ds1-1).
#
# What one expects: GET changes nothing.
# What happens: a client that does not say that it takes schema 2 gets the
# manifest converted to schema 1. History entries without a layer are given the
# empty layer there, and the conversion pushes that layer,
# sha256:a3ed95ca…, into the repository: the GET of a plain curl leaves a new
# blob behind, which garbage collection removes and the next such GET brings back.
#
# Output seen:
#   blobs before: 2, after a GET without Accept: 3 (a3ed95caeb02)
set -euo pipefail
tmp=$(mktemp -d)
pid=
trap 'test -z "$pid" || kill "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq docker-registry=2.8.2+ds1-1 2>/dev/null
dpkg -x docker-registry_*.deb root
port=$((20000 + RANDOM % 20000))
cat >config.yml <<Y
version: 0.1
storage: {filesystem: {rootdirectory: $tmp/storage}}
http: {addr: "127.0.0.1:$port"}
Y
root/usr/bin/docker-registry serve config.yml >log 2>&1 &
pid=$!
base=http://127.0.0.1:$port/v2
for _ in $(seq 100); do curl -fs "$base/" >/dev/null && break; sleep 0.1; done

push() { # push FILE: a blob
  at=$(curl -fsS -X POST -D - -o /dev/null "$base/app/blobs/uploads/" | tr -d '\r' | sed -n 's/^Location: //p')
  curl -fsS -X PUT -T "$1" "$at&digest=sha256:$(sha256sum "$1" | cut -d' ' -f1)"
}
printf '{"architecture":"amd64","os":"linux","config":{},"history":[{"created":"2022-01-09T00:00:00Z","created_by":"CMD","empty_layer":true}],"rootfs":{"type":"layers","diff_ids":[]}}' >config
printf '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":%d,"digest":"sha256:%s"},"layers":[]}' "$(stat -c %s config)" "$(sha256sum config | cut -d' ' -f1)" >manifest
push config
curl -fsS -X PUT -T manifest -H 'Content-Type: application/vnd.docker.distribution.manifest.v2+json' "$base/app/manifests/latest"

blobs() { find storage -name data -path '*/blobs/sha256/*' | sed 's|.*/\([0-9a-f]\{64\}\)/data|\1|' | sort; }
blobs >before
curl -fsS "$base/app/manifests/latest" >answer
grep -q '"schemaVersion": 1' answer
blobs >after
new=$(comm -13 before after)
echo "blobs before: $(wc -l <before), after a GET without Accept: $(wc -l <after) (${new:0:12})"
[[ $(wc -l <before) == 2 && $(wc -l <after) == 3 && $new == a3ed95caeb02* ]]
echo ok
