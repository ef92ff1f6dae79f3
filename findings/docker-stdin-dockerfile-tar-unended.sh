#!/usr/bin/env bash
# A build context with its Dockerfile from elsewhere is sent as a tar without an end.
#
# Seen with: docker's client 20.10.24 (Debian docker.io 20.10.24+dfsg1-1+deb12u1+b6),
# classic builder.
#
# What one expects: the body of POST /build is a tar as the format has it: members
# in whole blocks of 512 bytes, and two zero blocks at the end.
# What happens: with the Dockerfile inside the context it is. With `-f -`, or with a
# file outside the context, the client copies the tar through a writer to put the
# Dockerfile (under a random name) and .dockerignore in, and closes the pipe before
# it closes that writer: the padding of the last member and both zero blocks go
# nowhere. Which of the two comes last is left to the order of a map. The daemon
# does not mind; GNU tar lists the members, complains of an unexpected end and fails.
#
# Output seen:
#   Dockerfile in the context: rest of the last block 0, zero blocks at the end: yes, GNU tar exits 0
#   Dockerfile from stdin:     rest of the last block not 0, zero blocks at the end: no, GNU tar exits 2
#   Dockerfile from outside:   rest of the last block not 0, zero blocks at the end: no, GNU tar exits 2
set -euo pipefail
tmp=$(mktemp -d)
pid=
trap 'test -z "$pid" || kill "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get download -qq docker.io=20.10.24+dfsg1-1+deb12u1+b6 2>/dev/null
dpkg -x docker.io_*.deb root
export DOCKER_CONFIG=$tmp/config DOCKER_BUILDKIT=0 DOCKER_HOST=unix://$tmp/socket

# A daemon that keeps the body of a build and says that it is done.
cat >daemon.py <<'P'
import http.server, socketserver

class Daemon(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body):
        self.send_response(200)
        self.send_header("Api-Version", "1.41")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self):
        self.answer(b"")

    def do_GET(self):
        self.answer(b"OK" if self.path == "/_ping" else b"{}")

    def do_POST(self):
        with open("body.tar", "wb") as out:
            while size := int(self.rfile.readline(), 16):
                out.write(self.rfile.read(size))
                self.rfile.readline()
        self.rfile.readline()
        self.answer(b'{"stream":"done"}\n')

    def address_string(self):
        return "client"

socketserver.ThreadingUnixStreamServer("socket", Daemon).serve_forever()
P
python3 daemon.py 2>log &
pid=$!
for _ in $(seq 100); do [[ -S socket ]] && break; sleep 0.1; done

mkdir context
echo 'some content' >context/file
printf 'FROM scratch\nCOPY file /\n' >outside
cp outside context/Dockerfile

# look WHAT ARGUMENT...: builds, and tells how the tar that was sent ends.
look() {
  local what=$1
  shift
  root/usr/bin/docker build -q "$@" context >/dev/null <outside
  rest=not\ 0 zero=no status=0
  if (($(stat -c %s body.tar) % 512 == 0)); then rest=0; fi
  if cmp -s <(tail -c 1024 body.tar) <(head -c 1024 /dev/zero); then zero=yes; fi
  tar -tf body.tar >names 2>errors || status=$?
  grep -q '^file$' names
  printf '%-26s rest of the last block %s, zero blocks at the end: %s, GNU tar exits %d\n' "$what:" "$rest" "$zero" "$status"
}

look 'Dockerfile in the context'
[[ $rest == 0 && $zero == yes && $status == 0 ]]
look 'Dockerfile from stdin' -f -
grep -q '^\.dockerfile\.' names
[[ $rest != 0 && $zero == no && $status == 2 ]]
look 'Dockerfile from outside' -f outside
[[ $rest != 0 && $zero == no && $status == 2 ]]
echo ok
