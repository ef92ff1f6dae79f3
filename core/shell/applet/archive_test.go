package applet_test

import (
	"errors"
	"strings"
	"testing"

	"layerlab.dev/core/shell/proc"
)

// TestFilteredXZ checks that a stream with a filter, which the real programs
// read, is called what it is and not corrupt. The bytes are of xz 5.4.1, with
// --x86 --lzma2 and, around a tar, with --delta=dist=2 --lzma2.
func TestFilteredXZ(t *testing.T) {
	const (
		text    = "/Td6WFoAAATm1rRGAgEEACEBFgANhjUf4AARAAxdADQZSe6N6U9+ISGwAAAfAdnIh8FDyAABKBLJamKOH7bzfQEAAAAABFla"
		archive = "/Td6WFoAAATm1rRGAgEDAQEhARYcR3hW4Cf/AINdADQAD2gNdcKY9pp38+x6QSbaxKC5wr9SnHNFlo/CoxctJmU44Bfwkvj1m2C1gf3wHQpXXnu7ijn05a0Na2J1H/2h1UqrrQvJqzrJoCs/raghDsHMpI423EBEZbwZTtZzLnOpUMq8oNbp9RZNNtyQYf4eDYZk2xNelFQTzcYMaHz/Yv8AAAACHcn7p4eyPQABnwGAUAAAcMHgk7HEZ/sCAAAAAARZWg=="
	)
	for _, f := range flavours {
		lines := map[string]string{"unxz f.xz": text, "unxz -c f.xz": text, "unxz < f.xz": text, "xzcat f.xz": text, "tar xJf f.xz": archive}
		if !f.plain {
			lines["tar xf f.xz"] = archive
		}
		if f.gnu {
			lines["cp f.xz f.y; unxz f.y"] = text
		}
		for line, data := range lines {
			got, err := interpret(t, f, "echo "+data+" | base64 -d > f.xz; "+line)
			var refused *proc.UnsupportedError
			if !errors.As(err, &refused) || !strings.Contains(refused.Reason.Text, "xz with a filter") || refused.Advice.IsZero() {
				t.Errorf("%s: %s: %v, %q", f.name, line, err, got.Stderr)
			}
		}
	}
}

// TestBusyboxUnzipNames checks where busybox puts members whose names lead out
// of the directory, as Debian's busybox 1.35.0 was seen to do.
func TestBusyboxUnzipNames(t *testing.T) {
	// A zip of ../q, p/../c/f, ../, /r, //w, d/../../e, ../dir/, / and ..f.
	const archive = "UEsDBBQAAAAAAAAAKVQfCOpGAgAAAAIAAAAEAAAALi4vcXgKUEsDBBQAAAAAAAAAKVQfCOpGAgAAAAIAAAAIAAAAcC8uLi9jL2Z4ClBLAwQUAAAAAAAAAClUAAAAAAAAAAAAAAAAAwAAAC4uL1BLAwQUAAAAAAAAAClUHwjqRgIAAAACAAAAAgAAAC9yeApQSwMEFAAAAAAAAAApVB8I6kYCAAAAAgAAAAMAAAAvL3d4ClBLAwQUAAAAAAAAAClUHwjqRgIAAAACAAAACQAAAGQvLi4vLi4vZXgKUEsDBBQAAAAAAAAAKVQAAAAAAAAAAAAAAAAHAAAALi4vZGlyL1BLAwQUAAAAAAAAAClUAAAAAAAAAAAAAAAAAQAAAC9QSwMEFAAAAAAAAAApVB8I6kYCAAAAAgAAAAMAAAAuLmZ4ClBLAQIUAxQAAAAAAAAAKVQfCOpGAgAAAAIAAAAEAAAAAAAAAAAAAACkgQAAAAAuLi9xUEsBAhQDFAAAAAAAAAApVB8I6kYCAAAAAgAAAAgAAAAAAAAAAAAAAKSBJAAAAHAvLi4vYy9mUEsBAhQDFAAAAAAAAAApVAAAAAAAAAAAAAAAAAMAAAAAAAAAAAAQAO1BTAAAAC4uL1BLAQIUAxQAAAAAAAAAKVQfCOpGAgAAAAIAAAACAAAAAAAAAAAAAACkgW0AAAAvclBLAQIUAxQAAAAAAAAAKVQfCOpGAgAAAAIAAAADAAAAAAAAAAAAAACkgY8AAAAvL3dQSwECFAMUAAAAAAAAAClUHwjqRgIAAAACAAAACQAAAAAAAAAAAAAApIGyAAAAZC8uLi8uLi9lUEsBAhQDFAAAAAAAAAApVAAAAAAAAAAAAAAAAAcAAAAAAAAAAAAQAO1B2wAAAC4uL2Rpci9QSwECFAMUAAAAAAAAAClUAAAAAAAAAAAAAAAAAQAAAAAAAAAAABAA7UEAAQAAL1BLAQIUAxQAAAAAAAAAKVQfCOpGAgAAAAIAAAADAAAAAAAAAAAAAACkgR8BAAAuLmZQSwUGAAAAAAkACQDGAQAAQgEAAAAA"
	const warning = "unzip: removing leading '../' from member names\n"
	for _, c := range []struct{ line, stdout, stderr string }{
		{"unzip u.zip", "Archive:  u.zip\n  inflating: q\n  inflating: c/f\n  inflating: r\n  inflating: w\n  inflating: e\n   creating: dir/\n  inflating: ..f\n", warning},
		{"unzip -qj u.zip; ls -A | xargs", "..f e f q r u.zip w\n", warning},
		{"unzip -l u.zip q c/f | tail -n +4", "        2  01-09-2022 00:00   q\n        2  01-09-2022 00:00   c/f\n --------                     -------\n        4                     9 files\n", warning},
		{"unzip -p u.zip e", "x\n", warning},
		{"unzip -q u.zip -x q -x c/f; ls -A | xargs", "..f dir e r u.zip w\n", warning},
		{"unzip -qd r u.zip; find r | sort | xargs", "r r/..f r/c r/c/f r/dir r/e r/q r/r r/w\n", warning},
	} {
		for _, f := range flavours[:2] {
			got, err := interpret(t, f, "mkdir o; cd o; echo "+archive+" | base64 -d > u.zip; "+c.line)
			if err != nil || string(got.Stdout) != c.stdout || string(got.Stderr) != c.stderr {
				t.Errorf("%s: %s: %v\n%s\n%s", f.name, c.line, err, got.Stdout, got.Stderr)
			}
		}
	}
}
