// Command assemble builds the Worker over a packed site: the program, the
// modules around it, and the site with the list of its files.
//
// Usage, in the project's folder:
//
//	assemble SITE OUT
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"layerlab.dev/site/edge"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: assemble SITE OUT")
		os.Exit(2)
	}
	if err := assemble(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "assemble:", err)
		os.Exit(1)
	}
}

// mostAsset is what Cloudflare takes as one file.
const mostAsset = 25 << 20

func assemble(site, out string) error {
	files, err := edge.Load(os.DirFS(site))
	if err != nil {
		return err
	}
	for name, file := range files.Index() {
		for _, form := range file.Forms {
			if form.Size > mostAsset {
				return fmt.Errorf("%s has %d bytes, and Cloudflare takes files up to 25 MiB", name, form.Size)
			}
		}
	}
	index, err := json.Marshal(files.Index())
	if err != nil {
		return err
	}
	copied := filepath.Join(out, "site")
	glue, err := list("github.com/syumai/workers")
	if err != nil {
		return err
	}
	source, err := list("layerlab.dev")
	if err != nil {
		return err
	}
	// Go's own glue with the one change that gives each program a context.
	glue = filepath.Join(glue, "cmd", "workers-assets-gen", "assets", "wasm_exec_go.js")
	return errors.Join(
		os.RemoveAll(copied),
		os.MkdirAll(out, 0o755),
		os.CopyFS(copied, os.DirFS(site)),
		os.WriteFile(filepath.Join(copied, "index.json"), index, 0o644),
		copyFile(glue, filepath.Join(out, "wasm_exec.js")),
		copyFile(filepath.Join(source, "site/worker/worker.mjs"), filepath.Join(out, "worker.mjs")),
		copyFile(filepath.Join(source, "site/worker/passage.mjs"), filepath.Join(out, "passage.mjs")),
		build(filepath.Join(out, "app.wasm")),
	)
}

// list gives the folder of a module.
func list(module string) (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", fmt.Errorf("go list -m %s: %w", module, err)
	}
	return strings.TrimSpace(string(out)), nil
}

func build(program string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "layerlab.dev/site/worker")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

func copyFile(from, to string) error {
	body, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, body, 0o644)
}
