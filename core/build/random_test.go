package build_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"testing"
	"time"

	"layerlab.dev/core/build"
	"layerlab.dev/core/image"
	"layerlab.dev/core/vfs"
)

// random makes build contexts and Dockerfiles out of everything COPY, ADD, RUN
// and the metadata instructions can do, in combinations nobody thought of.
type random struct{ *rand.Rand }

func (r random) pick(words ...string) string { return words[r.IntN(len(words))] }

func (r random) chance(percent int) bool { return r.IntN(100) < percent }

func (r random) context(t *testing.T) vfs.Tree {
	t.Helper()
	e := vfs.New(epoch * 1e9).Edit()
	for range 2 + r.IntN(12) {
		p := r.pick("", "src/", "src/sub/", "lib/", "lib/x/", "a.d/") + r.pick("a.txt", "b.txt", "c.md", "run.sh", "x", "y", "z.log", "a b", "ü")
		if _, err := e.MkdirAll(path.Dir("/"+p), 0o755, 0, 0); err != nil {
			continue
		}
		m := vfs.Meta{Kind: vfs.File, Mode: uint32([]int{0o644, 0o600, 0o755, 0o664, 0o4755, 0}[r.IntN(6)]),
			MTime: []int64{1600000000e9, epoch * 1e9, (epoch + 5) * 1e9, 1600000000.5e9}[r.IntN(4)]}
		if err := e.Place(p, m, vfs.String(strings.Repeat("t", r.IntN(20)))); err != nil {
			continue
		}
		if r.chance(10) {
			e.Link(p, path.Join(path.Dir(p), "hard"))
		}
	}
	if r.chance(30) {
		e.Create("/ln", vfs.Meta{Kind: vfs.Symlink, Mode: 0o777, Target: r.pick("src", "src/a.txt", "nowhere", "/lib")}, nil)
	}
	if r.chance(40) {
		e.WriteFile("/p.tar", vfs.Bytes(r.archive(t)), 0o644, 0, 0)
	}
	if r.chance(20) {
		e.WriteFile("/.dockerignore", vfs.String(r.pick("*.log\n", "src\n!src/a.txt\n", "**/x\n", "lib/*\n!lib/x\n")), 0o644, 0, 0)
	}
	return e.Tree()
}

func (r random) archive(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	var files []string
	for range 1 + r.IntN(6) {
		h := &tar.Header{Name: r.pick("", "t/", "t/u/", "deep/er/") + r.pick("a", "b", "c d", "wh.x"), Mode: int64(r.IntN(0o10000)),
			Uid: r.IntN(3) * 1000, Gid: r.IntN(3), ModTime: time.Unix(1500000000+int64(r.IntN(3e8)), 0), Typeflag: tar.TypeReg}
		switch k := r.IntN(10); {
		case k < 5:
			h.Size = int64(r.IntN(30))
			files = append(files, h.Name)
			if r.chance(20) {
				h.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02", "SCHILY.xattr.user.x": "y"}
			}
		case k < 7:
			h.Typeflag, h.Name = tar.TypeDir, h.Name+".d/"
		case k < 8:
			h.Typeflag, h.Name, h.Linkname = tar.TypeSymlink, h.Name+".l", r.pick("a", "../x", "/etc", "t")
		case k < 9 && len(files) > 0:
			h.Typeflag, h.Name, h.Linkname = tar.TypeLink, h.Name+".h", r.pick(files...)
		default:
			h.Typeflag, h.Name = tar.TypeFifo, h.Name+".f"
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		w.Write(make([]byte, h.Size))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (r random) dockerfile() string {
	var b strings.Builder
	var stages []string
	for s := range 1 + r.IntN(3) {
		base := r.pick("scratch", "alpine", "alpine", "busybox")
		if len(stages) > 0 && r.chance(40) {
			base = r.pick(stages...)
		}
		name := fmt.Sprintf("s%d", s)
		fmt.Fprintf(&b, "FROM %s AS %s\n", base, name)
		for range 1 + r.IntN(7) {
			b.WriteString(r.instruction(stages) + "\n")
		}
		stages = append(stages, name)
	}
	return b.String()
}

func (r random) instruction(stages []string) string {
	dest := r.pick("/", "/app/", "/app/x/", "/srv/", ".", "sub/", "/n", "/srv/a", "../up/", "/app/link/", "/tmp/")
	var flags string
	if r.chance(20) {
		flags += " --chown=" + r.pick("1000", "5:6", "root", "nobody", "daemon:daemon", "who")
	}
	if r.chance(20) {
		flags += " --chmod=" + r.pick("755", "0600", "4711", "u=rwX,go=rX", "g-w", "u+s,o=")
	}
	switch k := r.IntN(100); {
	case k < 45:
		verb := r.pick("COPY", "COPY", "ADD")
		if r.chance(12) {
			flags += " --link"
		}
		if r.chance(15) {
			flags += " --exclude=" + r.pick("*.txt", "sub", "**/*.md", "*", "!a.txt")
		}
		if verb == "COPY" && r.chance(15) {
			flags += " --parents"
		}
		src := r.pick("src", ".", "lib", "*.txt", "src/*", "*", "l*", "nothing*", "p.tar", "p.*", "src/sub", "s*/*")
		return verb + flags + " " + src + " " + dest
	case k < 55 && len(stages) > 0:
		return "COPY --from=" + r.pick(stages...) + flags + " " + r.pick("/app", "/srv", "/", "/a*", "/n*") + " " + dest
	case k < 62:
		return "WORKDIR " + r.pick("/app", "rel", "/srv/a", "/deep/er", "/app/", "/")
	case k < 70:
		return r.pick("ENV A=1", "ARG V=$A", "LABEL a=1 b=$V", `CMD ["x"]`, "USER 1000:1000", "USER root", "EXPOSE 80", "VOLUME /v", "SHELL [\"/bin/sh\",\"-ec\"]")
	case k < 75:
		return "COPY" + flags + " <<EOF /doc\nhello $A\nEOF"
	}
	return "RUN " + r.pick("mkdir -p /app/q && echo hi > /app/q/f", "rm -rf /srv", "echo x > /srv.new", "chmod 700 /srv || true", "ln -s /srv /app.l || true",
		"touch /f1 && ln /f1 /f2", "rm -rf /app && mkdir /app", "chown 5:6 /etc/passwd || true", "true", "mv /n /m || true", "cp -r /app /app2 || true",
		"echo y >> /f1", "rm -f /f2", "mkdir -p /tmp/k && mv /tmp/k /k && echo > /k/j")
}

// TestRandomBuilds holds what must be true of every build that succeeds: the
// layers extracted on each other are the stage's files, and the same inputs
// give the same bytes with a warm cache, a cold one and none.
func TestRandomBuilds(t *testing.T) {
	built := 0
	cache := build.NewCache()
	for seed := range uint64(400) {
		r := random{rand.New(rand.NewPCG(seed, 1))}
		context, dockerfile := r.context(t), r.dockerfile()
		o := options()
		res, err := build.Build(t.Context(), []byte(dockerfile), context, o)
		if err != nil {
			continue // many combinations are refused, as BuildKit would
		}
		built++
		tree, err := res.Image.Tree()
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, dockerfile)
		}
		steps := res.Target.Steps
		if lost := unlike(carried(tree), carried(steps[len(steps)-1].After)); lost != "" {
			t.Fatalf("seed %d: of the layers extracted (+) and the stage (-)\n%s\n%s", seed, lost, dockerfile)
		}
		digest := func(o build.Options) string {
			res, err := build.Build(t.Context(), []byte(dockerfile), context, o)
			if err != nil {
				t.Fatalf("seed %d: built once, then %v\n%s", seed, err, dockerfile)
			}
			m, err := res.Image.Manifest(t.Context(), image.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return m.Digest.String()
		}
		first := digest(o)
		o.Cache = cache
		for range 2 {
			if again := digest(o); again != first {
				t.Fatalf("seed %d: manifest %s, with the cache %s\n%s", seed, first, again, dockerfile)
			}
		}
		cache.Next()
	}
	if built < 100 {
		t.Errorf("only %d of 400 random Dockerfiles build: the generator asks for too much", built)
	}
	t.Logf("%d of 400 random Dockerfiles build, each the same three times", built)
}

// carried is what layers can carry of a tree: hard links count as files, because a layer that changes one name breaks them.
func carried(t vfs.Tree) string {
	var b strings.Builder
	for p, n := range t.Walk("/") {
		if p == "/" || n.Kind == vfs.Socket {
			continue
		}
		fmt.Fprintf(&b, "%s %d %o %d:%d %q", p, n.Kind, n.Mode, n.UID, n.GID, n.Xattrs["security.capability"])
		switch {
		case n.Kind == vfs.Symlink:
			b.WriteString(" -> " + n.Target)
		case n.Kind == vfs.File:
			d, _ := n.Blob().Digest()
			b.WriteString(" " + d.Encoded()[:8])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// unlike lists the lines that only one of two texts has.
func unlike(got, want string) string {
	var b strings.Builder
	lines := map[string]bool{}
	for line := range strings.Lines(want) {
		lines[line] = true
	}
	for line := range strings.Lines(got) {
		if !lines[line] {
			b.WriteString("+ " + line)
		}
		delete(lines, line)
	}
	for line := range strings.Lines(want) {
		if lines[line] {
			b.WriteString("- " + line)
		}
	}
	return b.String()
}
