package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// workerName is the service worker: the one script whose name must stay, since
// browsers look under it for a new version.
const workerName = "sw.js"

// serviceWorker returns the service worker of the site that consists of files.
// It begins with their list: addresses relative to the worker, with what they
// must hold. The version follows from the list alone.
func (p *packer) serviceWorker(files []asset) (asset, error) {
	source, err := os.ReadFile(filepath.Join(p.stage, workerName))
	if err != nil {
		return asset{}, fmt.Errorf("the service worker: %w", err)
	}
	list := [][2]string{}
	for _, a := range files {
		address := a.name
		if address == "index.html" {
			address = "./"
		}
		list = append(list, [2]string{address, integrity(a.body)})
	}
	text, err := json.Marshal(list)
	if err != nil {
		return asset{}, err
	}
	head := fmt.Sprintf("const site = {version: %q, files: %s};\n", sum(text)[:12], text)
	return asset{logical: workerName, name: workerName, body: append([]byte(head), source...)}, nil
}

// integrity is the sha256 of a body as Subresource Integrity and policies
// write it.
func integrity(body []byte) string {
	digest := sha256.Sum256(body)
	return "sha256-" + base64.StdEncoding.EncodeToString(digest[:])
}
