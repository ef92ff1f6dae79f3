#!/usr/bin/env bash
# Every whiteout of a layer but the first is a plain file with a link's target.
#
# Seen with: dockerd 20.10.24 (Debian docker.io 20.10.24+dfsg1-1+deb12u1+b6),
# overlay2, on Linux 6 (5.8 or later has it).
#
# What one expects: RUN rm a b c gives three whiteouts that differ in their names.
# What happens: overlayfs marks what was removed with a device 0:0, and Linux makes
# all such marks of a mount hard links of one inode. The daemon's tar writer takes
# the second and later ones for hard links to the first, notes its name as the link
# target, and only then makes an empty regular file of the entry, with the target
# still in the header. So the layer, and its DiffID, tell which file was removed
# first, by a name (not that of its whiteout) that the layer does not hold; and
# removing the same files in the same order one a RUN gives none of these targets.
#
# Output seen:
#   one RUN:    d/.wh.a  d/.wh.b=>d/a  d/.wh.c=>d/a  .wh.x=>d/a
#   RUN by RUN: d/.wh.a  d/.wh.b  d/.wh.c  .wh.x
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
  libdevmapper1.02.1=2:1.02.185-2 busybox-static=1:1.35.0-4+deb12u1+b1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export PATH=$tmp/root/usr/sbin:$tmp/root/usr/bin:$PATH DOCKER_HOST=unix://$tmp/socket DOCKER_CONFIG=$tmp/config DOCKER_BUILDKIT=0
# A daemon of its own, in namespaces that end with it.
unshare --mount --net --pid --fork --kill-child --mount-proc bash -c "
  mount -t tmpfs tmpfs /run
  LD_LIBRARY_PATH=$(echo "$tmp"/root/lib/*-linux-gnu) exec dockerd --host $DOCKER_HOST --data-root $tmp/data \
    --storage-driver overlay2 --bridge none --iptables=false --ip6tables=false" >log 2>&1 &
pid=$!
for _ in $(seq 200); do docker version >/dev/null 2>&1 && break; sleep 0.1; done

# The base: busybox alone.
mkdir base
tar -C root -cf base/root.tar bin/busybox
printf 'FROM scratch\nADD root.tar /\nRUN ["/bin/busybox", "mkdir", "/d"]\nRUN ["/bin/busybox", "touch", "/d/a", "/d/b", "/d/c", "/x"]\n' >base/Dockerfile
docker build -q -t base base >/dev/null

# whiteouts: builds standard input on the base and gives the whiteouts, each with the target its header has.
whiteouts() {
  docker build -q -t app - >/dev/null
  docker save -o app.tar app
  python3 - <<'P'
import json, tarfile
saved = tarfile.open("app.tar")
found = []
for name in json.load(saved.extractfile("manifest.json"))[0]["Layers"]:
    for entry in tarfile.open(fileobj=saved.extractfile(name)):
        if "/.wh." in "/" + entry.name:
            assert entry.type == tarfile.REGTYPE and entry.size == 0
            found.append(entry.name + (entry.linkname and "=>" + entry.linkname))
print("  ".join(found))
P
}
one=$(printf 'FROM base\nRUN ["/bin/busybox", "rm", "/d/a", "/d/b", "/d/c", "/x"]\n' | whiteouts)
echo "one RUN:    $one"
[[ $one == 'd/.wh.a  d/.wh.b=>d/a  d/.wh.c=>d/a  .wh.x=>d/a' ]]
each=$(printf 'FROM base\nRUN ["/bin/busybox", "rm", "/d/a"]\nRUN ["/bin/busybox", "rm", "/d/b"]\nRUN ["/bin/busybox", "rm", "/d/c"]\nRUN ["/bin/busybox", "rm", "/x"]\n' | whiteouts)
echo "RUN by RUN: $each"
[[ $each == 'd/.wh.a  d/.wh.b  d/.wh.c  .wh.x' ]]
echo ok
