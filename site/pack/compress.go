package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// form is a compressed form of a file.
type form struct {
	suffix string
	body   []byte
}

// smallest is the size below which a compressed form is not worth its headers.
const smallest = 512

// brotliScript compresses files with Node's zlib: the Go packages at hand have
// no brotli encoder.
//
//go:embed brotli.mjs
var brotliScript string

// compress returns the forms of each file by its name, those that are smaller
// than the file itself.
func (p *packer) compress(files []asset) (map[string][]form, error) {
	if err := os.MkdirAll(p.cache, 0o755); err != nil {
		return nil, err
	}
	if err := p.fillBrotli(files); err != nil {
		return nil, err
	}
	forms := map[string][]form{}
	for _, a := range files {
		if len(a.body) < smallest {
			continue
		}
		br, err := os.ReadFile(p.keptBrotli(a))
		if err != nil {
			return nil, err
		}
		gz, err := p.gzip(a)
		if err != nil {
			return nil, err
		}
		for _, f := range []form{{".br", br}, {".gz", gz}} {
			if len(f.body) < len(a.body) {
				forms[a.name] = append(forms[a.name], f)
			}
		}
	}
	return forms, nil
}

// gzip returns the gzip form, from the cache where it is there.
func (p *packer) gzip(a asset) ([]byte, error) {
	kept := filepath.Join(p.cache, sum(a.body)+".gz")
	if body, err := os.ReadFile(kept); err == nil {
		return body, nil
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(a.body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), os.WriteFile(kept, b.Bytes(), 0o644)
}

// brotliName is where the brotli form of a file is kept at one quality.
func (p *packer) brotliName(a asset, quality int) string {
	return filepath.Join(p.cache, fmt.Sprintf("%s.%d.br", sum(a.body), quality))
}

// keptBrotli is the kept form of the best quality that suffices, "" if none is.
func (p *packer) keptBrotli(a asset) string {
	for quality := 11; quality >= p.quality; quality-- {
		name := p.brotliName(a, quality)
		if _, err := os.Stat(name); err == nil {
			return name
		}
	}
	return ""
}

// fillBrotli compresses, in one Node process, what the cache does not hold.
func (p *packer) fillBrotli(files []asset) error {
	args := []string{"--input-type=module", "--eval", brotliScript, "--", strconv.Itoa(p.quality)}
	plain, err := os.MkdirTemp(p.cache, "plain-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(plain)
	waiting := map[string]bool{} // two files may hold the same
	for _, a := range files {
		if len(a.body) < smallest || p.keptBrotli(a) != "" || waiting[sum(a.body)] {
			continue
		}
		from := filepath.Join(plain, sum(a.body))
		if err := os.WriteFile(from, a.body, 0o644); err != nil {
			return err
		}
		args = append(args, from, p.brotliName(a, p.quality))
		waiting[sum(a.body)] = true
	}
	if len(waiting) == 0 {
		return nil
	}
	node := exec.Command("node", args...)
	node.Stderr = os.Stderr
	if err := node.Run(); err != nil {
		return fmt.Errorf("node: brotli: %w", err)
	}
	return nil
}
