package assist_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/assist"
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

var standIn = message.New("test.standin", "A stand-in.")

// around is a context with files, images and the files of stages.
func around(t testing.TB) assist.Context {
	t.Helper()
	tree := func(files ...string) vfs.Tree {
		e := vfs.New(0).Edit()
		for _, p := range files {
			p, text, _ := strings.Cut(p, "=")
			if dir := p[:strings.LastIndexByte(p, '/')]; dir != "" {
				if _, err := e.MkdirAll(dir, 0o755, 0, 0); err != nil {
					t.Fatal(err)
				}
			}
			if strings.HasSuffix(p, "/") {
				continue
			}
			if err := e.WriteFile(p, vfs.String(text), 0o755, 0, 0); err != nil {
				t.Fatal(err)
			}
		}
		return e.Tree()
	}
	rootfs := tree("/etc/passwd=root:x:0:0::/root:/bin/sh\nweb:x:7:7::/:\n", "/etc/group=root:x:0:\nstaff:x:50:\n", "/bin/sh=", "/bin/ls=", "/usr/bin/env=", "/app/", "/app/bin/run=", "/tmp/")
	return assist.Context{
		Files:  tree("/app.js=12345", "/src/a.go=", "/src/deep/b.go=", "/.hidden=", "/with space="),
		Images: []string{"alpine", "busybox"},
		Image: func(name string) (assist.Image, bool) {
			return assist.Image{Note: standIn.With(), Files: rootfs}, name == "alpine"
		},
		Stage: func(index, n int) (vfs.Tree, bool) { return rootfs, index == 0 },
		Options: dockerfile.Options{BuildArgs: map[string]string{"GIVEN": "yes"},
			BaseImage: func(name, _ string) (dockerfile.BaseImage, bool) {
				return dockerfile.BaseImage{Env: []string{"PATH=/bin:/usr/bin", "LANG=C"}, WorkingDir: "/app"}, name == "alpine"
			}},
	}
}

// place takes the mark ‸ out of a text and gives its offset.
func place(text string) (*dockerfile.File, int) {
	at := strings.Index(text, "‸")
	src := strings.Replace(text, "‸", "", 1)
	return dockerfile.Parse("Dockerfile", []byte(src), dockerfile.Options{}), at
}

func TestComplete(t *testing.T) {
	c := around(t)
	const head = "FROM alpine AS build\nARG GIVEN\nENV NAME=value\n"
	for _, test := range []struct {
		name, text string
		typed      string // from From to the cursor
		want       string // labels that must be there
		not        string // and those that must not
	}{
		{"keyword", "FROM alpine\nCO‸", "CO", "COPY RUN", "MAINTAINER"},
		{"keyword of a lower case file", "from alpine\nco‸", "co", "copy run", "COPY"},
		{"keyword on an empty line", "FROM alpine\n‸", "", "COPY", ""},
		{"none in a continued line", "FROM alpine\nCOPY a \\\n  C‸", "C", "app.js src/", "COPY"},
		{"none in a here document", "FROM alpine\nRUN <<EOF\nCO‸\nEOF\n", "", "", "COPY"},
		{"behind ONBUILD", "FROM alpine\nONBUILD C‸", "C", "COPY", "FROM ONBUILD"},
		{"arguments behind ONBUILD", "FROM alpine\nONBUILD COPY ‸", "", "app.js", ""},
		{"images", "FROM ‸", "", "alpine busybox scratch", ""},
		{"stages in FROM", head + "FROM bu‸", "bu", "build alpine", ""},
		{"AS", "FROM alpine ‸", "", "AS", ""},
		{"as", "from alpine ‸", "", "as", "AS"},
		{"flags", head + "COPY --f‸", "--f", "--from --chown --link", ""},
		{"flags of FROM", "FROM --‸", "--", "--platform", "--from"},
		{"flags once", head + "COPY --from=build --‸", "--", "--chown", "--from"},
		{"flags again", head + "RUN --mount=type=tmpfs --‸", "--", "--mount --network", ""},
		{"from", head + "FROM scratch\nCOPY --from=b‸", "b", "build alpine", ""},
		{"from without itself", head + "COPY --from=‸", "", "alpine", "build"},
		{"from by number", "FROM alpine\nFROM scratch\nCOPY --from=‸", "", "0", "1"},
		{"platform", "FROM --platform=lin‸", "lin", "linux/amd64 $BUILDPLATFORM", ""},
		{"chown", head + "COPY --chown=w‸", "w", "root web", "staff"},
		{"chown group", head + "COPY --chown=web:‸", "", "staff", "web"},
		{"context", head + "COPY ‸", "", "app.js src/", ".hidden bin/"},
		{"context below", head + "COPY src/‸", "", "a.go deep/", "app.js"},
		{"context from the root", head + "COPY /sr‸", "sr", "src/", "bin/"},
		{"hidden files", head + "COPY .h‸", ".h", ".hidden", ""},
		{"destination", head + "COPY app.js /‸", "", "bin/ etc/ app/", "app.js"},
		{"source or destination", head + "COPY app.js ‸", "", ". / src/ bin/ app.js", ""},
		{"files of a stage", head + "FROM scratch\nCOPY --from=build /e‸", "e", "etc/ bin/", "src/"},
		{"files of an image", head + "COPY --from=alpine /bin/‸", "", "sh ls", "src/"},
		{"JSON source", head + `COPY ["s‸`, "s", "app.js src/", ""},
		{"JSON destination", head + `COPY ["src", "/‸`, "", "bin/ etc/", ""},
		{"workdir", head + "WORKDIR /‸", "", "app/ etc/", "app.js"},
		{"relative workdir", head + "WORKDIR ‸", "", "bin/", "etc/"},
		{"user", head + "USER ‸", "", "root web", ""},
		{"command", head + "RUN l‸", "l", "ls sh env", ""},
		{"second command", head + "RUN true && l‸", "l", "ls", ""},
		{"argument of a command", head + "RUN ls b‸", "b", "bin/", "ls"},
		{"path of a command", head + "RUN ls /e‸", "e", "etc/", "ls"},
		{"path of a program", head + `CMD ["/bin/‸`, "", "ls sh", ""},
		{"program in an array", head + `CMD ["‸`, "", "ls env", ""},
		{"array", head + "SHELL ‸", "", `["/bin/sh", "-c"]`, ""},
		{"variable", head + "RUN echo $‸", "", "NAME GIVEN LANG PATH", "TARGETOS"},
		{"variable in braces", head + "COPY ${N‸", "N", "NAME", ""},
		{"no variable behind a backslash", head + `RUN echo \$N‸`, `\$N`, "", "NAME"},
		{"variable of FROM", "ARG TAG=1\nFROM alpine:$‸", "", "TAG TARGETARCH", "LANG"},
		{"global argument", "ARG TAG=1\nFROM alpine\nARG ‸", "", "TAG TARGETARCH", ""},
		{"mount", head + "RUN --mount=‸", "", "type target from", "sharing"},
		{"mount type", head + "RUN --mount=type=c‸", "c", "cache bind secret", ""},
		{"mount options", head + "RUN --mount=type=cache,‸", "", "target sharing id", "type rw"},
		{"mount from", head + "FROM scratch\nRUN --mount=from=‸", "", "build alpine", ""},
		{"mount source", head + "RUN --mount=source=s‸", "s", "src/ app.js", ""},
		{"mount source of a stage", head + "FROM scratch\nRUN --mount=from=build,source=/‸", "", "etc/", "src/"},
		{"mount target", head + "RUN --mount=target=/‸", "", "app/", ""},
		{"sharing", head + "RUN --mount=type=cache,sharing=‸", "", "locked shared", ""},
		{"protocol", head + "EXPOSE 80/‸", "", "tcp udp", "80"},
		{"signal", head + "STOPSIGNAL SIG‸", "SIG", "SIGTERM", ""},
		{"health", head + "HEALTHCHECK ‸", "", "CMD NONE", ""},
		{"health flags", head + "HEALTHCHECK --‸", "--", "--interval", ""},
		{"health command", head + "HEALTHCHECK --interval=5s CMD l‸", "l", "ls", ""},
		{"label", head + "LABEL org‸", "org", "org.opencontainers.image.source", ""},
		{"directive", "# ‸", "", "escape=` check= syntax=docker/dockerfile:1", ""},
		{"directive begun", "# syn‸\nFROM alpine\n", "syn", "syntax=docker/dockerfile:1", ""},
		{"no directive below", "FROM alpine\n# ‸", "", "", "check="},
		{"rules", "# check=skip=Stage‸", "Stage", "StageNameCasing", ""},
		{"more rules", "# check=skip=StageNameCasing,‸", "", "FromAsCasing", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, at := place(test.text)
			got := assist.Complete(f, at, c)
			if typed := string(f.Source[got.From:at]); typed != test.typed {
				t.Errorf("in the place of %q, want %q", typed, test.typed)
			}
			var labels []string
			for _, o := range got.Options {
				labels = append(labels, o.Label)
			}
			wanted := strings.Fields(test.want)
			if strings.HasPrefix(test.want, "[") {
				wanted = []string{test.want}
			}
			for _, w := range wanted {
				if !slices.Contains(labels, w) {
					t.Errorf("no %q among %q", w, labels)
				}
			}
			for _, w := range strings.Fields(test.not) {
				if slices.Contains(labels, w) {
					t.Errorf("%q among %q", w, labels)
				}
			}
		})
	}
}

func TestExplain(t *testing.T) {
	c := around(t)
	const head = "ARG TAG=3\nFROM alpine AS build\nARG GIVEN\nARG NONE\nENV NAME=value\n"
	for _, test := range []struct{ name, text, title, lines string }{
		{"keyword", head + "CO‸PY a b\n", "COPY [FLAGS] SOURCE... DESTINATION", "Copies files"},
		{"deprecated", head + "MAINT‸AINER me\n", "MAINTAINER NAME", "Deprecated."},
		{"flag", head + "COPY --ch‸own=1:1 a b\n", "--chown=USER[:GROUP]", "Owner of the files"},
		{"variable", head + "RUN echo $NA‸ME\n", "NAME=value", "ENV on line 5"},
		{"variable in braces", head + "RUN echo ${NA‸ME:-x}\n", "NAME=value", "ENV on line 5"},
		{"argument given", head + "RUN echo $GI‸VEN\n", "GIVEN=yes", "build argument, declared on line 3"},
		{"argument without value", head + "RUN echo $NO‸NE\n", "NONE", "Without a value"},
		{"of the base", head + "RUN echo $LA‸NG\n", "LANG=C", "set by the base image alpine"},
		{"of the shell", head + "RUN echo $i‸\n", "", ""},
		{"undefined", head + "COPY $XY‸Z /\n", "XYZ", "Not declared here"},
		{"global", "ARG TAG=3\nFROM alpine:$T‸AG\n", "TAG=3", "ARG on line 1"},
		{"declaration", head + "ENV OTH‸ER=$NAME\n", "OTHER=value", "ENV on line 6"},
		{"image", "FROM alp‸ine\n", "alpine", "A stand-in.|Sets PATH=/bin:/usr/bin LANG=C|Working directory /app"},
		{"image not here", "FROM gol‸ang\n", "golang", "This image is not here"},
		{"scratch", "FROM scr‸atch\n", "scratch", "The empty image"},
		{"stage", head + "FROM bui‸ld\n", "build", "Build stage build, lines 2 to 5, from alpine|Used on line 6"},
		{"its name", "FROM alpine AS bui‸ld\nRUN a\n", "build", "Build stage build, lines 1 to 2, from alpine"},
		{"stage in --from", head + "FROM scratch\nCOPY --from=bu‸ild a b\n", "build", "Build stage build"},
		{"stage by number", head + "FROM scratch\nCOPY --from=0‸ a b\n", "build", "Build stage build"},
		{"unused stage", "FROM alpine AS bui‸ld\nFROM scratch\n", "build", "from alpine|No other stage uses it."},
		{"image in --from", head + "COPY --from=alp‸ine a b\n", "alpine", "A stand-in."},
		{"mount type", head + "RUN --mount=type=cac‸he,target=/c true\n", "type=cache", "A directory that is kept"},
		{"mount option", head + "RUN --mount=type=cache,tar‸get=/c true\n", "target", "Where the command sees it."},
		{"file", head + "COPY app‸.js /\n", "/app.js", "File of 5 bytes in the build context"},
		{"folder", head + "COPY sr‸c /\n", "/src", "Directory with 2 files, 0 bytes in the build context"},
		{"no file", head + "COPY no‸ne /\n", "/none", "Not in the build context"},
		{"destination", head + "COPY app.js ap‸p.js\n", "", ""},
		{"comment", "# FR‸OM\nFROM alpine\n", "", ""},
		{"command", head + "RUN ec‸ho\n", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, at := place(test.text)
			n, ok := assist.Explain(f, at, c)
			if ok != (test.title != "") {
				t.Fatalf("explained: %v, %+v", ok, n)
			}
			if !ok {
				return
			}
			var lines []string
			for _, l := range n.Lines {
				lines = append(lines, l.Text)
			}
			if got := strings.Join(lines, "|"); n.Title != test.title || !strings.Contains(got, test.lines) {
				t.Errorf("%q %q, want %q %q", n.Title, got, test.title, test.lines)
			}
			if n.From > at || n.To < at {
				t.Errorf("about the bytes %d to %d, not %d", n.From, n.To, at)
			}
		})
	}
}

func TestForm(t *testing.T) {
	for _, test := range []struct{ text, active, doc string }{
		{"FROM alpine\nCOPY ‸", "SOURCE…", "Copies files"},
		{"FROM alpine\nCOPY a ‸", "DESTINATION", "Copies files"},
		{"FROM alpine\nCOPY a b c‸", "DESTINATION", "Copies files"},
		{"FROM alpine\nCOPY --cho‸", "[--chown=USER[:GROUP]]", "Owner"},
		{"FROM alpine\nCOPY --chmod=6‸", "[--chmod=MODE]", "Permissions"},
		{"FROM alpine\nCOP‸Y a b", "COPY", "Copies files"},
		{"FROM alpine A‸", "[AS", "Begins"},
		{"FROM alpine AS b‸", "NAME]", "Begins"},
		{"FROM alpine\nRUN a \\\n  b‸", "COMMAND", "Runs"},
		{"FROM alpine\nRUN <<EOF\na‸\nEOF\n", "", "Runs"},
		{"FROM alpine\nONBUILD COPY a‸", "SOURCE…", "Copies"},
		{"FROM alpine\n# a‸", "none", ""},
		{"FROM alpine\nNO‸", "none", ""},
	} {
		f, at := place(test.text)
		s, ok := assist.Form(f, at, assist.Context{})
		if !ok {
			if test.active != "none" {
				t.Errorf("%q: no form", test.text)
			}
			continue
		}
		active := ""
		if s.Active >= 0 {
			active = s.Parts[s.Active]
		}
		if active != test.active || !strings.HasPrefix(s.Doc.Text, test.doc) {
			t.Errorf("%q: %q %q, want %q %q", test.text, active, s.Doc, test.active, test.doc)
		}
	}
}

// apply carries out edits.
func apply(src string, edits []assist.Edit) string {
	slices.SortFunc(edits, func(a, b assist.Edit) int { return b.From - a.From })
	for _, e := range edits {
		src = src[:e.From] + e.Text + src[e.To:]
	}
	return src
}

func TestFixes(t *testing.T) {
	c := around(t)
	for _, test := range []struct{ rule, src, title, want string }{
		{"", "FRMO alpine\n", "Change to FROM", "FROM alpine\n"},
		{"", "FROM alpine\nCOPY --form=x a b\n", "Change to --from", "FROM alpine\nCOPY --from=x a b\n"},
		{"", "FROM alpine\nRUN --mount=type=chache a\n", "Change to cache", "FROM alpine\nRUN --mount=type=cache a\n"},
		{"", "", "Begin with FROM alpine", "FROM alpine\n"},
		{"ConsistentInstructionCasing", "FROM alpine\nRUN a\nrun b\n", "Change to RUN", "FROM alpine\nRUN a\nRUN b\n"},
		{"ConsistentInstructionCasing", "from alpine\nrun a\nRUN b\n", "Change to run", "from alpine\nrun a\nrun b\n"},
		{"FromAsCasing", "FROM alpine as b\n", "Change to AS", "FROM alpine AS b\n"},
		{"FromAsCasing", "from alpine AS b\n", "Change to as", "from alpine as b\n"},
		{"StageNameCasing", "FROM alpine AS Build\n", "Change to build", "FROM alpine AS build\n"},
		{"DuplicateStageName", "FROM alpine AS b\nFROM alpine AS b\n", "Change to b-2", "FROM alpine AS b\nFROM alpine AS b-2\n"},
		{"ReservedStageName", "FROM alpine AS scratch\n", "Change to scratch-2", "FROM alpine AS scratch-2\n"},
		{"MaintainerDeprecated", "FROM alpine\nMAINTAINER A B <a@b>\n", "Replace by LABEL", "FROM alpine\nLABEL org.opencontainers.image.authors=\"A B <a@b>\"\n"},
		{"LegacyKeyValueFormat", "FROM alpine\nENV a b c\n", "Write NAME=VALUE", "FROM alpine\nENV a=\"b c\"\n"},
		{"LegacyKeyValueFormat", "FROM alpine\nENV a b\n", "Write NAME=VALUE", "FROM alpine\nENV a=b\n"},
		{"LegacyKeyValueFormat", "FROM alpine\nENV a \"b c\" d\n", "Write NAME=VALUE", "FROM alpine\nENV a=\"b c\"\\ d\n"},
		{"LegacyKeyValueFormat", "FROM alpine\nLABEL a b\n", "Write NAME=VALUE", "FROM alpine\nLABEL a=b\n"},
		{"JSONArgsRecommended", "FROM alpine\nCMD node app.js\n", "Write as a JSON array", "FROM alpine\nCMD [\"node\", \"app.js\"]\n"},
		{"JSONArgsRecommended", "FROM alpine\nENTRYPOINT exec top -b && \"x\"\n", "Write the shell out", "FROM alpine\nENTRYPOINT [\"/bin/sh\", \"-c\", \"exec top -b && \\\"x\\\"\"]\n"},
		{"WorkdirRelativePath", "FROM scratch\nWORKDIR app\n", "Change to /app", "FROM scratch\nWORKDIR /app\n"},
		{"UndefinedVar", "FROM scratch\nENV DIR_ASSETS=x\nCOPY $DIR_ASSET ${DIR_ASSET}\n", "Change to $DIR_ASSETS", "FROM scratch\nENV DIR_ASSETS=x\nCOPY $DIR_ASSETS ${DIR_ASSETS}\n"},
		{"UndefinedVar", "FROM scratch\nCOPY $thing /\n", "Declare ARG thing", "FROM scratch\nARG thing\nCOPY $thing /\n"},
		{"UndefinedArgInFrom", "FROM scratch$TAG\n", "Declare ARG TAG", "ARG TAG=latest\nFROM scratch$TAG\n"},
		{"MultipleInstructionsDisallowed", "FROM scratch\nCMD [\"a\"]\nCMD [\"b\"]\n", "Remove the instruction", "FROM scratch\nCMD [\"b\"]\n"},
		{"NoEmptyContinuation", "FROM alpine\nRUN a \\\n\n  b\n", "Remove the empty line", "FROM alpine\nRUN a \\\n  b\n"},
		{"RedundantTargetPlatform", "FROM --platform=$TARGETPLATFORM alpine\n", "Remove --platform", "FROM alpine\n"},
		{"FromPlatformFlagConstDisallowed", "FROM --platform=linux/arm64 alpine\n", "Remove --platform", "FROM alpine\n"},
		{"ExposeProtoCasing", "FROM scratch\nEXPOSE 80/TCP 81/udp\n", "Write in lower case", "FROM scratch\nEXPOSE 80/tcp 81/udp\n"},
		{"ExposeInvalidFormat", "FROM scratch\nEXPOSE 127.0.0.1:80:80\n", "Change to 80", "FROM scratch\nEXPOSE 80\n"},
	} {
		t.Run(test.rule+" "+test.title, func(t *testing.T) {
			o := c.Options
			o.AllStages = true
			f := dockerfile.Parse("Dockerfile", []byte(test.src), o)
			for _, d := range f.Diagnostics {
				if d.Rule != test.rule {
					continue
				}
				for _, fix := range assist.Fixes(f, d, c) {
					if fix.Title.Text != test.title {
						continue
					}
					got := apply(test.src, fix.Edits)
					if got != test.want {
						t.Errorf("mended to\n%s\nwant\n%s", got, test.want)
					}
					for _, left := range dockerfile.Parse("Dockerfile", []byte(got), o).Diagnostics {
						if left.Rule == d.Rule && left.Text == d.Text {
							t.Errorf("still %v", left)
						}
					}
					return
				}
			}
			t.Errorf("no fix for %+v", f.Diagnostics)
		})
	}
}

func TestStageName(t *testing.T) {
	const src = "FROM alpine AS build\nRUN a\nFROM build AS Two\nCOPY --from=BUILD a b\nRUN --mount=type=bind,from=build,target=/m true\nFROM two\nCOPY --from=two a b\n"
	f := dockerfile.Parse("", []byte(src), dockerfile.Options{})
	for _, test := range []struct {
		at   string
		name string
		want string
	}{
		{"build\n", "build", "FROM alpine AS x\nRUN a\nFROM x AS Two\nCOPY --from=x a b\nRUN --mount=type=bind,from=x,target=/m true\nFROM two\nCOPY --from=two a b\n"},
		{"BUILD", "build", "FROM alpine AS x\nRUN a\nFROM x AS Two\nCOPY --from=x a b\nRUN --mount=type=bind,from=x,target=/m true\nFROM two\nCOPY --from=two a b\n"},
		{"Two", "two", "FROM alpine AS build\nRUN a\nFROM build AS x\nCOPY --from=BUILD a b\nRUN --mount=type=bind,from=build,target=/m true\nFROM x\nCOPY --from=x a b\n"},
		{"alpine", "", ""},
	} {
		n, ok := assist.StageName(f, strings.Index(src, test.at)+1)
		if ok != (test.name != "") || n.Name != test.name {
			t.Errorf("%s: %v %+v", test.at, ok, n)
			continue
		}
		for i := range n.Places {
			if !strings.EqualFold(src[n.Places[i].From:n.Places[i].To], n.Name) {
				t.Errorf("%s: place %+v", test.at, n.Places[i])
			}
			n.Places[i].Text = "x"
		}
		if got := apply(src, n.Places); ok && got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.at, got, test.want)
		}
	}
	for name, ok := range map[string]bool{"new": true, "build": true, "two": false, "Big": false, "1st": false, "scratch": false, "context": false, "a_b-c.d": true, "": false} {
		if got := assist.CheckStageName(f, name, "build"); got.IsZero() != ok {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func TestFolds(t *testing.T) {
	const src = "# one\n# two\nFROM a AS b\nRUN x \\\n  # in\n  # side\n  y\nCOPY <<A <<B /\na\nA\nb\nB\n\n# three\nFROM c\nRUN z\n# four\n# five\n"
	f := dockerfile.Parse("", []byte(src), dockerfile.Options{})
	if got, want := fmt.Sprint(assist.Folds(f)), "[{1 2} {3 12} {4 7} {8 12} {11 12} {15 16} {17 18}]"; got != want {
		t.Errorf("folds %s, want %s", got, want)
	}
}

func TestTidy(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"tidy", "FROM alpine\nRUN a\n", "FROM alpine\nRUN a\n"},
		{"keywords", "from alpine as b\nrun a\n", "FROM alpine AS b\nRUN a\n"},
		{"blanks", "  FROM   alpine  \n\tCOPY   --from=x   a    b  \n", "FROM alpine\nCOPY --from=x a b\n"},
		{"empty lines", "\n\nFROM alpine\n\n\n\nRUN a\n\n\n", "FROM alpine\n\nRUN a\n"},
		{"a line before a stage", "FROM a AS b\nRUN x\n# second\nFROM c\nRUN y\n", "FROM a AS b\nRUN x\n\n# second\nFROM c\nRUN y\n"},
		{"no line before the first", "ARG A=1\nFROM a\n", "ARG A=1\nFROM a\n"},
		{"continued words", "FROM a\nCOPY x \\\n y\\\n\t z\n", "FROM a\nCOPY x \\\n    y \\\n    z\n"},
		{"a command keeps its text", "FROM a\nrun   x  y \\\n  z\n", "FROM a\nRUN x  y \\\n  z\n"},
		{"flags of a command", "FROM a\nRUN   --network=none \\\n --mount=type=cache,target=/c \\\n x\n", "FROM a\nRUN --network=none \\\n    --mount=type=cache,target=/c \\\n    x\n"},
		{"comments between", "FROM a\nENV a=1 \\\n# c\n  b=2\n", "FROM a\nENV a=1 \\\n    # c\n    b=2\n"},
		{"empty continued lines", "FROM a\nENV a=1 \\\n\n  b=2\n", "FROM a\nENV a=1 \\\n    b=2\n"},
		{"quotes", "FROM a\nENV   a=\"1  2\"   b=x\n", "FROM a\nENV a=\"1  2\" b=x\n"},
		{"quotes over lines", "FROM a\nENV a=\"1 \\\n   2\"\n", "FROM a\nENV a=\"1 \\\n   2\"\n"},
		{"legacy", "FROM a\nenv  a  b   c\n", "FROM a\nENV a  b   c\n"},
		{"array", "FROM a\nCMD  [ \"x\",\"y z\"  ]\n", "FROM a\nCMD [\"x\", \"y z\"]\n"},
		{"array of a health check", "FROM a\nHEALTHCHECK  --interval=5s  CMD  [\"x\"]\n", "FROM a\nHEALTHCHECK --interval=5s CMD [\"x\"]\n"},
		{"here document", "FROM a\nrun   <<EOF\n  x  \n\n\n  y\nEOF\n\n\nRUN z\n", "FROM a\nRUN <<EOF\n  x  \n\n\n  y\nEOF\n\nRUN z\n"},
		{"directive", "# escape=`\nfrom a\nCOPY x `\n y\n", "# escape=`\nFROM a\nCOPY x `\n    y\n"},
		{"no directive is made", "\n\n# escape=`\nFROM a\n", "\n# escape=`\nFROM a\n"},
		{"comments", "  # c  \nFROM a\n# d \nRUN x\n", "  # c\nFROM a\n# d\nRUN x\n"},
		{"unread lines", "FROM a\n  wat   is   this\nrun  x\n", "FROM a\n  wat   is   this\nRUN x\n"},
		{"not ended", "from a", "FROM a\n"},
		{"carriage returns", "from a\r\n", "from a\r\n"},
		{"nothing", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := dockerfile.Parse("", []byte(test.src), dockerfile.Options{})
			got := assist.Tidy(f)
			if string(got) != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if again := assist.Tidy(dockerfile.Parse("", got, dockerfile.Options{})); string(again) != string(got) {
				t.Errorf("tidied again:\n%s", again)
			}
		})
	}
}
