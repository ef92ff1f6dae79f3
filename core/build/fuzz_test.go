package build_test

import (
	"errors"
	"strings"
	"testing"

	"layerlab.dev/core/build"
	"layerlab.dev/core/shell"
)

// FuzzBuild builds whatever comes as a Dockerfile: it may fail with an error
// that names a place, but not otherwise, and not at all by a panic.
func FuzzBuild(f *testing.F) {
	for _, seed := range []string{
		"FROM alpine\nRUN echo first\nCOPY ./a .\nADD ./p.tar .\nCMD [\"echo\"]\n",
		"ARG B=scratch\nFROM $B AS x\nCOPY --parents --exclude=*.md src/./sub /n/\nFROM x\nCOPY --from=x --chown=1:2 --chmod=u+x / /y\n",
		"FROM busybox\nRUN --mount=type=bind,target=/m --mount=type=cache,target=/c <<EOF\nls /m > /c/x\nEOF\nONBUILD RUN true\n",
		"# escape=`\nFROM scratch\nENV A=`\n b\nWORKDIR a/../b\nCOPY <<-\"E\" /f\n\tx\nE\nEXPOSE 1-3/udp\n",
		"FROM alpine\nRUN c\x10 fi&st\x0eC |\xe3\nCMD [\"echo\"]\n",
	} {
		f.Add(seed)
	}
	context := files(f, "a=a", "src/sub/x=x", "src/y.md=y", "p.tar=")
	f.Fuzz(func(t *testing.T, text string) {
		o := options()
		o.Limits = shell.Limits{Steps: 10_000, Output: 1 << 16, Disk: 1 << 22}
		res, err := build.Build(t.Context(), []byte(text), context, o)
		var e *build.Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%q gave an error without a place: %v", text, err)
		}
		if e != nil && strings.TrimSpace(e.Text.Text) == "" {
			t.Errorf("%q gave an error without words", text)
		}
		if err == nil && res.Image == nil {
			t.Errorf("%q gave neither image nor error", text)
		}
	})
}
