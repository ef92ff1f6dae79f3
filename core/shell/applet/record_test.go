//go:build linux

package applet_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"layerlab.dev/core/shell/applet"
	"layerlab.dev/core/vfs"
)

// testdata/README.md tells how these are used.
var (
	record    = flag.Bool("record", false, "record the lines from the real commands")
	missing   = flag.Bool("missing", false, "with -record, record only lines that have no record")
	live      = flag.String("live", "", "a file of lines to compare with the real commands, without recording")
	staticBox = flag.String("static", "/bin/busybox", "Debian's busybox-static 1.35.0")
	fullBox   = flag.String("full", "", "busybox 1.35.0 built from its default configuration")
)

// TestRecord runs every line by the real commands, each as root in a fresh
// tree, and writes down what it came to.
func TestRecord(t *testing.T) {
	if !*record {
		t.Skip("without -record the records are replayed, not made")
	}
	for _, f := range flavours {
		if *only != "" && *only != f.name {
			continue
		}
		r := newRecorder(t, f)
		var out bytes.Buffer
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(false)
		have := map[string]outcome{}
		if *missing {
			for _, o := range readRecords(t, f) {
				have[o.Line] = o
			}
		}
		for _, l := range readLines(t, "testdata/lines/"+f.lines+".txt") {
			o, ok := have[l]
			if !ok {
				o = r.run(l)
			}
			must(t, e.Encode(o))
		}
		must(t, os.WriteFile("testdata/"+f.name+".jsonl", out.Bytes(), 0o644))
	}
}

// TestLive compares lines with the real commands at once.
func TestLive(t *testing.T) {
	if *live == "" {
		t.Skip("-live names no file of lines")
	}
	for _, f := range flavours {
		if *only != f.name {
			continue
		}
		r := newRecorder(t, f)
		n, same := 0, 0
		for _, l := range readLines(t, *live) {
			n++
			want := r.run(l)
			got, err := interpret(t, f, l)
			if d := differ(want, got); err != nil || d != "" {
				if err != nil {
					d = "  " + err.Error() + "\n" + d
				}
				fmt.Printf("%s: %s\n%s", f.name, l, d)
				continue
			}
			same++
		}
		fmt.Printf("%s: %d of %d lines equal\n", f.name, same, n)
	}
}

// recorder runs lines in a file system made of a read-only template and what
// the line writes.
type recorder struct {
	t      testing.TB
	dir    string
	before map[string]string
}

func newRecorder(t testing.TB, f flavour) *recorder {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("recording needs root: lines run in a chroot of their own")
	}
	r := &recorder{t: t, dir: t.TempDir()}
	root := r.dir + "/lower"
	must(t, os.Mkdir(root, 0o755))
	nodes := fixture(t)
	for _, n := range nodes {
		at := root + n.path
		m := n.meta
		switch {
		case n.hardlink != "":
			must(t, os.Link(root+n.hardlink, at))
			continue
		case m.Kind == vfs.Dir:
			must(t, os.MkdirAll(at, 0o755))
		case m.Kind == vfs.Symlink:
			must(t, os.Symlink(m.Target, at))
		case m.Kind == vfs.Fifo:
			must(t, syscall.Mkfifo(at, m.Mode))
		default:
			must(t, os.WriteFile(at, []byte(n.content), 0o644))
		}
		must(t, os.Lchown(at, m.UID, m.GID))
		if m.Kind != vfs.Symlink {
			must(t, syscall.Chmod(at, m.Mode))
		}
	}
	for path, minor := range map[string]int{"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9} {
		must(t, syscall.Mknod(root+"/dev/"+path, syscall.S_IFCHR|0o666, 1<<8|minor))
		must(t, os.Chmod(root+"/dev/"+path, 0o666))
	}
	for i, name := range []string{"stdin", "stdout", "stderr"} {
		must(t, os.Symlink(fmt.Sprintf("/proc/self/fd/%d", i), root+"/dev/"+name))
	}
	must(t, os.Symlink("/proc/self/fd", root+"/dev/fd"))
	if f.gnu {
		gnuTemplate(t, root)
	} else {
		box := *fullBox
		if f.plain {
			box = *staticBox
		}
		must(t, os.MkdirAll(root+"/bin", 0o755))
		data, err := os.ReadFile(box)
		must(t, err)
		must(t, os.WriteFile(root+"/bin/busybox", data, 0o755))
		for _, c := range applet.List(f.plain) {
			if c != "busybox" {
				must(t, os.Symlink("busybox", root+"/bin/"+c))
			}
		}
	}
	for i := len(nodes) - 1; i >= 0; i-- {
		if n := nodes[i]; n.hardlink == "" {
			must(t, exec.Command("touch", "-h", "-d", fmt.Sprintf("@%d", n.meta.MTime/1e9), root+n.path).Run())
		}
	}
	for name, data := range mountedFiles {
		at := r.dir + "/mnt/" + name
		must(t, os.MkdirAll(filepath.Dir(at), 0o755))
		must(t, os.WriteFile(at, []byte(data), 0o644))
	}
	r.before = r.listing(root, 1<<60)
	return r
}

// gnuTemplate copies the machine's commands and the libraries they need.
func gnuTemplate(t testing.TB, root string) {
	t.Helper()
	for _, d := range []string{"/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64"} {
		must(t, os.MkdirAll(root+d, 0o755))
	}
	for _, l := range []string{"bin", "sbin", "lib", "lib64"} {
		must(t, os.Symlink("usr/"+l, root+"/"+l))
	}
	copied := map[string]bool{}
	put := func(from, to string) {
		if copied[to] {
			return
		}
		copied[to] = true
		data, err := os.ReadFile(from)
		must(t, err)
		must(t, os.MkdirAll(filepath.Dir(root+to), 0o755))
		must(t, os.WriteFile(root+to, data, 0o755))
	}
	for _, c := range append(gnuCommands, "dash") {
		at, err := exec.LookPath(c)
		if err != nil {
			continue
		}
		put(at, "/usr/bin/"+c)
		libs, _ := exec.Command("ldd", at).Output()
		for f := range strings.FieldsSeq(string(libs)) {
			if strings.HasPrefix(f, "/") {
				put(f, f)
			}
		}
	}
	must(t, os.Symlink("dash", root+"/usr/bin/sh"))
}

const (
	chroot = `mount -t overlay overlay -o lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work $1/merged && mount -t proc proc $1/merged/proc && hostname buildkitsandbox && `
	within = `exec unshare --root=$1/merged --wd=/w /bin/sh -c "$2"`
	// as runs the line as a user of one group; the shell that goes to /w is left.
	as = `exec chroot --userspec=$3:$4 --groups=$4 $1/merged /bin/sh -c 'cd /w; unset OLDPWD; SHLVL=0 exec /bin/sh -c "$0"' "$2"`
	// lying makes what mounts describes.
	lying = `m=$1/merged/m && mkdir -p $m/ro $m/tmp $m/nest/in && touch $m/file &&
mount --bind $1/mnt/ro $m/ro && mount -o remount,bind,ro $m/ro && mount --bind $1/mnt/file $m/file && mount -o remount,bind,ro $m/file &&
mount -t tmpfs -o mode=755 tmpfs $m/tmp && mount -t tmpfs -o mode=755 tmpfs $m/nest/in && `
)

// built is the time in busybox's banner, which distributions leave out.
var built = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`)

func (r *recorder) run(line string) outcome {
	t := r.t
	t.Helper()
	for _, d := range []string{"upper", "work", "merged"} {
		must(t, os.RemoveAll(r.dir+"/"+d))
		must(t, os.Mkdir(r.dir+"/"+d, 0o755))
	}
	start := time.Now().Unix()
	var stdout, stderr bytes.Buffer
	s, command := readSettings(line)
	script := chroot
	if s.mounts {
		script += lying
	}
	if s.uid != 0 {
		script += as
	} else {
		script += within
	}
	c := exec.Command("timeout", "-s", "KILL", "10", "sh", "-c", script, "sh", r.dir, command, fmt.Sprint(s.uid), fmt.Sprint(s.gid))
	c.Stdout, c.Stderr, c.Env = &stdout, &stderr, lineEnv
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS, Unshareflags: syscall.CLONE_NEWNS}
	err := c.Run()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	must(t, syscall.Mount("overlay", r.dir+"/merged", "overlay", syscall.MS_RDONLY, fmt.Sprintf("lowerdir=%s/upper:%[1]s/lower", r.dir)))
	defer syscall.Unmount(r.dir+"/merged", 0)
	o := outcome{Line: line, Stdout: short(built.ReplaceAll(stdout.Bytes(), nil)), Stderr: short(built.ReplaceAll(stderr.Bytes(), nil)), Exit: c.ProcessState.ExitCode()}
	if o.Exit < 0 {
		o.Exit = 128 + int(c.ProcessState.Sys().(syscall.WaitStatus).Signal())
	}
	o.Tree = difference(r.before, r.listing(r.dir+"/merged", start-1))
	return o
}

func (r *recorder) listing(root string, start int64) map[string]string {
	out, first := map[string]string{}, map[uint64]string{}
	must(r.t, filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		p := strings.TrimPrefix(at, root)
		p = cmp.Or(p, "/")
		if skipped(p) {
			if d.IsDir() && p != "/" && p != "/usr" {
				return fs.SkipDir
			}
			return nil
		}
		i, err := d.Info()
		if err != nil {
			return err
		}
		st := i.Sys().(*syscall.Stat_t)
		m := vfs.Meta{Kind: vfs.File, Mode: st.Mode & 0o7777, UID: int(st.Uid), GID: int(st.Gid)}
		m.SetTime(vfs.Time{Sec: st.Mtim.Sec, Nsec: st.Mtim.Nsec})
		var data []byte
		switch st.Mode & syscall.S_IFMT {
		case syscall.S_IFDIR:
			m.Kind = vfs.Dir
		case syscall.S_IFLNK:
			m.Kind = vfs.Symlink
			m.Target, err = os.Readlink(at)
		case syscall.S_IFIFO:
			m.Kind = vfs.Fifo
		case syscall.S_IFCHR:
			m.Kind, m.Major, m.Minor = vfs.CharDevice, uint32(st.Rdev>>8&0xfff), uint32(st.Rdev&0xff)
		case syscall.S_IFBLK:
			m.Kind, m.Major, m.Minor = vfs.BlockDevice, uint32(st.Rdev>>8&0xfff), uint32(st.Rdev&0xff)
		default:
			if i.Size() < 16<<20 {
				data, err = os.ReadFile(at)
			}
			data = undated(p, data, time.Now().Unix()/86400)
		}
		link := ""
		if st.Nlink > 1 && m.Kind != vfs.Dir {
			if link = first[st.Ino]; link == "" {
				first[st.Ino] = p
			}
		}
		out[p] = entry(p, m, i.Size(), data, link, start)
		return err
	}))
	return out
}
