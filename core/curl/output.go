package curl

import (
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"layerlab.dev/core/registry/remote"
	"layerlab.dev/core/shell/proc"
	"layerlab.dev/core/vfs"
)

// destination is the file that a transfer is written to, "-" for standard
// output.
func (c *command) destination(g globbed, out string, at address) (string, int) {
	if out == "" {
		out = path.Base(at.path)
		if strings.HasSuffix(at.path, "/") {
			return "", exitWrite
		}
	} else if out != "-" {
		for i, part := range g.parts {
			out = strings.ReplaceAll(out, "#"+strconv.Itoa(i+1), part)
		}
	}
	if out != "-" && c.o.dir != "" {
		out = path.Join(c.o.dir, out)
	}
	return out, exitOK
}

// deliver writes head, where it is asked for, and body. A nil body is none: no
// file is made for it.
func (c *command) deliver(r *outcome, out, head string, body *vfs.Blob) int {
	if c.o.dump != "" {
		if code := c.write(c.o.dump, []byte(head)); code != exitOK {
			return code
		}
	}
	if c.o.include || c.o.head && r.method == "HEAD" {
		if code := c.write(out, []byte(head)); code != exitOK {
			return code
		}
	}
	if body == nil || body.Size() == 0 && (out == "-" || c.o.include || r.method == "HEAD") {
		return exitOK
	}
	if out == "-" {
		if _, err := io.Copy(c.p.Out(), body.Reader()); err != nil {
			return exitWrite
		}
		return exitOK
	}
	b, err := body.Bytes()
	if err != nil {
		return exitWrite
	}
	return c.write(out, b)
}

// write adds to a file that this run began, or begins it.
func (c *command) write(name string, b []byte) int {
	if name == "-" {
		if _, err := c.p.Out().Write(b); err != nil {
			return exitWrite
		}
		return exitOK
	}
	if c.o.createDirs {
		dir := ""
		for part := range strings.SplitSeq(path.Dir(name), "/") {
			dir += part + "/"
			if _, err := c.p.Stat(dir); err != nil {
				_ = c.p.Mkdir(dir, 0o750) // opening the file tells what is wrong
			}
		}
	}
	flags := proc.Write | proc.Create
	if c.saved[name] {
		flags |= proc.Append
	} else {
		flags |= proc.Trunc
	}
	fd, err := c.p.Open(name, flags, 0o666)
	if err != nil {
		c.warn(fmt.Sprintf("Failed to open the file %s: %s", name, proc.Text(err)))
		return exitWrite
	}
	c.saved[name] = true
	_, err = c.p.WriteFD(fd, b)
	if closing := c.p.Close(fd); err != nil || closing != nil {
		return exitWrite
	}
	return exitOK
}

// refused tells of an address where nothing answers.
func (c *command) refused(at address, e *remote.DialError, fail func(int, string, ...any) int) int {
	if e.Unknown {
		if c.o.verbose {
			c.err("* Could not resolve host: " + at.host + "\n* Closing connection 0\n")
		}
		return fail(exitResolve, "Could not resolve host: %s", at.host)
	}
	if c.o.verbose {
		addresses := []string{at.host}
		if strings.EqualFold(at.host, "localhost") {
			addresses = []string{"127.0.0.1", "::1"}
		}
		for _, a := range addresses {
			shown := a
			if strings.Contains(a, ":") {
				shown = "[" + a + "]"
			}
			c.err(fmt.Sprintf("*   Trying %s:%s...\n* connect to %s port %s failed: Connection refused\n", shown, at.number(), a, at.number()))
		}
		c.err(fmt.Sprintf("* Failed to connect to %s port %s after 0 ms: Couldn't connect to server\n* Closing connection 0\n", at.host, at.number()))
	}
	return fail(exitConnect, "Failed to connect to %s port %s after 0 ms: Couldn't connect to server", at.host, at.number())
}

func ip(host string) string {
	if strings.EqualFold(host, "localhost") {
		return "127.0.0.1"
	}
	return host
}

// connected tells of the connection, which is made once for a host.
func (c *command) connected(at address) {
	if !c.o.verbose {
		return
	}
	if c.last == at.host+":"+at.number() {
		c.err("* Re-using existing connection #0 with host " + at.host + "\n")
		return
	}
	c.last = at.host + ":" + at.number()
	c.err(fmt.Sprintf("*   Trying %s:%s...\n* Connected to %s (%s) port %s (#%d)\n", ip(at.host), at.number(), at.host, ip(at.host), at.number(), c.conns))
	c.conns++
	if c.o.user != "" || at.user != "" {
		name, _, _ := strings.Cut(c.o.user+at.user, ":")
		c.err("* Server auth using Basic with user '" + name + "'\n")
	} else if c.o.bearer != "" {
		c.err("* Server auth using Bearer with user ''\n")
	}
}

// talk shows the lines of a head for --verbose.
func (c *command) talk(mark, head string) {
	if !c.o.verbose {
		return
	}
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(head, "\r\n"), "\r\n") {
		b.WriteString(mark + " " + line + "\r\n")
	}
	c.err(b.String())
}

// showsData reports whether --verbose tells the amounts of data: it does not
// where the data itself is on the terminal.
func (c *command) showsData(out string) bool { return out != "-" || !c.p.IsTerminal(1) }

// wait lets the time pass that n bytes take, and returns it in nanoseconds.
func (c *command) wait(at address, n int64) int64 {
	rate := c.world.Network().Pull(at.authority(), "").Rate()
	if rate == 0 {
		return 0
	}
	ns := int64(float64(n) / float64(rate) * 1e9)
	c.p.Sleep(ns)
	return ns
}

// meter is the table of progress on standard error.
type meter struct {
	c     *command
	on    bool
	begun bool
}

// meter shows where the data does not go to the terminal.
func (c *command) meter(out string) *meter {
	on := !c.o.silent && !c.o.noMeter && (out != "-" || !c.p.IsTerminal(1))
	return &meter{c: c, on: on}
}

func (m *meter) begin() {
	if !m.on || m.begun || m.c.o.bar {
		return
	}
	m.begun = true
	m.c.err("  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n" +
		"                                 Dload  Upload   Total   Spent    Left  Speed\n" + line(0, 0, 0, 0))
}

func (m *meter) end(got, want, ns int64) {
	switch {
	case !m.on:
	case m.c.o.bar:
		if want > 0 {
			width := 72
			m.c.err("\r" + strings.Repeat("#", int(int64(width)*got/want)) + strings.Repeat(" ", width-int(int64(width)*got/want)) + fmt.Sprintf(" %5.1f%%", float64(got)/float64(want)*100) + "\n")
		}
	default:
		// No transfer takes no time: less than a millisecond is not told apart.
		speed := got * 1e9 / max(ns, 1e6)
		m.c.err(line(got, want, speed, ns) + "\n")
	}
}

// line is one state of the table, as lib/progress.c writes it.
func line(got, want, speed, ns int64) string {
	percent := int64(0)
	if want > 0 {
		percent = got * 100 / want
	}
	spent := "--:--:--"
	if s := ns / 1e9; s > 0 {
		spent = fmt.Sprintf("%2d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("\r%3d %s  %3d %s  %3d %s  %s  %s %s %s %s %s", percent, amount(want), percent, amount(got), 0, amount(0), amount(speed), amount(0), spent, spent, "--:--:--", amount(speed))
}

// amount writes a number of bytes in five columns.
func amount(n int64) string {
	const k, m, g = int64(1024), int64(1024 * 1024), int64(1024 * 1024 * 1024)
	switch {
	case n < 100000:
		return fmt.Sprintf("%5d", n)
	case n < 10000*k:
		return fmt.Sprintf("%4dk", n/k)
	case n < 100*m:
		return fmt.Sprintf("%2d.%0dM", n/m, n%m/(m/10))
	case n < 10000*m:
		return fmt.Sprintf("%4dM", n/m)
	case n < 100*g:
		return fmt.Sprintf("%2d.%0dG", n/g, n%g/(g/10))
	}
	return fmt.Sprintf("%4dG", n/g)
}
