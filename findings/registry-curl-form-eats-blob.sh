#!/usr/bin/env bash
# A blob that curl sends with --data-binary is always refused.
#
# Seen with: distribution 2.8.2 (Debian docker-registry 2.8.2+ds1-1) and the curl
# of the machine (7.88.1 when this was written).
#
# What one expects: PUT of the very bytes whose digest the URL names gives 201.
# What happens: curl gives a body sent with -d or --data-binary the Content-Type
# application/x-www-form-urlencoded. The registry reads the digest of the query
# with FormValue, which for that type reads the body as a form first; when the
# blob is read, nothing is left, and the answer is 400 DIGEST_INVALID. Any other
# Content-Type, or -T, uploads it.
#
# Output seen:
#   with the form's type: 400 DIGEST_INVALID
#   with octet-stream:    201
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
for _ in $(seq 100); do curl -fs "http://127.0.0.1:$port/v2/" >/dev/null && break; sleep 0.1; done

printf 'the bytes of a blob\n' >blob
digest=sha256:$(sha256sum blob | cut -d' ' -f1)
location() { curl -fsS -X POST -D - -o /dev/null "http://127.0.0.1:$port/v2/team/app/blobs/uploads/" | tr -d '\r' | sed -n 's/^Location: //p'; }

code=$(curl -s -o answer -w '%{http_code}' -X PUT --data-binary @blob "$(location)&digest=$digest")
error=$(grep -o DIGEST_INVALID answer | head -1)
echo "with the form's type: $code $error"
[[ $code == 400 && $error == DIGEST_INVALID ]]

code=$(curl -s -o /dev/null -w '%{http_code}' -X PUT -H 'Content-Type: application/octet-stream' --data-binary @blob "$(location)&digest=$digest")
echo "with octet-stream:    $code"
[[ $code == 201 ]]
echo ok
