//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"layerlab.dev/core/shell/oracle"
)

// template makes the root in which a shell runs: the files of oracle.Files,
// the shell, and the tools of oracle.Tools: links to busybox for ash, the
// programs of this machine for the others.
func template(root, shell, busybox string) error {
	for _, d := range oracle.Directories {
		if err := os.MkdirAll(filepath.Join(root, d.Path), 0o755); err != nil {
			return err
		}
		if err := errors.Join(os.Chmod(filepath.Join(root, d.Path), os.FileMode(d.Mode&0o777)|sticky(d.Mode)), os.Chown(filepath.Join(root, d.Path), d.UID, d.UID)); err != nil {
			return err
		}
	}
	for _, f := range oracle.Files {
		path := filepath.Join(root, f.Path)
		if err := os.WriteFile(path, []byte(f.Content), 0o644); err != nil {
			return err
		}
		if err := errors.Join(os.Chmod(path, os.FileMode(f.Mode)), os.Chown(path, f.UID, f.UID)); err != nil {
			return err
		}
	}
	if shell == "ash" {
		if err := install(root, busybox, "/bin/busybox"); err != nil {
			return err
		}
		for _, t := range append([]string{"sh", "ash"}, oracle.Tools...) {
			if err := os.Symlink("busybox", filepath.Join(root, "bin", t)); err != nil {
				return err
			}
		}
		return nil
	}
	for _, t := range append([]string{shell}, oracle.Tools...) {
		at, err := exec.LookPath(t)
		if err != nil {
			return err
		}
		if at, err = filepath.EvalSymlinks(at); err != nil {
			return err
		}
		if err := install(root, at, "/bin/"+t); err != nil {
			return err
		}
		if err := libraries(root, at); err != nil {
			return err
		}
	}
	return os.Symlink(shell, filepath.Join(root, "bin/sh"))
}

func sticky(mode uint32) os.FileMode {
	if mode&0o1000 != 0 {
		return os.ModeSticky
	}
	return 0
}

func install(root, from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	to = filepath.Join(root, to)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755)
}

// libraries copies the shared libraries a program names.
func libraries(root, program string) error {
	out, err := exec.Command("ldd", program).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ldd %s: %w: %s", program, err, out)
	}
	for w := range strings.FieldsSeq(string(out)) {
		if !strings.HasPrefix(w, "/") {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, w)); err == nil {
			continue
		}
		if err := install(root, w, w); err != nil {
			return err
		}
	}
	return nil
}
