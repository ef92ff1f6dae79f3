#!/usr/bin/env bash
# A directory named twice in .dockerignore can leave a file in the image empty.
#
# Seen with: BuildKit v0.34.2 (buildkitd and buildctl).
#
# What one expects: a file that .dockerignore lets through is copied as it is, one
# that it does not is not there (or COPY fails).
# What happens: the client asks the patterns twice. While it walks the context, what
# is known of the parent directory is handed down, and a pattern that could not
# change the answer for the directory counts as not matching it; when the daemon
# asks for the content, the whole path is judged anew, and there the last line
# matches the parent. That refusal is not an error: the content is sent as ended.
# The build succeeds, and the file has its name and mode and no bytes. A daemon that
# still holds the file from an earlier build does not ask for it: there the same
# context gives the whole file.
#
# Output seen:
#   empty cache,        d !d/e:   d/e/f has 8 bytes
#   empty cache,        d !d/e d: d/e/f has 0 bytes
#   after d !d/e,       d !d/e d: d/e/f has 8 bytes
set -euo pipefail
tmp=$(mktemp -d)
pid=
finish() {
  test -z "$pid" || { kill -KILL "$pid" && wait "$pid"; } 2>/dev/null || true
  for _ in 1 2 3 4 5; do rm -rf "$tmp" && break || sleep 0.5; done
}
trap finish EXIT
cd "$tmp"
apt-get download -qq runc=1.1.5+ds1-1+deb12u1 2>/dev/null
dpkg -x runc_*.deb root
# The module cannot be installed by name, as its go.mod has exclude lines.
module=$(go mod download -json github.com/moby/buildkit@v0.34.2 | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
(cd "$module" && GOFLAGS=-buildvcs=false GOWORK=off go build -o "$tmp/root/usr/bin/" ./cmd/buildkitd ./cmd/buildctl)
export PATH=$tmp/root/usr/sbin:$tmp/root/usr/bin:$PATH BUILDKIT_HOST=unix://$tmp/socket
# A daemon of its own, in namespaces that end with it.
unshare --mount --net --pid --fork --kill-child --mount-proc bash -c "
  mount -t tmpfs tmpfs /run
  exec buildkitd --addr $BUILDKIT_HOST --root $tmp/data --otel-socket-path $tmp/trace \
    --oci-worker-snapshotter overlayfs --oci-worker-net host --containerd-worker=false" >log 2>&1 &
pid=$!
for _ in $(seq 200); do buildctl debug workers >/dev/null 2>&1 && break; sleep 0.1; done

mkdir -p context/d/e
echo content >context/d/e/f
printf 'FROM scratch\nCOPY d/ /d/\n' >context/Dockerfile

# look WHEN PATTERN...: builds with these lines in .dockerignore.
look() {
  local when=$1
  shift
  printf '%s\n' "$@" >context/.dockerignore
  buildctl build --no-cache --progress plain --frontend dockerfile.v0 --local context=context --local dockerfile=context \
    --output type=tar,dest=out.tar >build.log 2>&1
  size=$(tar -xOf out.tar d/e/f | wc -c)
  printf '%-19s %-9s d/e/f has %d bytes\n' "$when," "$*:" "$size"
}
look "empty cache" d '!d/e'
[[ $size == 8 ]]
buildctl prune --all >/dev/null
look "empty cache" d '!d/e' d
[[ $size == 0 ]]
buildctl prune --all >/dev/null
look "empty cache" d '!d/e' >/dev/null
look 'after d !d/e' d '!d/e' d
[[ $size == 8 ]]
echo ok
