package applet_test

import (
	"os"
	"strings"
	"testing"

	"layerlab.dev/core/shell/applet"
	"layerlab.dev/core/vfs"
)

// A flavour is a set of commands that lines are recorded from and replayed on.
type flavour struct {
	name  string
	lines string // the file of lines
	plain bool   // Debian's static busybox
	gnu   bool
}

var flavours = []flavour{
	{name: "full", lines: "busybox"},
	{name: "static", lines: "busybox", plain: true},
	{name: "gnu", lines: "gnu", gnu: true},
}

// debianStatic is the size and digest of the static build the evaluator knows.
const debianStatic = "sha256:3d9f2889d6782537624a4e1a10e68a2ddd53e0ee8bac02676f27308f42ec6bf6"

// gnuCommands are the programs of a Debian image that lines may call.
var gnuCommands = strings.Fields(`[ arch awk base32 base64 basename cat chgrp chmod chown cksum cmp comm cp cut date dd df diff dir
dirname du echo egrep env expand expr factor false fgrep find fmt fold getent grep groups groupadd groupdel groupmod gunzip gzip head
bunzip2 bzcat bzip2 hostname id install join link ln logname ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup nproc numfmt od paste
patch pathchk pr printenv printf ptx pwd readlink realpath rm rmdir sed seq sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf
sleep sort split stat stdbuf strings sum sync tac tail tar tee test timeout touch tr true truncate tsort tty uname unexpand uniq unlink
unxz useradd userdel usermod vdir wc whoami xargs xxd xz xzcat yes zcat zcmp zgrep lzcat unlzma lzma ar unzip which csplit b2sum chage
gpasswd bc dc tempfile run-parts passwd chpasswd su rev cal column ed hexdump file install-info ldconfig mountpoint setsid ionice`)

// node is a file of the fixture.
type node struct {
	path     string
	meta     vfs.Meta
	content  string
	hardlink string
}

const fixtureTime = 1_500_000_000

// fixture is what a line finds: /w, where it starts, and a small system.
func fixture(t testing.TB) []node {
	t.Helper()
	var nodes []node
	add := func(path string, k vfs.Kind, mode uint32, content string) *node {
		m := vfs.Meta{Kind: k, Mode: mode, MTime: (fixtureTime + int64(len(nodes))) * 1e9}
		if k == vfs.Symlink {
			m.Target, content = content, ""
		}
		nodes = append(nodes, node{path: path, meta: m, content: content})
		return &nodes[len(nodes)-1]
	}
	own := func(n *node, uid, gid int) { n.meta.UID, n.meta.GID = uid, gid }
	for _, d := range []string{"/dev", "/etc", "/home", "/proc", "/root", "/srv", "/sys", "/usr/local", "/usr/local/bin", "/var", "/w", "/w/d", "/w/d/sub", "/w/d/sub/deep", "/w/d/empty", "/w/e"} {
		add(d, vfs.Dir, 0o755, "")
	}
	add("/tmp", vfs.Dir, 0o1777, "")
	add("/etc/passwd", vfs.File, 0o644, "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n")
	add("/etc/group", vfs.File, 0o644, "root:x:0:\ndaemon:x:1:\nadm:x:4:www-data\nwww-data:x:33:\nstaff:x:50:www-data,daemon\nnogroup:x:65534:\n")
	own(add("/etc/shadow", vfs.File, 0o640, "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nwww-data:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n"), 0, 50)
	own(add("/etc/gshadow", vfs.File, 0o640, "root:*::\ndaemon:*::\nadm:*::www-data\nwww-data:*::\nstaff:*::www-data,daemon\nnogroup:*::\n"), 0, 50)
	add("/etc/shells", vfs.File, 0o644, "/bin/sh\n/bin/bash\n")
	add("/etc/nsswitch.conf", vfs.File, 0o644, "passwd: files\ngroup: files\nshadow: files\ngshadow: files\nhosts: files\n")
	w := func(name, content string) *node { return add("/w/"+name, vfs.File, 0o644, content) }
	w("a", "alpha\nbeta\ngamma\ndelta\n")
	w("b", "alpha\nBETA\ngamma\nepsilon\nzeta\n")
	w("n", "10\n9\n2\n33\n2\n-5\n1.5\n")
	w("csv", "id,name,score\n1,Kim,90\n2,Lee,75\n3,Park,88\n4,Kim,60\n")
	w("conf", "# comment\nport=80\nhost = localhost\n\n[section]\nuser=nobody\n  indented=yes\n")
	w("empty", "")
	w("noeol", "no newline at end")
	w("tabs", "a\tb\tc\n\tlead\n    four\n        eight\nx       y\n")
	w("dup", "x\nx\ny\nY\nx\n\n\nz\n")
	w("ko", "한글 이름\ncafé\nplain\n")
	w("words", "the quick brown fox jumps over the lazy dog and runs away from the very angry bear in the wood\nshort\n\na-very-long-word-that-has-no-blank-anywhere-in-it-so-that-it-must-be-cut-somewhere\n")
	w("crlf", "one\r\ntwo\r\n")
	w("한글.txt", "이름\n")
	w("sp ace", "blank\n")
	var long, all strings.Builder
	for i := range 120 {
		long.WriteString("line " + strings.Repeat("=", i%7) + " " + string(rune('a'+i%26)) + "\n")
	}
	for i := range 256 {
		all.WriteByte(byte(i))
	}
	w("long", long.String())
	w("bin", all.String())
	for _, name := range []string{"x.xz", "x.lzma", "x.gz", "x.bz2", "x.tar.xz", "x.tar.gz", "x.tar.bz2", "x.tar"} {
		data, err := os.ReadFile("testdata/files/" + name)
		if err != nil {
			t.Fatal(err)
		}
		w(name, string(data))
	}
	own(add("/w/d/one", vfs.File, 0o600, "one\n"), 33, 33)
	own(add("/w/d/two.c", vfs.File, 0o755, "int main() { return 0; }\n"), 1000, 1000)
	add("/w/d/.hid", vfs.File, 0o644, "hidden\n")
	add("/w/d/sub/three", vfs.File, 0o640, "three\nthree\n")
	add("/w/d/sub/deep/four", vfs.File, 0o444, "four\n")
	add("/w/d/sub/link", vfs.Symlink, 0o777, "three")
	add("/w/suid", vfs.File, 0o4755, "#!/bin/sh\necho suid\n")
	add("/w/script", vfs.File, 0o755, "#!/bin/sh\necho \"script $# $*\"\nexit 3\n")
	add("/w/noperm", vfs.File, 0o000, "secret\n")
	add("/w/la", vfs.Symlink, 0o777, "a")
	add("/w/ld", vfs.Symlink, 0o777, "d")
	add("/w/gone", vfs.Symlink, 0o777, "nowhere")
	add("/w/loop", vfs.Symlink, 0o777, "loop")
	add("/w/fifo", vfs.Fifo, 0o644, "")
	add("/w/e/h1", vfs.File, 0o644, "hard\n")
	nodes = append(nodes, node{path: "/w/e/h2", hardlink: "/w/e/h1"})
	add("/etc/login.defs", vfs.File, 0o644, "MAIL_DIR /var/mail\nUMASK 022\nPASS_MAX_DAYS 99999\nPASS_MIN_DAYS 0\nPASS_WARN_AGE 7\nUID_MIN 1000\nUID_MAX 60000\nSYS_UID_MIN 100\nSYS_UID_MAX 999\nGID_MIN 1000\nGID_MAX 60000\nSYS_GID_MIN 100\nSYS_GID_MAX 999\nUSERGROUPS_ENAB yes\n")
	add("/etc/default", vfs.Dir, 0o755, "")
	add("/etc/default/useradd", vfs.File, 0o644, "SHELL=/bin/sh\n")
	zip, err := os.ReadFile("testdata/files/x.zip")
	if err != nil {
		t.Fatal(err)
	}
	add("/srv/x.zip", vfs.File, 0o644, string(zip))
	// Directories were touched by what was put into them.
	return nodes
}

// images are those that image has made: a tree does not change, so every line
// begins from the same one.
var images = map[flavour]vfs.Tree{}

// image is the fixture with the commands of a flavour, as the evaluator sees it.
func image(t testing.TB, f flavour) vfs.Tree {
	t.Helper()
	if tree, ok := images[f]; ok {
		return tree
	}
	e := vfs.New(1_700_000_000_000_000_000).Edit()
	nodes := fixture(t)
	for _, n := range nodes {
		switch {
		case n.hardlink != "":
			must(t, e.Link(n.hardlink, n.path))
		case n.meta.Kind == vfs.Dir:
			_, err := e.MkdirAll(n.path, 0o755, 0, 0)
			must(t, err)
			must(t, e.Chmod(n.path, n.meta.Mode))
		case n.meta.Kind == vfs.File:
			must(t, e.Create(n.path, n.meta, vfs.String(n.content)))
		default:
			must(t, e.Create(n.path, n.meta, nil))
		}
	}
	if f.gnu {
		for _, d := range []string{"/usr/bin", "/usr/sbin"} {
			_, err := e.MkdirAll(d, 0o755, 0, 0)
			must(t, err)
		}
		for _, l := range []string{"bin", "sbin"} {
			must(t, e.Create("/"+l, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: "usr/" + l}, nil))
		}
		for _, c := range append(gnuCommands, "dash") {
			must(t, e.WriteFile("/usr/bin/"+c, vfs.String("\x7fELF "+c), 0o755, 0, 0))
		}
		must(t, e.Create("/usr/bin/sh", vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: "dash"}, nil))
	} else {
		_, err := e.MkdirAll("/bin", 0o755, 0, 0)
		must(t, err)
		box := vfs.String("\x7fELF busybox")
		if f.plain {
			box = vfs.Absent(2020336, debianStatic)
		}
		must(t, e.Create("/bin/busybox", vfs.Meta{Kind: vfs.File, Mode: 0o755}, box))
		for _, c := range applet.List(f.plain) {
			if c != "busybox" {
				must(t, e.Create("/bin/"+c, vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: "busybox"}, nil))
			}
		}
	}
	for _, n := range nodes {
		if n.hardlink == "" {
			must(t, e.Lchtimes(n.path, n.meta.MTime))
		}
	}
	images[f] = e.Tree()
	return images[f]
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
