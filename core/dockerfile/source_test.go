package dockerfile_test

import (
	"testing"

	"layerlab.dev/core/dockerfile"
)

// TestSource holds what COPY and ADD take for a file, a URL or a repository; the
// kinds and errors are those that BuildKit v0.34.2 built with.
func TestSource(t *testing.T) {
	for _, c := range []struct {
		src   string
		kind  dockerfile.SourceKind
		wrong string
	}{
		{src: "x.git"}, {src: "./x.git"}, {src: "git@h"}, {src: "git@h/f"}, {src: "http:/x/y"}, {src: "https:/x"}, {src: "file:///x"}, {src: "ftp://x/y"},
		{src: "gopher://x.git"}, {src: "../a@b:c"}, {src: "@:"},
		{src: "github.com/a/b", kind: dockerfile.GitLikeSource}, {src: "github.com/a/b.git", kind: dockerfile.GitLikeSource},
		{src: "github.com/a/b#x:y", kind: dockerfile.GitLikeSource}, {src: "github.com/a/b?x=y", kind: dockerfile.GitLikeSource, wrong: `unexpected query "x"`},
		{src: "http://x/y", kind: dockerfile.URLSource}, {src: "https://", kind: dockerfile.URLSource}, {src: "https://x/%zz.git", kind: dockerfile.URLSource},
		{src: "https://x/y.git/z", kind: dockerfile.URLSource}, {src: "HTTPS://x/y"},
		{src: "git@h:a/b", kind: dockerfile.GitSource}, {src: "user@host:repo", kind: dockerfile.GitSource}, {src: "a@b:", kind: dockerfile.GitSource},
		{src: "git://x/y", kind: dockerfile.GitSource}, {src: "Git://x", kind: dockerfile.GitSource}, {src: "ssh://x/y", kind: dockerfile.GitSource},
		{src: "https://x/y.git#main:sub", kind: dockerfile.GitSource}, {src: "HTTPS://x/y.git", kind: dockerfile.GitSource},
		{src: "https://x/y.git?keep-git-dir", kind: dockerfile.GitSource}, {src: "git@h:a?ref", kind: dockerfile.GitSource, wrong: `query "ref" has no value`},
		{src: "https://x/y.git?foo=bar", kind: dockerfile.GitSource, wrong: `unexpected query "foo"`},
		{src: "https://x/y.git?ref=a&tag=b", kind: dockerfile.GitSource, wrong: `ref conflicts: "a" vs "refs/tags/b"`},
		{src: "https://x/y.git?ref=a#b", kind: dockerfile.GitSource, wrong: `ref conflicts: "b" vs "a"`},
		{src: "https://x/y.git?subdir=a#b:c", kind: dockerfile.GitSource, wrong: `subdir conflicts: "c" vs "a"`},
		{src: "https://x/y.git?branch=a&tag=b", kind: dockerfile.GitSource, wrong: "branch conflicts with tag"},
		{src: "https://x/y.git?submodules=x", kind: dockerfile.GitSource, wrong: `invalid submodules value: "x"`},
		{src: "https://x/y.git?mtime=z", kind: dockerfile.GitSource, wrong: `invalid mtime value: "z" (must be "checkout" or "commit")`},
		{src: "https://x/y.git?ref=a&ref=b", kind: dockerfile.GitSource, wrong: `query "ref" has multiple values`},
	} {
		kind, err := dockerfile.Source(c.src)
		wrong := ""
		if err != nil {
			wrong = err.Error()
		}
		if kind != c.kind || wrong != c.wrong {
			t.Errorf("%s is %q (%s), want %q (%s)", c.src, kind, wrong, c.kind, c.wrong)
		}
	}
}
