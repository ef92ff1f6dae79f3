package dockerfile_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"

	"layerlab.dev/core/dockerfile"
)

// The 22 rules of BuildKit v0.34.2 (linter/ruleset.go).
var rules = []string{
	linter.RuleStageNameCasing.Name, linter.RuleFromAsCasing.Name, linter.RuleNoEmptyContinuation.Name,
	linter.RuleConsistentInstructionCasing.Name, linter.RuleDuplicateStageName.Name, linter.RuleReservedStageName.Name,
	linter.RuleJSONArgsRecommended.Name, linter.RuleMaintainerDeprecated.Name, linter.RuleUndefinedArgInFrom.Name,
	linter.RuleWorkdirRelativePath.Name, linter.RuleUndefinedVar.Name, linter.RuleMultipleInstructionsDisallowed.Name,
	linter.RuleLegacyKeyValueFormat.Name, linter.RuleInvalidBaseImagePlatform.Name, linter.RuleRedundantTargetPlatform.Name,
	linter.RuleSecretsUsedInArgOrEnv.Name, linter.RuleInvalidDefaultArgInFrom.Name, linter.RuleFromPlatformFlagConstDisallowed.Name,
	linter.RuleCopyIgnoredFile.Name, linter.RuleInvalidDefinitionDescription.Name, linter.RuleExposeProtoCasing.Name,
	linter.RuleExposeInvalidFormat.Name,
}

func TestEveryRuleIsTested(t *testing.T) {
	tested := map[string]bool{}
	for _, tc := range slices.Concat(checkCases, imageCases) {
		for _, w := range tc.want {
			tested[w.rule] = true
		}
	}
	for _, rule := range rules {
		if !tested[rule] {
			t.Errorf("no case expects %s", rule)
		}
	}
	if len(rules) != 22 {
		t.Errorf("%d rules, want 22", len(rules))
	}
}

// TestSameEveryTime: BuildKit walks Go maps in places; here nothing may change
// from one reading to the next.
func TestSameEveryTime(t *testing.T) {
	src := lines("FROM scratch", "ADR a b", "COPY $b$c$a$d /", "COPY --cho=1 a b", "RUN --mount=type=b,target=/a x",
		"FROM scratch", "LABEL x=$b$c$a$d")
	first := dockerfile.Parse("", []byte(src), all)
	for range 50 {
		if f := dockerfile.Parse("", []byte(src), all); !reflect.DeepEqual(f.Diagnostics, first.Diagnostics) {
			t.Fatalf("got %v, before %v", f.Diagnostics, first.Diagnostics)
		}
	}
}

func TestKeywords(t *testing.T) {
	if len(dockerfile.Keywords) != len(command.Commands) {
		t.Errorf("%d keywords, BuildKit knows %d", len(dockerfile.Keywords), len(command.Commands))
	}
	if !slices.IsSortedFunc(dockerfile.Keywords, func(a, b dockerfile.Keyword) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted by name")
	}
	for _, k := range dockerfile.Keywords {
		if _, ok := command.Commands[strings.ToLower(k.Name)]; !ok {
			t.Errorf("BuildKit does not know %s", k.Name)
		}
		if got, ok := dockerfile.LookupKeyword(strings.ToLower(k.Name)); !ok || got.Usage != k.Usage {
			t.Errorf("%s is not found", k.Name)
		}
		// BuildKit knows the flag: what it says is not that it is unknown.
		for _, fl := range k.Flags {
			if text := flagError(k.Name, "--"+fl.Name+"=x"); strings.HasPrefix(text, "unknown flag") {
				t.Errorf("%s %s: %s", k.Name, fl, text)
			}
			if text := flagError(k.Name, "--"+fl.Name); fl.Optional == strings.HasPrefix(text, "missing a value") {
				t.Errorf("%s %s: alone %q", k.Name, fl, text)
			}
			if text := flagError(k.Name, "--"+fl.Name+"=true --"+fl.Name+"=true"); fl.Repeat == strings.HasPrefix(text, "duplicate flag") {
				t.Errorf("%s %s: twice %q", k.Name, fl, text)
			}
		}
	}
	// And it knows no other: every flag of one instruction is tried on all.
	for _, k := range dockerfile.Keywords {
		if k.Name == "ARG" || k.Name == "STOPSIGNAL" || k.Name == "ONBUILD" {
			continue // these never look at flags, or hand them on
		}
		for _, other := range dockerfile.Keywords {
			for _, fl := range other.Flags {
				own := slices.ContainsFunc(k.Flags, func(f dockerfile.FlagSpec) bool { return f.Name == fl.Name })
				if text := flagError(k.Name, "--"+fl.Name+"=x"); !own && !strings.HasPrefix(text, "unknown flag: --"+fl.Name) {
					t.Errorf("%s --%s: %q", k.Name, fl.Name, text)
				}
			}
		}
	}
}

// flagError is what is said of an instruction with the flags.
func flagError(keyword, flags string) string {
	rest := map[string]string{
		"COPY": "a b", "ADD": "a b", "ENV": "a=b", "LABEL": "a=b", "HEALTHCHECK": "CMD a", "SHELL": `["a"]`, "ONBUILD": "RUN a",
	}[keyword]
	if rest == "" {
		rest = "a"
	}
	f := dockerfile.Parse("", []byte("FROM scratch\n"+keyword+" "+flags+" "+rest+"\n"), dockerfile.Options{})
	for _, d := range f.Diagnostics {
		if d.Severity == dockerfile.Error {
			return d.Text
		}
	}
	return ""
}

func TestErrorPlaces(t *testing.T) {
	for _, tc := range []struct{ line, marked, detail string }{
		{"COPPY a b", "COPPY", "Write COPY."},
		{"XYZZY a b", "XYZZY", "Begin the line with an instruction: ADD, "},
		{"COPY --link --fro=a b c", "--fro=a", "Write --from, or another flag of COPY: --from=STAGE|IMAGE, "},
		{"COPY --zzzzz=a b c", "--zzzzz=a", "COPY knows --from=STAGE|IMAGE, "},
		{"USER --zzzzz=a b", "--zzzzz=a", "USER knows no flags. Write: USER USER[:GROUP]"},
		{"COPY --from=a --chown=1 --from=b c d", "--from=b", "Keep one of them."},
		{"COPY --chmod a b", "--chmod", "Write --NAME=VALUE, without spaces."},
		{"COPY --link=5 a b", "--link=5", "Write true or false"},
		{"WORKDIR", "WORKDIR", "Write: WORKDIR PATH"},
		{"ENV \\\n  a", "ENV \\\n  a", "Write: ENV NAME=VALUE ..."},
	} {
		f := dockerfile.Parse("", []byte("FROM scratch\n  "+tc.line+" \n"), dockerfile.Options{})
		if len(f.Diagnostics) == 0 {
			t.Errorf("%q: no error", tc.line)
			continue
		}
		d := f.Diagnostics[0]
		if got := f.Text(d.Range); got != tc.marked {
			t.Errorf("%q: marks %q, want %q", tc.line, got, tc.marked)
		}
		if !strings.HasPrefix(d.Detail.Text, tc.detail) {
			t.Errorf("%q: detail %q, want %q", tc.line, d.Detail, tc.detail)
		}
	}
}

func TestErr(t *testing.T) {
	f := dockerfile.Parse("sub/Dockerfile", []byte("FROM scratch as a\n\nENV a\n"), dockerfile.Options{})
	if got := fmt.Sprint(f.Err()); got != "sub/Dockerfile:3: ENV must have two arguments" {
		t.Error(got)
	}
	f = dockerfile.Parse("", []byte("FROM scratch as a\n"), dockerfile.Options{})
	if err := f.Err(); err != nil || len(f.Diagnostics) != 1 {
		t.Errorf("a warning is no error: %v, %v", err, f.Diagnostics)
	}
	f = dockerfile.Parse("", nil, dockerfile.Options{})
	if got := fmt.Sprint(f.Err()); got != "Dockerfile:1: the Dockerfile cannot be empty" {
		t.Error(got)
	}
}

// TestNewCommand: expanding a new command leaves the file alone.
func TestNewCommand(t *testing.T) {
	f := dockerfile.Parse("", []byte("FROM scratch\n# check=skip=all\nENV a=$x\n"), dockerfile.Options{})
	in := f.Stages[0].Instructions[0]
	cmd := in.NewCommand().(*instructions.EnvCommand)
	err := cmd.Expand(func(word string) (string, error) {
		s, _, err := f.Lex().ProcessWord(word, dockerfile.NewEnv("x=1"))
		return s, err
	})
	if err != nil || cmd.Env[0].Value != "1" {
		t.Errorf("expanded %v, %v", cmd.Env, err)
	}
	if got := in.Command.(*instructions.EnvCommand).Env[0].Value; got != "$x" {
		t.Errorf("the file's command became %q", got)
	}
}

func TestParseOnbuild(t *testing.T) {
	for _, tc := range []struct{ expr, want string }{
		{"RUN a", "*instructions.RunCommand RUN a"},
		{"COPY --from=x a b", "*instructions.CopyCommand COPY --from=x a b"},
		{"RUN <<E\na\nE", "*instructions.RunCommand RUN <<E"},
		{"# check=skip=all\nRUN a", "*instructions.RunCommand RUN a"},
		{"", "file with no instructions"},
		{"RUN a\nRUN b", "onbuild trigger should be a single expression"},
		{"RUNN a", "unknown instruction: RUNN (did you mean RUN?)"},
		{"FROM a", "*instructions.Stage is not a command type"},
		{"COPY --form=x a b", "unknown flag: --form (did you mean from?)"},
	} {
		cmd, err := dockerfile.ParseOnbuild(tc.expr)
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprintf("%T %v", cmd, cmd)
		}
		if got != tc.want {
			t.Errorf("%q: %s, want %s", tc.expr, got, tc.want)
		}
	}
}

func TestGlobalArgs(t *testing.T) {
	f := dockerfile.Parse("", []byte("ARG a=1 b\nARG c=$a$TARGETARCH\nFROM scratch AS last\n"), dockerfile.Options{})
	for _, tc := range []struct {
		opts dockerfile.Options
		want []string
	}{
		{dockerfile.Options{}, []string{
			"BUILDPLATFORM=linux/amd64", "BUILDOS=linux", "BUILDOSVERSION=", "BUILDARCH=amd64", "BUILDVARIANT=",
			"TARGETPLATFORM=linux/amd64", "TARGETOS=linux", "TARGETOSVERSION=", "TARGETARCH=amd64", "TARGETVARIANT=",
			"TARGETSTAGE=last", "a=1", "c=1amd64",
		}},
		{dockerfile.Options{Platform: "linux/arm/v7", BuildPlatform: "linux/amd64", BuildArgs: map[string]string{"b": "2", "c": "3", "TARGETSTAGE": "x", "z": "no"}}, []string{
			"BUILDPLATFORM=linux/amd64", "BUILDOS=linux", "BUILDOSVERSION=", "BUILDARCH=amd64", "BUILDVARIANT=",
			"TARGETPLATFORM=linux/arm/v7", "TARGETOS=linux", "TARGETOSVERSION=", "TARGETARCH=arm", "TARGETVARIANT=v7",
			"TARGETSTAGE=x", "a=1", "b=2", "c=3",
		}},
	} {
		env, err := f.GlobalArgs(tc.opts)
		if err != nil {
			t.Fatal(err)
		}
		if got := env.Pairs(); !slices.Equal(got, tc.want) {
			t.Errorf("got  %q\nwant %q", got, tc.want)
		}
	}
	bad := dockerfile.Parse("", []byte("\nARG a=${b:?say b}\nFROM scratch\n"), dockerfile.Options{})
	if _, err := bad.GlobalArgs(dockerfile.Options{}); err == nil || !strings.HasPrefix(err.Error(), "Dockerfile:2: ARG: ") {
		t.Errorf("error %v", err)
	}
	if _, err := f.GlobalArgs(dockerfile.Options{Platform: "?"}); err == nil {
		t.Error("no error for a bad platform")
	}
}

func TestEnv(t *testing.T) {
	e := dockerfile.NewEnv("a=1", "b=2=3", "c")
	e.Set("a", "4")
	c := e.Clone()
	c.Set("b", "5")
	if got := e.Pairs(); !slices.Equal(got, []string{"b=2=3", "c=", "a=4"}) {
		t.Errorf("%q", got)
	}
	if got := c.Pairs(); !slices.Equal(got, []string{"c=", "a=4", "b=5"}) {
		t.Errorf("clone %q", got)
	}
	var zero dockerfile.Env
	if _, ok := zero.Get("a"); ok || len(zero.Keys()) != 0 {
		t.Error("the zero Env is not empty")
	}
	zero.Set("a", "1")
	if v, ok := zero.Get("a"); !ok || v != "1" {
		t.Error("Set on the zero Env")
	}
}

func TestPlatforms(t *testing.T) {
	for _, tc := range []struct{ in, parsed, normal string }{
		{"linux/amd64", "linux/amd64", "linux/amd64"},
		{"linux", "linux/amd64", "linux/amd64"},
		{"arm64", "linux/arm64", "linux/arm64"},
		{"linux/aarch64", "linux/arm64", "linux/arm64"},
		{"linux/arm64/v8", "linux/arm64/v8", "linux/arm64"},
		{"linux/arm", "linux/arm", "linux/arm/v7"},
		{"linux/arm/6", "linux/arm/v6", "linux/arm/v6"},
		{"Linux/x86_64", "linux/amd64", "linux/amd64"},
		{"macos/i386", "darwin/386", "darwin/386"},
		{"windows(10.0.17763)/amd64", "windows(10.0.17763)/amd64", "windows(10.0.17763)/amd64"},
		{"windows(10.0+win32k)/amd64", "windows(10.0+win32k)/amd64", "windows(10.0+win32k)/amd64"},
		{"nonsense", `"nonsense": unknown operating system or architecture: invalid argument`, ""},
		{"linux/*", `"linux/*": wildcards not yet supported: invalid argument`, ""},
		{"a/b/c/d", `"a/b/c/d" is an invalid component`, ""},
		{"", `"" is an invalid OS component of ""`, ""},
	} {
		p, err := dockerfile.ParsePlatform(tc.in)
		if err != nil {
			if tc.normal != "" || tc.in != "a/b/c/d" && !strings.HasPrefix(err.Error(), tc.parsed) {
				t.Errorf("%q: %v", tc.in, err)
			}
			continue
		}
		if got, normal := dockerfile.FormatPlatform(p), dockerfile.FormatPlatform(dockerfile.NormalizePlatform(p)); got != tc.parsed || normal != tc.normal {
			t.Errorf("%q: %s, %s, want %s, %s", tc.in, got, normal, tc.parsed, tc.normal)
		}
	}
}

func TestReferences(t *testing.T) {
	sum := "sha256:" + strings.Repeat("a", 64)
	for _, tc := range []struct{ in, want string }{
		{"alpine", "docker.io/library/alpine:latest"},
		{"alpine:3.20", "docker.io/library/alpine:3.20"},
		{"me/app", "docker.io/me/app:latest"},
		{"docker.io/alpine", "docker.io/library/alpine:latest"},
		{"index.docker.io/a/b", "docker.io/a/b:latest"},
		{"localhost/a", "localhost/a:latest"},
		{"a.b:5000/c/d:e", "a.b:5000/c/d:e"},
		{"[::1]:5/a", "[::1]:5/a:latest"},
		{"alpine@" + sum, "docker.io/library/alpine@" + sum},
		{"alpine:1@" + sum, "docker.io/library/alpine:1@" + sum},
		{"Host/a", "Host/a:latest"},
		{"", "error: invalid reference format"},
		{"alpine:", "error: invalid reference format"},
		{"a@b", "error: invalid reference format"},
		{"alpine@sha256:" + strings.Repeat("a", 40), "error: invalid checksum digest length"},
		{"Alpine", "error: invalid reference format: repository name (library/Alpine) must be lowercase"},
		{strings.Repeat("a", 64), "error: invalid repository name (" + strings.Repeat("a", 64) + "), cannot specify 64-byte hexadecimal strings"},
		{"a/" + strings.Repeat("b", 255), "error: repository name must not be more than 255 characters"},
	} {
		got, err := dockerfile.NormalizeReference(tc.in)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != tc.want {
			t.Errorf("%q: %s, want %s", tc.in, got, tc.want)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	src := []byte(strings.Repeat(lines("FROM alpine AS a", "ARG v=1", "ENV x=$v \\", "  y=2", "WORKDIR /app",
		"COPY --chown=1:1 . .", "RUN <<EOF", "make", "EOF", `CMD ["a"]`), 5))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		dockerfile.Parse("", src, all)
	}
}

func TestParsePorts(t *testing.T) {
	for _, tc := range []struct{ words, want string }{
		{"80", "[80/tcp]"},
		{"80/UDP 53/sctp", "[80/udp 53/sctp]"},
		{"8000-8002/udp", "[8000/udp 8001/udp 8002/udp]"},
		{"7-7", "[7/tcp]"},
		{"127.0.0.1:80:8080 [::1]:1:2 ::1:3:4 5000-5010:6", "[8080/tcp 2/tcp 4/tcp 6/tcp]"},
		{"", "[]"},
		{"0 65535", "[0/tcp 65535/tcp]"},
		{"65536", "invalid containerPort: 65536"},
		{"-1", "invalid containerPort: -1"},
		{"2-1", "invalid containerPort: 2-1"},
		{"/tcp", `invalid port: "/tcp": no port specified`},
		{"80/http", `invalid port: "80/http": invalid proto: http`},
		{"x:80", "invalid hostPort: x"},
		{"1-2:3-5", "invalid ranges specified for container and host Ports: 3-5 and 1-2"},
		{"1.2.3:4:5", "invalid IP address: 1.2.3"},
		{"[::1:4:5", "invalid IP address [::1: address [::1:: missing ']' in address"},
	} {
		ports, err := dockerfile.ParsePorts(strings.Fields(tc.words))
		got := fmt.Sprint(ports)
		if err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%q: %s, want %s", tc.words, got, tc.want)
		}
	}
}
