package waste

import (
	"bytes"
	"context"
	"path"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/layer"
	"layerlab.dev/core/vfs"
)

// Secret is a file in a layer that looks like something not to be given away.
type Secret struct {
	Path  string
	Layer int
	// Rule names what it looks like, such as "private-key" or "env-file".
	Rule string
	Size int64
	// By is the layer that takes it from sight, -1 where it is in sight still;
	// Removed tells whether by a whiteout.
	By      int
	Removed bool
}

// read is up to which size, and how much, of a file is searched.
const read = 64 << 10

// Secrets searches the files of layers, given as Apply takes them. Every
// version of a file counts, whether in sight or not. ctx ends the search.
func Secrets(ctx context.Context, layers [][]layer.Change) ([]Secret, error) {
	s := New()
	var out []Secret
	for n, changes := range layers {
		s.Apply(changes)
		for _, c := range changes {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if c.Kind == layer.Parent || c.Node == nil || c.Node.Kind != vfs.File || c.LinkTo != "" {
				continue
			}
			if rule := secretFile(c.Path, c.Node.Blob()); rule != "" {
				out = append(out, Secret{Path: c.Path, Layer: n, Rule: rule, Size: c.Node.Size(), By: -1})
			}
		}
	}
	for i := range out {
		at := slices.IndexFunc(s.lost, func(l Loss) bool { return l.Path == out[i].Path && l.Layer == out[i].Layer })
		if at >= 0 {
			out[i].By, out[i].Removed = s.lost[at].By, s.lost[at].Removed
		}
	}
	return out, nil
}

// names of files that hold secrets, by the end of their path.
var names = []struct{ end, rule string }{
	{"/id_rsa", "ssh-key"}, {"/id_dsa", "ssh-key"}, {"/id_ecdsa", "ssh-key"}, {"/id_ed25519", "ssh-key"},
	{"/.aws/credentials", "credentials"}, {"/.docker/config.json", "credentials"}, {"/.git-credentials", "credentials"},
	{"/.netrc", "credentials"}, {"/.pgpass", "credentials"}, {"/.kube/config", "credentials"}, {"/.my.cnf", "credentials"},
	{".p12", "key-store"}, {".pfx", "key-store"}, {".jks", "key-store"}, {".kdbx", "key-store"},
}

// marks that begin secrets in texts: after mark come at least so many
// characters of a token.
var marks = []struct {
	mark, rule string
	more       int
}{
	{"AKIA", "aws-key", 16}, {"ghp_", "github-token", 30}, {"gho_", "github-token", 30}, {"github_pat_", "github-token", 30},
	{"glpat-", "gitlab-token", 20}, {"xoxb-", "slack-token", 20}, {"xoxp-", "slack-token", 20}, {"sk_live_", "stripe-key", 16},
	{"AIza", "google-key", 35}, {"_authToken=", "npm-token", 8}, {"npm_", "npm-token", 36},
}

// secretFile names the rule by which a file looks like a secret, "" for none.
func secretFile(p string, b *vfs.Blob) string {
	if b.Size() == 0 {
		return ""
	}
	base := path.Base(p)
	if base == ".env" || strings.HasPrefix(base, ".env.") && !slices.Contains([]string{".example", ".sample", ".template", ".dist"}, path.Ext(base)) {
		return "env-file"
	}
	for _, n := range names {
		if strings.HasSuffix(p, n.end) {
			return n.rule
		}
	}
	if b.Absent() || vfs.IsZeros(b) || b.Size() > read {
		return ""
	}
	text, err := b.Bytes()
	if err != nil || bytes.IndexByte(text, 0) >= 0 {
		return ""
	}
	return secretText(text)
}

func secretText(text []byte) string {
	if at := bytes.Index(text, []byte("-----BEGIN ")); at >= 0 {
		line, _, _ := bytes.Cut(text[at:], []byte("\n"))
		if bytes.Contains(line, []byte("PRIVATE KEY")) {
			return "private-key"
		}
	}
	for _, m := range marks {
		rest := text
		for {
			at := bytes.Index(rest, []byte(m.mark))
			if at < 0 {
				break
			}
			begins := at == 0 || !token(rest[at-1])
			if rest = rest[at+len(m.mark):]; begins && tokens(rest) >= m.more {
				return m.rule
			}
		}
	}
	return ""
}

func token(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '-'
}

func tokens(b []byte) int {
	n := 0
	for n < len(b) && token(b[n]) {
		n++
	}
	return n
}

// Setting is a value in an image's documents whose name says that it is secret.
type Setting struct {
	From  string // "ENV" or "ARG"
	Name  string
	Value string
}

// Settings finds the variables of the config, and the build arguments in the
// history, that BuildKit's rule SecretsUsedInArgOrEnv would warn of.
func Settings(c image.Config) []Setting {
	var out []Setting
	add := func(from, pair string) {
		name, value, ok := strings.Cut(pair, "=")
		if s := (Setting{from, name, value}); ok && value != "" && dockerfile.SecretName(name) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, pair := range c.Config.Env {
		add("ENV", pair)
	}
	for _, h := range c.History {
		// RUN |2 NAME=VALUE NAME=VALUE /bin/sh -c …
		_, rest, ok := strings.Cut(h.CreatedBy, "|")
		words := strings.Split(rest, " ")
		n, err := strconv.Atoi(words[0])
		if !ok || err != nil {
			continue
		}
		for _, pair := range words[1:min(max(n, 0)+1, len(words))] {
			add("ARG", pair)
		}
	}
	return out
}
