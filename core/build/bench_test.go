package build_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"layerlab.dev/core/build"
	"layerlab.dev/core/vfs"
)

// usual are lines as Dockerfiles have them most: files made, moved, edited and
// taken away, text searched and cut, accounts, archives.
var usual = strings.Split(strings.TrimSpace(`
echo hello > /hello
mkdir -p /app/data /app/logs
mkdir -p /var/lib/app && chown nobody:nobody /var/lib/app && chmod 750 /var/lib/app
rm -rf /var/cache/* /tmp/*
touch /etc/app.conf
cp /etc/passwd /tmp/passwd && mv /tmp/passwd /root/
ln -s /etc/os-release /os
ln -sf /bin/busybox /usr/local/bin/bb
chmod +x /bin/busybox || true
chmod -R go-w /etc
chown -R 1000:1000 /home
addgroup -S app && adduser -S -G app app
adduser -D -u 1000 app
echo 'app:x:1000:1000::/app:/bin/sh' >> /etc/passwd
sed -i 's/root/admin/' /etc/group
sed -i -e 's/^#//' -e '/^$/d' /etc/profile
sed -n '1p' /etc/passwd > /first
grep -q root /etc/passwd && echo found
grep -v '^#' /etc/profile > /profile || true
awk -F: '{print $1}' /etc/passwd > /users
cut -d: -f1 /etc/passwd | sort | uniq > /names
cat /etc/os-release | grep ID | head -1
find / -name '*.conf' | wc -l
find /usr -type f -perm -4000 -exec chmod a-s {} +
find /etc -type d | xargs ls -d > /dev/null
tar -cf /tmp/etc.tar /etc && rm /tmp/etc.tar
tar -czf /etc.tgz -C / etc && tar -tzf /etc.tgz > /list
mkdir /x && cd /x && echo a > a && cd .. && rm -r /x
printf 'a=%s\nb=%d\n' one 2 > /config
export A=1 && echo $A > /a
[ -f /etc/passwd ] && echo yes || echo no
if [ -d /opt ]; then echo opt; fi
test -e /none || touch /none
for i in 1 2 3; do echo $i > /f$i; done
for f in /etc/*; do basename $f; done > /files
i=0; while [ $i -lt 10 ]; do i=$((i+1)); done; echo $i
set -e; mkdir /srv/a; echo b > /srv/a/b
set -eux; echo traced
cat > /start.sh <<'X' && chmod +x /start.sh
(umask 077 && echo secret > /secret)
echo "$(date -u +%Y)" > /year
env | sort > /env
id -u > /uid
whoami
uname -m
hostname > /host
pwd
ls -la / > /ls
ls /usr/bin | wc -l
stat -c '%a %n' /etc/passwd
du -s /etc > /du
wc -l /etc/passwd
head -n 2 /etc/passwd > /head && tail -n 1 /etc/passwd > /tail
tr a-z A-Z < /etc/hostname > /upper || true
md5sum /etc/passwd > /sum && md5sum -c /sum
sha256sum /etc/passwd | cut -c1-8
echo hi | base64 | base64 -d
seq 1 10 > /seq
expr 1 + 2
echo $((6*7))
V=1.2.3; echo ${V%.*} ${V##*.}
x=abc; case $x in a*) echo a;; esac
true && false || echo or
sleep 0
which sh
command -v cat
readlink -f /bin/sh
dirname /a/b/c
basename /a/b.txt .txt
mktemp -d
tee /copy < /etc/passwd > /dev/null
diff /etc/passwd /etc/passwd
cmp /etc/passwd /etc/passwd
split -l 1 /etc/group /tmp/g
paste -d, /etc/passwd /etc/passwd | head -1
rev < /etc/hostname || true
nl /etc/passwd | head -2
od -c /etc/hostname | head -1 || true
gzip -k /etc/passwd && gunzip -c /etc/passwd.gz | wc -l
dd if=/dev/zero of=/zero bs=1k count=64
truncate -s 1M /big
yes | head -5 > /yes
xargs -n1 echo < /etc/hostname || true
install -d -m 755 /opt/app
install -m 644 /etc/passwd /opt/passwd
rm -f /etc/profile
rmdir /media
mv /srv /srv2
cp -r /etc /etc.bak
cp -a /etc/passwd /etc/passwd.bak
cat /etc/passwd /etc/group > /both
echo one >> /log; echo two >> /log
sort -u /etc/group -o /sorted
uniq -c /etc/group | sort -rn | head -1
date +%s > /dev/null
read a < /etc/hostname; echo $a || true
f() { echo "$1" > /fun; }; f x
trap 'echo bye' EXIT; echo work
echo a b c | { read x y; echo $y; }
wc -c < /etc/passwd
getent passwd root
`), "\n")

func init() {
	for i, l := range usual {
		if strings.Contains(l, "<<'X'") {
			usual[i] = l + "\n#!/bin/sh\nexec \"$@\"\nX"
		}
	}
}

// BenchmarkUsualLines runs each usual RUN line on the stand-in of alpine, warm,
// and reports the median and the slowest.
func BenchmarkUsualLines(b *testing.B) {
	context := files(b)
	var times []time.Duration
	slowest, slow := time.Duration(0), ""
	for b.Loop() {
		times = times[:0]
		for _, line := range usual {
			o := options()
			source := []byte("FROM alpine\nRUN " + strings.ReplaceAll(line, "\n", " \\n\\\n") + "\n")
			if strings.Contains(line, "\n") {
				source = []byte("FROM alpine\nRUN <<LINE\n" + line + "\nLINE\n")
			}
			start := time.Now()
			if _, err := build.Build(b.Context(), source, context, o); err != nil && b.N == 1 {
				b.Logf("%s: %v", line, err)
			}
			d := time.Since(start)
			times = append(times, d)
			if d > slowest {
				slowest, slow = d, line
			}
		}
	}
	slices.Sort(times)
	b.ReportMetric(float64(len(usual)), "lines")
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "median-ms")
	b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
	b.Logf("slowest: %s", slow)
}

// BenchmarkLoop counts to 100,000 in the shell.
func BenchmarkLoop(b *testing.B) {
	benchmarkBuild(b, "FROM alpine\nRUN i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done\n", files(b))
}

// BenchmarkTar extracts 50 MB in a RUN, and with archive/tar alone into memory,
// and reports how much longer the RUN takes.
func BenchmarkTar(b *testing.B) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for i := range 50 {
		text, err := vfs.Random(1<<20, uint64(i)).Bytes()
		if err != nil {
			b.Fatal(err)
		}
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("f%d", i), Mode: 0o644, Size: 1 << 20, Typeflag: tar.TypeReg}); err != nil {
			b.Fatal(err)
		}
		w.Write(text)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	var native time.Duration // for one extraction
	b.Run("archive/tar", func(b *testing.B) {
		b.SetBytes(int64(archive.Len()))
		for b.Loop() {
			r := tar.NewReader(bytes.NewReader(archive.Bytes()))
			for {
				if _, err := r.Next(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadAll(r); err != nil {
					b.Fatal(err)
				}
			}
		}
		native = b.Elapsed() / time.Duration(b.N)
	})
	b.Run("RUN", func(b *testing.B) {
		e := files(b).Edit()
		if err := e.WriteFile("/a.tar", vfs.Bytes(archive.Bytes()), 0o644, 0, 0); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(archive.Len()))
		benchmarkBuild(b, "FROM alpine\nRUN --mount=type=bind,target=/m tar -xf /m/a.tar -C /tmp && rm /tmp/f*\n", e.Tree())
		b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(native), "x-archive/tar")
	})
}

// BenchmarkCopy copies 1,000 files of 100 MB in all.
func BenchmarkCopy(b *testing.B) {
	e := vfs.New(0).Edit()
	for i := range 1000 {
		p := fmt.Sprintf("/d%d/f%d", i/100, i)
		if _, err := e.MkdirAll(p[:strings.LastIndexByte(p, '/')], 0o755, 0, 0); err != nil {
			b.Fatal(err)
		}
		if err := e.WriteFile(p, vfs.Random(100<<10, uint64(i)), 0o644, 0, 0); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(100 << 20)
	benchmarkBuild(b, "FROM scratch\nCOPY . /\n", e.Tree())
}

func benchmarkBuild(b *testing.B, dockerfile string, context vfs.Tree) {
	b.Helper()
	for b.Loop() {
		if _, err := build.Build(b.Context(), []byte(dockerfile), context, options()); err != nil {
			b.Fatal(err)
		}
	}
}
