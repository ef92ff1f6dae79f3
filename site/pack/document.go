package main

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"layerlab.dev/site/edge"
)

// documentFolder holds pages of their own, such as the documentation, in the
// stage and in the site: they keep their names.
const documentFolder = "docs"

// documents reads the pages of documentFolder. They name assets of that folder
// or of the stage's top by their logical names, and everything that keeps its
// name as it is found from where they are: "../embed.js", "../".
func (p *packer) documents(known map[string]string) ([]asset, error) {
	files, err := filepath.Glob(filepath.Join(p.stage, documentFolder, "*.html"))
	if err != nil {
		return nil, err
	}
	var out []asset
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		name := documentFolder + "/" + filepath.Base(file)
		text, err := replace(name, string(body), pageReference, func(to string) (string, bool) {
			plain, _, _ := strings.Cut(to, "#")
			plain, _, _ = strings.Cut(plain, "?")
			for _, logical := range []string{path.Join(documentFolder, plain), plain} {
				if final, ok := known[logical]; ok && final != logical {
					return "../" + final, true
				}
			}
			switch at := path.Join(documentFolder, plain); at {
			case ".", edge.EmbedPage, edge.EmbedScript:
				return to, true
			default:
				_, err := os.Stat(filepath.Join(p.stage, filepath.FromSlash(at)))
				return to, err == nil && path.Dir(at) == documentFolder && path.Ext(at) == ".html"
			}
		})
		if err != nil {
			return nil, err
		}
		out = append(out, asset{logical: name, name: name, body: []byte(text)})
	}
	return out, nil
}
