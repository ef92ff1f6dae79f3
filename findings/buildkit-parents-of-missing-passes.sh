#!/usr/bin/env bash
# COPY --parents of a path that does not exist passes, if it copies from the base.
#
# Seen with: BuildKit v0.34.2 (buildkitd and buildctl).
#
# What one expects: a source without wildcards that is not there fails the build.
# What happens: it fails, with --parents and without, except where a stage
# copies with --parents from the very state it stands on: COPY --from=x as the first
# step behind FROM x. Then the build succeeds without the file and without a
# warning; any step in between, or another base, and the same line fails.
#
# Output seen:
#   FROM x, COPY --from=x --parents /missing:          passes
#   FROM x, COPY --from=x /missing:                    fails
#   FROM x, COPY f, COPY --from=x --parents /missing:  fails
#   FROM scratch, COPY --from=x --parents /missing:    fails
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

mkdir context
echo content >context/f

# look WHAT LINE...: builds the stage x and these lines behind it, from nothing.
look() {
  local what=$1
  shift
  printf '%s\n' 'FROM scratch AS x' 'COPY f /f' "$@" >context/Dockerfile
  buildctl prune --all >/dev/null
  if buildctl build --no-cache --progress plain --frontend dockerfile.v0 --local context=context --local dockerfile=context \
    --output type=tar,dest=out.tar >build.log 2>&1; then
    answer=passes
    [[ $(tar -tf out.tar) == f ]]
  else
    answer=fails
    grep -q '/missing.*\(not found\|no such file\)' build.log
  fi
  printf '%-50s %s\n' "$what:" "$answer"
}
look 'FROM x, COPY --from=x --parents /missing' 'FROM x' 'COPY --from=x --parents /missing /'
[[ $answer == passes ]]
look 'FROM x, COPY --from=x /missing' 'FROM x' 'COPY --from=x /missing /'
[[ $answer == fails ]]
look 'FROM x, COPY f, COPY --from=x --parents /missing' 'FROM x' 'COPY f /g' 'COPY --from=x --parents /missing /'
[[ $answer == fails ]]
look 'FROM scratch, COPY --from=x --parents /missing' 'FROM scratch' 'COPY --from=x --parents /missing /'
[[ $answer == fails ]]
echo ok
