package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"layerlab.dev/site/edge"
)

// packer holds the folders of one run; see the flags in main.
type packer struct {
	stage, vugu, page, out, cache, single string
	quality                               int
}

// asset is a file under its final name.
type asset struct {
	logical string // as the sources name it: "main.js"
	name    string // as served: "assets/main.3f0c….js"
	body    []byte
}

// pack writes the folder and returns a table of what it wrote.
func (p *packer) pack() (string, error) {
	assets, err := p.assets()
	if err != nil {
		return "", err
	}
	page, err := os.ReadFile(p.page)
	if err != nil {
		return "", err
	}
	if p.single != "" {
		return p.packSingle(assets, string(page))
	}
	text, err := rewritePage(string(page), names(assets))
	if err != nil {
		return "", fmt.Errorf("%s: %w", p.page, err)
	}
	files := append(slices.Clone(assets), asset{logical: "index.html", name: "index.html", body: []byte(text)},
		// The same page under the name that other pages may frame.
		asset{logical: edge.EmbedPage, name: edge.EmbedPage, body: []byte(text)})
	documents, err := p.documents(names(assets))
	if err != nil {
		return "", err
	}
	files = append(files, documents...)
	worker, err := p.serviceWorker(files)
	if err != nil {
		return "", err
	}
	files = append(files, worker)
	forms, err := p.compress(files)
	if err != nil {
		return "", fmt.Errorf("compressing: %w", err)
	}
	if err := p.write(files, forms); err != nil {
		return "", err
	}
	return table(files, forms), nil
}

// assets reads the stage and names its files. Files that refer to others are
// named last, since their content depends on the others' names.
func (p *packer) assets() ([]asset, error) {
	var leaves, referrers []asset
	err := filepath.WalkDir(p.stage, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		logical, err := filepath.Rel(p.stage, file)
		if err != nil {
			return err
		}
		body, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		a := asset{logical: filepath.ToSlash(logical), body: body}
		if a.logical == workerName || path.Ext(a.logical) == ".html" {
			return nil // they name the others
		}
		if _, ok := references[path.Ext(a.logical)]; ok {
			referrers = append(referrers, a)
		} else {
			leaves = append(leaves, a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	renderer, err := rendererScript(p.vugu)
	if err != nil {
		return nil, err
	}
	leaves = append(leaves, asset{logical: "renderer.js", body: renderer})
	for i := range leaves {
		leaves[i].name = hashedName(leaves[i])
	}
	known := names(leaves)
	for i := range referrers {
		text, err := rewrite(referrers[i].logical, string(referrers[i].body), known)
		if err != nil {
			return nil, err
		}
		referrers[i].body = []byte(text)
		referrers[i].name = hashedName(referrers[i])
	}
	all := append(leaves, referrers...)
	slices.SortFunc(all, func(a, b asset) int { return cmp.Compare(a.logical, b.logical) })
	return all, nil
}

// hashedName puts 12 hexadecimal digits of the content's sha256 before the
// extension.
func hashedName(a asset) string {
	if a.logical == edge.EmbedScript {
		return a.logical // other sites' pages name it
	}
	ext := path.Ext(a.logical)
	return edge.HashedPrefix + strings.TrimSuffix(a.logical, ext) + "." + sum(a.body)[:12] + ext
}

func sum(body []byte) string {
	digest := sha256.Sum256(body)
	return hex.EncodeToString(digest[:])
}

func names(assets []asset) map[string]string {
	m := map[string]string{}
	for _, a := range assets {
		m[a.logical] = a.name
	}
	return m
}

// write fills a folder beside out and then puts it in out's place, so that an
// interrupted run leaves the former site whole.
func (p *packer) write(files []asset, forms map[string][]form) error {
	fresh := filepath.Clean(p.out) + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	put := func(name string, body []byte) error {
		file := filepath.Join(fresh, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		return os.WriteFile(file, body, 0o644)
	}
	for _, a := range files {
		if err := put(a.name, a.body); err != nil {
			return err
		}
		for _, f := range forms[a.name] {
			if err := put(a.name+f.suffix, f.body); err != nil {
				return err
			}
		}
	}
	if err := os.RemoveAll(p.out); err != nil {
		return err
	}
	return os.Rename(fresh, p.out)
}

func table(files []asset, forms map[string][]form) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "bytes\tgzip\tbrotli\t name\t\n")
	for _, a := range files {
		sizes := map[string]string{".gz": "-", ".br": "-"}
		for _, f := range forms[a.name] {
			sizes[f.suffix] = fmt.Sprint(len(f.body))
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t %s\t\n", len(a.body), sizes[".gz"], sizes[".br"], a.name)
	}
	w.Flush()
	return b.String()
}
