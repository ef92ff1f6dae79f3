#!/usr/bin/env bash
# The answer to a range behind a blob's end promises more bytes than it sends.
#
# Seen with: distribution 2.8.2 (Debian docker-registry 2.8.2+ds1-1) and the curl
# of the machine (7.88.1 when this was written).
#
# What one expects: asked to go on at the blob's very end (as one does with a file
# that turns out to be whole), the registry answers 416 with the blob's size in
# Content-Range, and the answer is a whole one.
# What happens: the handler sets Content-Length to the blob's size before it hands
# over to Go's ServeContent, which answers 416 with a text of its own and leaves
# the length as it is. For a blob longer than that text the connection is closed in
# the middle; for a shorter one nothing of the text is sent at all, as a write of
# more than was promised is refused. Either way curl exits 18 for a partial file,
# as if the network had failed, and a client that tries again gets the same.
#
# Output seen:
#   blob of 4096 bytes, from 4096 on: 416, Content-Range bytes */4096, Content-Length 4096, came 33, curl exits 18
#   blob of   10 bytes, from   10 on: 416, Content-Range bytes */10, Content-Length 10, came 0, curl exits 18
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

# range SIZE: pushes a blob of SIZE bytes and asks for what comes behind its end.
range() {
  head -c "$1" /dev/zero | tr '\0' x >blob
  local digest at
  digest=sha256:$(sha256sum blob | cut -d' ' -f1)
  at=$(curl -fsS -X POST -D - -o /dev/null "$base/app/blobs/uploads/" | tr -d '\r' | sed -n 's/^Location: //p')
  curl -fsS -X PUT -T blob "$at&digest=$digest"
  exit=0
  : >answer
  code=$(curl -s -D head -o answer -w '%{http_code}' -H "Range: bytes=$1-" "$base/app/blobs/$digest") || exit=$?
  total=$(tr -d '\r' <head | sed -n 's/^Content-Range: //p')
  length=$(tr -d '\r' <head | sed -n 's/^Content-Length: //p')
  came=$(stat -c %s answer)
  printf 'blob of %4d bytes, from %4d on: %s, Content-Range %s, Content-Length %s, came %s, curl exits %d\n' \
    "$1" "$1" "$code" "$total" "$length" "$came" "$exit"
}

range 4096
[[ $code == 416 && $total == 'bytes */4096' && $length == 4096 && $came == 33 && $exit == 18 ]]
range 10
[[ $code == 416 && $total == 'bytes */10' && $length == 10 && $came == 0 && $exit == 18 ]]
echo ok
