package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// The tags of the page that a single file puts its content in place of.
var (
	scriptTag = regexp.MustCompile(`<script src="([^"]+)"( defer)?></script>\n?`)
	sheetTag  = regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)">`)
	iconTag   = regexp.MustCompile(`<link rel="icon" href="([^"]+)"`)
	// dropped has no meaning in a file: what an installed site has.
	dropped = regexp.MustCompile(`<link rel="(?:manifest|apple-touch-icon)"[^>]*>\n?`)
)

// singlePolicy is the Content-Security-Policy that the file carries: what it
// holds may run, by digest, and nothing is loaded from anywhere.
const singlePolicy = "default-src 'none'; script-src 'wasm-unsafe-eval' %s; style-src %s; worker-src blob:; " +
	"img-src data: blob:; base-uri 'none'; form-action 'none'"

// single makes one file out of the page and its assets.
type single struct {
	body    map[string]string // by logical name
	scripts []string          // integrity of what is in script elements
	late    strings.Builder   // what stands at the end of the body
}

// packSingle writes the one file and returns a line about it.
func (p *packer) packSingle(assets []asset, page string) (string, error) {
	s := single{body: map[string]string{}}
	for _, a := range assets {
		s.body[a.logical] = string(a.body)
	}
	text, err := s.page(page)
	if err != nil {
		return "", fmt.Errorf("%s: %w", p.page, err)
	}
	if err := os.MkdirAll(filepath.Dir(p.single), 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(p.single, []byte(text), 0o644); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d bytes in %s\n", len(text), p.single), nil
}

func (s *single) page(text string) (string, error) {
	text = dropped.ReplaceAllString(text, "")
	list := map[string]string{}
	// Those that the page's first program expects to be there run before it.
	for _, name := range []string{"wasm_exec.js", "renderer.js"} {
		tag, err := s.script(name, ` id="`+name+`"`)
		if err != nil {
			return "", err
		}
		s.late.WriteString(tag)
	}
	for _, p := range programs {
		body, ok := s.body[p.logical]
		if !ok {
			return "", fmt.Errorf("%s is not in the stage", p.logical)
		}
		list[p.key] = "#" + p.logical
		switch path.Ext(p.logical) {
		case ".wasm":
			packed, err := packed(body)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&s.late, "<script type=\"application/gzip\" id=%q>%s</script>\n", p.logical, packed)
		default:
			if p.key != "worker" {
				continue
			}
			if err := closes(p.logical, body); err != nil {
				return "", err
			}
			fmt.Fprintf(&s.late, "<script type=\"text/plain\" id=%q>%s</script>\n", p.logical, body)
		}
	}
	text, err := fillAssets(text, list)
	if err != nil {
		return "", err
	}
	sheet := ""
	text, err = each(text, sheetTag, func(name, _ string) (string, error) {
		body, ok := s.body[name]
		if !ok {
			return "", fmt.Errorf("refers to %s, which is not among the built files", name)
		}
		for _, m := range references[".css"].FindAllStringSubmatch(body, -1) {
			if local(m[1]) {
				return "", fmt.Errorf("%s refers to %s, which a single file has no place for", name, m[1])
			}
		}
		sheet = integrity([]byte(body))
		return "<style>" + body + "</style>", nil
	})
	if err != nil {
		return "", err
	}
	text, err = each(text, iconTag, func(name, _ string) (string, error) {
		return `<link rel="icon" href="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString([]byte(s.body[name])) + `"`, nil
	})
	if err != nil {
		return "", err
	}
	text, err = each(text, scriptTag, func(name, deferred string) (string, error) {
		tag, err := s.script(name, "")
		if err == nil && deferred != "" {
			s.late.WriteString(tag)
			return "", nil
		}
		return tag, err
	})
	if err != nil {
		return "", err
	}
	policy := fmt.Sprintf(singlePolicy, "'"+strings.Join(s.scripts, "' '")+"'", "'"+sheet+"'")
	text = strings.Replace(text, `<meta charset="utf-8">`,
		"<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\""+policy+"\">", 1)
	return strings.Replace(text, "</body>", s.late.String()+"</body>", 1), nil
}

// script is an element that holds the script of a name.
func (s *single) script(name, attributes string) (string, error) {
	body, ok := s.body[name]
	if !ok {
		return "", fmt.Errorf("refers to %s, which is not among the built files", name)
	}
	if err := closes(name, body); err != nil {
		return "", err
	}
	s.scripts = append(s.scripts, integrity([]byte(body)))
	return "<script" + attributes + ">" + body + "</script>\n", nil
}

// closes refuses a text that would end the element it stands in, or hide its
// end (HTML, "Restrictions for contents of script elements").
func closes(name, body string) error {
	lower := strings.ToLower(body)
	for _, mark := range []string{"</script", "<!--"} {
		if strings.Contains(lower, mark) {
			return fmt.Errorf("%s holds %s, which cannot stand in a page", name, mark)
		}
	}
	return nil
}

// packed is a body as base64 of its gzip.
func packed(body string) (string, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write([]byte(body)); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// each puts what with gives for each match of pattern, whose groups are a name
// and perhaps a second one.
func each(text string, pattern *regexp.Regexp, with func(name, second string) (string, error)) (string, error) {
	var failed error
	text = pattern.ReplaceAllStringFunc(text, func(match string) string {
		groups := append(pattern.FindStringSubmatch(match), "")
		out, err := with(strings.TrimPrefix(strings.TrimPrefix(groups[1], "./"), "site/web/"), groups[2])
		if err != nil && failed == nil {
			failed = err
		}
		return out
	})
	return text, failed
}
