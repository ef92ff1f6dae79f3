package dockerfile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"layerlab.dev/core/dockerfile"
)

const bom = "\xEF\xBB\xBF"

// rangeCases: the instructions of a file, each as KEYWORD FROM-TO, and the
// flags and here documents of each below it.
var rangeCases = []struct {
	name, src string
	want      []string
}{
	{"plain", "FROM scratch\nCOPY a b\n", []string{"FROM 1:1-1:13", "COPY 2:1-2:9"}},
	{"no newline at the end", "FROM scratch", []string{"FROM 1:1-1:13"}},
	{"space around", "\n\t FROM scratch  \t\n\n  COPY a b ", []string{"FROM 2:3-2:15", "COPY 4:3-4:11"}},
	{"lower case", "from scratch\ncopy a b\n", []string{"FROM 1:1-1:13", "COPY 2:1-2:9"}},
	{"continuation", "FROM scratch\nRUN a && \\\n    b && \\\n  c\nCMD d\n",
		[]string{"FROM 1:1-1:13", "RUN 2:1-4:4", "CMD 5:1-5:6"}},
	{"blanks behind the mark", "FROM \\ \t\n scratch\nCMD d\n", []string{"FROM 1:1-2:9", "CMD 3:1-3:6"}},
	{"comments inside", "FROM scratch\nRUN a \\\n# one\n   # two\n  b\n",
		[]string{"FROM 1:1-1:13", "RUN 2:1-5:4"}},
	{"empty line inside", "FROM scratch\nRUN a \\\n\n  b\nCMD c\n",
		[]string{"FROM 1:1-1:13", "RUN 2:1-4:4", "CMD 5:1-5:6"}},
	{"mark at the end of the file", "FROM scratch\nRUN a \\", []string{"FROM 1:1-1:13", "RUN 2:1-2:8"}},
	{"comment after the last mark", "FROM scratch\nRUN a \\\n# x\n", []string{"FROM 1:1-1:13", "RUN 2:1-3:4"}},
	{"no mark behind another", "FROM scratch\nRUN a \\\\\nCMD b\n",
		[]string{"FROM 1:1-1:13", "RUN 2:1-2:9", "CMD 3:1-3:6"}},
	{"keyword behind a mark", "FROM scratch\n\\\n  RUN a\n", []string{"FROM 1:1-1:13", "RUN 3:3-3:8"}},
	{"keyword broken in two", "FROM scratch\nRU\\\nN a\n", []string{"FROM 1:1-1:13", "RUN 2:1-3:4"}},
	{"backtick", "# escape=`\nFROM scratch\nRUN a `\n  b\\\nCMD c\n",
		[]string{"FROM 2:1-2:13", "RUN 3:1-4:5", "CMD 5:1-5:6"}},
	{"CRLF", "FROM scratch\r\nRUN a \\\r\n  b\r\nCMD c\r\n",
		[]string{"FROM 1:1-1:13", "RUN 2:1-3:4", "CMD 4:1-4:6"}},
	{"byte order mark", bom + "FROM scratch\nCMD c\n", []string{"FROM 1:4-1:16", "CMD 2:1-2:6"}},
	{"byte order mark and directive", bom + "# escape=`\nFROM a`\n b\n", []string{"FROM 2:1-3:3"}},
	{"Korean", "FROM scratch\nLABEL 이름=값 \\\n 둘=셋\nCMD c\n",
		[]string{"FROM 1:1-1:13", "LABEL 2:1-3:9", "CMD 4:1-4:6"}},
	{"flags", "FROM --platform=linux/amd64 scratch\nCOPY --from=0 \\\n --chown=1:2 --link a b\n", []string{
		"FROM 1:1-1:36", " --platform=linux/amd64 1:6-1:28 value 1:17-1:28",
		"COPY 2:1-3:24", " --from=0 2:6-2:14 value 2:13-2:14", " --chown=1:2 3:2-3:13 value 3:10-3:13", " --link 3:14-3:20",
	}},
	{"flag across lines", "FROM scratch\nCOPY --fr\\\nom=0 a b\n", []string{
		"FROM 1:1-1:13", "COPY 2:1-3:9", " --from=0 2:6-3:5 value 3:4-3:5",
	}},
	{"quoted flag", "FROM scratch\nRUN --mount=\"type=bind,target=/a b\" c\n", []string{
		"FROM 1:1-1:13", "RUN 2:1-2:38", " --mount=type=bind,target=/a b 2:5-2:36 value 2:13-2:36",
	}},
	{"empty value", "FROM scratch\nCOPY --chown= a b\n", []string{
		"FROM 1:1-1:13", "COPY 2:1-2:18", " --chown= 2:6-2:14 value 2:14-2:14",
	}},
	{"two dashes end the flags", "FROM scratch\nCOPY --link -- --a b\n", []string{
		"FROM 1:1-1:13", "COPY 2:1-2:21", " --link 2:6-2:12",
	}},
	{"here document", "FROM scratch\nRUN <<EOF\n  a\n\n# no comment\nEOF\nCMD c\n", []string{
		"FROM 1:1-1:13", "RUN 2:1-6:4", " <<EOF 2:5-2:10 body 3:1-6:1 close 6:1-6:4", "CMD 7:1-7:6",
	}},
	{"two here documents", "FROM scratch\nCOPY <<'a' <<-\"b b\" \\\n  /d/\n1\na\n\t2\n\tb b\n", []string{
		"FROM 1:1-1:13", "COPY 2:1-7:5",
		" <<a 2:6-2:11 body 4:1-5:1 close 5:1-5:2", " <<b b 2:12-2:20 body 6:1-7:1 close 7:2-7:5",
	}},
	{"here document with descriptor", "FROM scratch\nRUN cat 3<<X 2>&1\nX\n", []string{
		"FROM 1:1-1:13", "RUN 2:1-3:2", " <<X 2:9-2:13 body 3:1-3:1 close 3:1-3:2",
	}},
	{"here document, CRLF", "FROM scratch\r\nRUN <<한글\r\n 값\r\n한글\r\n", []string{
		"FROM 1:1-1:13", "RUN 2:1-4:7", " <<한글 2:5-2:13 body 3:1-4:1 close 4:1-4:7",
	}},
	{"ONBUILD", "FROM scratch\nONBUILD COPY --from=a b c\nONBUILD RUN <<X\n1\nX\n", []string{
		"FROM 1:1-1:13", "ONBUILD 2:1-2:26", "ONBUILD 3:1-5:2", " <<X 3:13-3:16 body 4:1-5:1 close 5:1-5:2",
	}},
	{"not an instruction", "FROM scratch\nFOO bar \\\n baz\nCMD c\n",
		[]string{"FROM 1:1-1:13", "FOO 2:1-3:5", "CMD 4:1-4:6"}},
	{"bad syntax", "FROM scratch\nENV \\\n a\nCMD c\n", []string{"FROM 1:1-1:13", "ENV 2:1-3:3", "CMD 4:1-4:6"}},
}

func TestRanges(t *testing.T) {
	for _, tc := range rangeCases {
		t.Run(tc.name, func(t *testing.T) {
			f := dockerfile.Parse("", []byte(tc.src), dockerfile.Options{})
			var got []string
			for _, in := range f.Instructions {
				got = append(got, fmt.Sprintf("%s %v", in.Keyword, in.Range))
				for _, fl := range in.Flags {
					s := " --" + fl.Name
					if fl.HasValue {
						s += "=" + fl.Value
					}
					s += fmt.Sprintf(" %v", fl.Range)
					if fl.HasValue {
						s += fmt.Sprintf(" value %v", fl.ValueRange)
					}
					got = append(got, s)
				}
				for _, h := range in.Heredocs {
					got = append(got, fmt.Sprintf(" <<%s %v body %v close %v", h.Name, h.Range, h.Body, h.Close))
					if f.Text(h.Body) != h.Content {
						t.Errorf("<<%s: the body's range holds %q, its content is %q", h.Name, f.Text(h.Body), h.Content)
					}
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(tc.want, "\n     "))
			}
		})
	}
}

func TestStages(t *testing.T) {
	src := lines("ARG v=1", "FROM alpine:$v AS Base", "RUN a", "", "# last the end", "FROM --platform=$BUILDPLATFORM base AS last", "RUN b \\", " c", "")
	f := dockerfile.Parse("", []byte(src), dockerfile.Options{})
	if err := f.Err(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range f.Stages {
		got = append(got, fmt.Sprintf("%d %q from %q on %q, %q, %d, %v", s.Index, s.Name, s.BaseName, s.Platform, s.Doc, len(s.Instructions), s.Range))
	}
	want := []string{
		`0 "base" from "alpine:$v" on "", "", 1, 2:1-3:6`,
		`1 "last" from "base" on "$BUILDPLATFORM", "the end", 1, 6:1-8:3`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(f.MetaArgs) != 1 || f.MetaArgs[0].Original != "ARG v=1" {
		t.Errorf("MetaArgs: %+v", f.MetaArgs)
	}
	if in := f.At(dockerfile.Position{Line: 8, Column: 2}); in == nil || in.Original != "RUN b  c" {
		t.Errorf("At 8:3: %+v", in)
	}
	if in := f.At(dockerfile.Position{Line: 4}); in != nil {
		t.Errorf("At 4:1: %+v", in)
	}
}

func TestDirectives(t *testing.T) {
	for _, tc := range []struct {
		name, src, syntax string
		escape            rune
		check             string
	}{
		{"none", "FROM a\n", "", '\\', "{[] false [] false false 0:1-0:1}"},
		{"syntax", "# syntax = docker/dockerfile:1 // x\nFROM a\n", "docker/dockerfile:1", '\\', "{[] false [] false false 0:1-0:1}"},
		{"all", "#syntax=a\n#Escape = `\n# check=skip=A, B;error=true\nFROM a\n", "a", '`', "{[A ] false [] false false 3:1-3:29}"},
		{"no space", "# check=skip=A,B;error=true;experimental=all\nFROM a\n", "", '\\', "{[A B] false [] true true 1:1-1:45}"},
		{"byte order mark", bom + "# check=skip=all\nFROM a\n", "", '\\', "{[] true [] false false 1:4-1:20}"},
		{"after a comment", "# comment\n# escape=`\n# check=skip=all\nFROM a\n", "", '\\', "{[] false [] false false 0:1-0:1}"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := dockerfile.Parse("", []byte(tc.src), dockerfile.Options{})
			if f.Syntax != tc.syntax || f.Escape != tc.escape {
				t.Errorf("syntax %q, escape %q", f.Syntax, f.Escape)
			}
			if got := fmt.Sprint(f.Check); got != tc.check {
				t.Errorf("check %s, want %s", got, tc.check)
			}
		})
	}
}

func TestUTF16(t *testing.T) {
	f := dockerfile.Parse("", []byte("FROM a\nRUN 값 😀 x\n\xff\xfe y\n"), dockerfile.Options{})
	for _, tc := range []struct {
		p               dockerfile.Position
		line, character int
		offset          int
	}{
		{dockerfile.Position{Line: 1, Column: 0}, 0, 0, 0},
		{dockerfile.Position{Line: 2, Column: 4}, 1, 4, 11},
		{dockerfile.Position{Line: 2, Column: 7}, 1, 5, 14},
		{dockerfile.Position{Line: 2, Column: 8}, 1, 6, 15},
		{dockerfile.Position{Line: 2, Column: 12}, 1, 8, 19},
		{dockerfile.Position{Line: 3, Column: 2}, 2, 2, 24},
		{dockerfile.Position{Line: 4, Column: 0}, 3, 0, 27},
	} {
		line, character := f.UTF16(tc.p)
		if line != tc.line || character != tc.character {
			t.Errorf("%v: UTF-16 %d, %d, want %d, %d", tc.p, line, character, tc.line, tc.character)
		}
		if p := f.FromUTF16(line, character); p != tc.p {
			t.Errorf("%v: back from UTF-16 %v", tc.p, p)
		}
		if o := f.Offset(tc.p); o != tc.offset || f.Position(o) != tc.p {
			t.Errorf("%v: offset %d, want %d; back %v", tc.p, o, tc.offset, f.Position(o))
		}
	}
}
