//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"layerlab.dev/core/shell/oracle"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("record: ")
	if len(os.Args) > 1 && os.Args[1] == "inside" {
		log.Fatal(inside(os.Args[2:]))
	}
	busybox := flag.String("busybox", "", "a static busybox in its default configuration without FEATURE_SH_STANDALONE")
	in := flag.String("in", "core/shell/testdata/lines.txt", "the lines")
	out := flag.String("out", "core/shell/testdata/record.jsonl", "what becomes of them")
	jobs := flag.Int("jobs", 2, "how many run beside each other")
	flag.Parse()
	if err := record(*busybox, *in, *out, *jobs); err != nil {
		log.Fatal(err)
	}
}

func record(busybox, in, out string, jobs int) error {
	text, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "record")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	roots := map[string]string{}
	for _, shell := range oracle.Shells {
		roots[shell] = filepath.Join(dir, shell)
		if err := template(roots[shell], shell, busybox); err != nil {
			return fmt.Errorf("root of %s: %w", shell, err)
		}
	}
	lines := oracle.Lines(string(text))
	list := make([]oracle.Record, len(lines))
	errs := make([]error, len(lines))
	work := make(chan int)
	var wg sync.WaitGroup
	for range jobs {
		wg.Go(func() {
			for i := range work {
				list[i] = oracle.Record{Line: lines[i], Outcomes: map[string]oracle.Outcome{}}
				for _, shell := range oracle.Shells {
					o, err := run(roots[shell], shell, lines[i])
					if err != nil {
						errs[i] = fmt.Errorf("%s: %q: %w", shell, lines[i].Script, err)
						break
					}
					list[i].Outcomes[shell] = o
				}
			}
		})
	}
	for i := range lines {
		work <- i
	}
	close(work)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, r := range list {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return os.WriteFile(out, b.Bytes(), 0o644)
}

// run runs one line in a fresh copy of root and tells what happened.
func run(root, shell string, line oracle.Line) (oracle.Outcome, error) {
	scratch, err := os.MkdirTemp("", "line")
	if err != nil {
		return oracle.Outcome{}, err
	}
	defer os.RemoveAll(scratch)
	for _, d := range []string{"upper", "work", "merged"} {
		if err := os.Mkdir(filepath.Join(scratch, d), 0o755); err != nil {
			return oracle.Outcome{}, err
		}
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("/proc/self/exe", append([]string{"inside", root, scratch, fmt.Sprint(line.UID)}, line.Argv(shell)...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = oracle.Env()
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS}
	if err := cmd.Start(); err != nil {
		return oracle.Outcome{}, err
	}
	timer := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
	err = cmd.Wait()
	if !timer.Stop() {
		return oracle.Outcome{}, errors.New("took more than 10 s")
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return oracle.Outcome{}, err
	}
	o := oracle.Outcome{Stdout: stdout.String(), Stderr: stderr.String(), Exit: cmd.ProcessState.ExitCode()}
	for _, d := range oracle.Watched {
		if err := list(&o, root, filepath.Join(scratch, "upper"), d); err != nil {
			return o, err
		}
	}
	return o, nil
}

// inside is process 1 of the new namespaces: it enters the root and becomes
// the shell.
func inside(args []string) error {
	root, scratch, uid, argv := args[0], args[1], args[2], args[3:]
	merged := filepath.Join(scratch, "merged")
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	opts := fmt.Sprintf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", root, scratch, scratch)
	if err := syscall.Mount("overlay", merged, "overlay", 0, opts); err != nil {
		return fmt.Errorf("overlay: %w", err)
	}
	if err := syscall.Mount("proc", filepath.Join(merged, "proc"), "proc", 0, ""); err != nil {
		return fmt.Errorf("proc: %w", err)
	}
	// The threads of this program are gone after exec: the shell's first child
	// shall be process 2.
	if err := os.WriteFile(filepath.Join(merged, "proc/sys/kernel/ns_last_pid"), []byte("1"), 0); err != nil {
		return err
	}
	if err := syscall.Mount("/dev", filepath.Join(merged, "dev"), "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		return fmt.Errorf("dev: %w", err)
	}
	if err := syscall.Sethostname([]byte(oracle.Hostname)); err != nil {
		return err
	}
	null, err := syscall.Open("/dev/null", syscall.O_RDONLY, 0)
	if err != nil {
		return err
	}
	if err := syscall.Dup2(null, 0); err != nil {
		return err
	}
	if err := syscall.Chroot(merged); err != nil {
		return err
	}
	if err := syscall.Chdir(oracle.Dir); err != nil {
		return err
	}
	var id int
	fmt.Sscan(uid, &id)
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(id), syscall.Setuid(id)); err != nil {
		return err
	}
	syscall.Umask(0o022)
	for fd := 3; fd < 1024; fd++ {
		syscall.CloseOnExec(fd)
	}
	return syscall.Exec(argv[0], argv, os.Environ())
}

// list adds what the line made below dir, changed or removed.
func list(o *oracle.Outcome, root, upper, dir string) error {
	return filepath.WalkDir(filepath.Join(upper, dir), func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		f, err := file(upper, path[len(upper):])
		if err != nil {
			return err
		}
		if was, err := file(root, f.Path); err != nil || was != f {
			o.Files = append(o.Files, f)
		}
		return nil
	})
}

// file tells of the file at path below root. A device is overlayfs's sign that
// a file was removed.
func file(root, path string) (oracle.File, error) {
	full := filepath.Join(root, path)
	info, err := os.Lstat(full)
	if err != nil {
		return oracle.File{}, err
	}
	st := info.Sys().(*syscall.Stat_t)
	f := oracle.File{Path: path, Mode: fmt.Sprintf("%04o", st.Mode&0o7777), UID: int(st.Uid), GID: int(st.Gid)}
	switch st.Mode & syscall.S_IFMT {
	case syscall.S_IFDIR:
		f.Kind = "directory"
	case syscall.S_IFLNK:
		f.Kind, f.Mode = "symlink", ""
		f.Content, err = os.Readlink(full)
	case syscall.S_IFREG:
		f.Kind = "file"
		var data []byte
		data, err = os.ReadFile(full)
		f.Content = string(data)
	case syscall.S_IFIFO:
		f.Kind = "fifo"
	default:
		return oracle.File{Path: path, Kind: "removed"}, nil
	}
	return f, err
}
