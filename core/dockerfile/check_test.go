package dockerfile_test

import (
	"strings"
	"testing"

	"layerlab.dev/core/dockerfile"
)

// finding is an expected diagnostic: RULE or "error", the line, the text.
type finding struct {
	rule string
	line int
	text string
}

func findings(f *dockerfile.File) []finding {
	var got []finding
	for _, d := range f.Diagnostics {
		rule := d.Rule
		if d.Severity == dockerfile.Error {
			rule = "error"
		}
		got = append(got, finding{rule, d.Range.Start.Line, d.Text})
	}
	return got
}

type checkCase struct {
	name string
	src  string
	opts dockerfile.Options
	want []finding
}

func (tc checkCase) run(t *testing.T) {
	t.Helper()
	f := dockerfile.Parse("Dockerfile", []byte(tc.src), tc.opts)
	got := findings(f)
	for i := 0; i < max(len(got), len(tc.want)); i++ {
		switch {
		case i >= len(got):
			t.Errorf("missing %+v", tc.want[i])
		case i >= len(tc.want):
			t.Errorf("unexpected %+v", got[i])
		case got[i] != tc.want[i]:
			t.Errorf("diagnostic %d:\n got %+v\nwant %+v", i, got[i], tc.want[i])
		}
	}
	for _, d := range f.Diagnostics {
		if d.Detail.IsZero() {
			t.Errorf("%v: says not what to do", d)
		}
		if d.Severity == dockerfile.Warning && d.URL == "" && d.Rule != "InvalidBaseImagePlatform" {
			t.Errorf("%v: no URL", d)
		}
	}
}

func lines(s ...string) string { return strings.Join(s, "\n") + "\n" }

var all = dockerfile.Options{AllStages: true}

func args(pairs ...string) dockerfile.Options {
	o := dockerfile.Options{AllStages: true, BuildArgs: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		o.BuildArgs[pairs[i]] = pairs[i+1]
	}
	return o
}

func ignoring(patterns ...string) dockerfile.Options {
	return dockerfile.Options{AllStages: true, DockerIgnore: patterns}
}

const (
	legacyEnv   = `"ENV key=value" should be used instead of legacy "ENV key value" format`
	legacyLabel = `"LABEL key=value" should be used instead of legacy "LABEL key value" format`
	asCasing    = "'as' and 'FROM' keywords' casing do not match"
)

func secret(instruction, key string) string {
	return "Do not use ARG or ENV instructions for sensitive data (" + instruction + ` "` + key + `")`
}

func multiple(keyword string) string {
	return "Multiple " + keyword + " instructions should not be used in the same stage because only the last one will be used"
}

func majority(keyword, casing string) string {
	return "Command '" + keyword + "' should match the case of the command majority (" + casing + ")"
}

// The facts are those of BuildKit's dockerfile_check_test.go.
var checkCases = []checkCase{
	{"StageNameCasing", lines("", "# warning: stage name should be lowercase", "#", "FROM scratch AS BadStageName", "",
		"# warning: 'as' should match 'FROM' cmd casing.", "#", "FROM scratch as base2", "", "FROM scratch AS base3"), all,
		[]finding{
			{"StageNameCasing", 4, "Stage name 'BadStageName' should be lowercase"},
			{"FromAsCasing", 8, asCasing},
		}},
	{"FromAsCasing lower", lines("", "from scratch AS base", "", "from scratch as base2"), all,
		[]finding{{"FromAsCasing", 2, "'AS' and 'from' keywords' casing do not match"}}},
	{"skip all", lines("#check=skip=all", "FROM scratch as base", "copy Dockerfile ."), all, nil},
	{"skip all, error", lines("#check=skip=all;error=true", "FROM scratch as base", "copy Dockerfile ."), all, nil},
	{"skip both", lines("#check=skip=ConsistentInstructionCasing,FromAsCasing", "FROM scratch as base", "copy Dockerfile ."), all, nil},
	{"skip both, error", lines("#check=skip=ConsistentInstructionCasing,FromAsCasing;error=true", "FROM scratch as base", "copy Dockerfile ."), all, nil},
	{"skip one", lines("#check=skip=ConsistentInstructionCasing", "FROM scratch as base", "copy Dockerfile ."), all,
		[]finding{{"FromAsCasing", 2, asCasing}}},
	{"error", lines("#check=skip=ConsistentInstructionCasing;error=true", "FROM scratch as base", "copy Dockerfile ."), all,
		[]finding{{"FromAsCasing", 2, asCasing}, {"error", 1, "lint violation found for rules: FromAsCasing"}}},
	{"build argument for check", lines("#check=skip=all", "FROM scratch as base", "copy Dockerfile ."),
		args("BUILDKIT_DOCKERFILE_CHECK", "skip=ConsistentInstructionCasing;error=true"),
		[]finding{{"FromAsCasing", 2, asCasing}, {"error", 1, "lint violation found for rules: FromAsCasing"}}},
	{"build argument skips all", lines("#check=error=true", "FROM scratch as base", "copy Dockerfile ."),
		args("BUILDKIT_DOCKERFILE_CHECK", "skip=all"), nil},
	{"NoEmptyContinuation", lines("", "FROM scratch", "# warning: empty continuation line", `COPY Dockerfile \`, "", ".", `COPY Dockerfile \`, "."), all,
		[]finding{{"NoEmptyContinuation", 6, "Empty continuation line"}}},
	{"ConsistentInstructionCasing From", lines("", "#", "#", "From scratch as base", "FROM scratch AS base2"), all,
		[]finding{{"ConsistentInstructionCasing", 4, majority("From", "uppercase")}}},
	{"ConsistentInstructionCasing copy", lines("", "FROM scratch", "#", "copy Dockerfile /foo", "COPY Dockerfile /bar"), all,
		[]finding{{"ConsistentInstructionCasing", 4, majority("copy", "uppercase")}}},
	{"ConsistentInstructionCasing frOM", lines("", "#", "#", "frOM scratch as base", "from scratch as base2"), all,
		[]finding{{"ConsistentInstructionCasing", 4, majority("frOM", "lowercase")}}},
	{"ConsistentInstructionCasing COPY", lines("", "from scratch", "#", "COPY Dockerfile /foo", "copy Dockerfile /bar"), all,
		[]finding{{"ConsistentInstructionCasing", 4, majority("COPY", "lowercase")}}},
	{"ConsistentInstructionCasing from", lines("", "#", "#", "from scratch", "COPY Dockerfile /foo", "COPY Dockerfile /bar", "COPY Dockerfile /baz"), all,
		[]finding{{"ConsistentInstructionCasing", 4, majority("from", "uppercase")}}},
	{"ConsistentInstructionCasing FROM", lines("", "#", "#", "FROM scratch", "copy Dockerfile /foo", "copy Dockerfile /bar", "copy Dockerfile /baz"), all,
		[]finding{{"ConsistentInstructionCasing", 4, majority("FROM", "lowercase")}}},
	{"all lower", lines("from scratch", "copy Dockerfile /foo", "copy Dockerfile /bar"), all, nil},
	{"all upper", lines("FROM scratch", "COPY Dockerfile /foo", "COPY Dockerfile /bar"), all, nil},
	{"casing and heredoc", lines("", "FROM alpine", "RUN <<'EOT'", "env", "EOT"), all, nil},
	{"DuplicateStageName", lines("", "FROM scratch AS b", "FROM scratch AS b"), all,
		[]finding{{"DuplicateStageName", 3, `Duplicate stage name "b", stage names should be unique`}}},
	{"unique stage names", lines("", "FROM scratch AS b1", "FROM scratch AS b2"), all, nil},
	{"ReservedStageName", lines("", "FROM scratch AS scratch", "FROM scratch AS context"), all,
		[]finding{
			{"ReservedStageName", 2, `Stage name should not use the same name as reserved stage "scratch"`},
			{"ReservedStageName", 3, `Stage name should not use the same name as reserved stage "context"`},
		}},
	{"reserved name as base", lines("", "FROM scratch", "FROM scratch AS a"), all, nil},
	{"JSONArgsRecommended CMD", lines("", "FROM scratch", "CMD mycommand"), all,
		[]finding{{"JSONArgsRecommended", 3, "JSON arguments recommended for CMD to prevent unintended behavior related to OS signals"}}},
	{"JSONArgsRecommended ENTRYPOINT", lines("", "FROM scratch", "ENTRYPOINT mycommand"), all,
		[]finding{{"JSONArgsRecommended", 3, "JSON arguments recommended for ENTRYPOINT to prevent unintended behavior related to OS signals"}}},
	{"SHELL set, CMD", lines("FROM scratch", `SHELL ["/usr/bin/customshell"]`, "CMD mycommand"), all, nil},
	{"SHELL set, ENTRYPOINT", lines("FROM scratch", `SHELL ["/usr/bin/customshell"]`, "ENTRYPOINT mycommand"), all, nil},
	{"SHELL of base, CMD", lines("FROM scratch AS base", `SHELL ["/usr/bin/customshell"]`, "", "FROM base", "CMD mycommand"), all, nil},
	{"SHELL of base, ENTRYPOINT", lines("FROM scratch AS base", `SHELL ["/usr/bin/customshell"]`, "", "FROM base", "ENTRYPOINT mycommand"), all, nil},
	{"MaintainerDeprecated", lines("", "FROM scratch", "MAINTAINER me@example.org"), all,
		[]finding{{"MaintainerDeprecated", 3, "Maintainer instruction is deprecated in favor of using label"}}},
	{"authors label", lines("FROM scratch", `LABEL org.opencontainers.image.authors="me@example.org"`), all, nil},
	{"skip JSONArgsRecommended CMD here", lines("FROM scratch", "# check=skip=JSONArgsRecommended", "CMD mycommand"), all, nil},
	{"skip JSONArgsRecommended ENTRYPOINT here", lines("FROM scratch", "# check=skip=JSONArgsRecommended", "ENTRYPOINT mycommand"), all, nil},
	{"skip MaintainerDeprecated here", lines("FROM scratch", "# check=skip=MaintainerDeprecated", "MAINTAINER me@example.org"), all, nil},
	{"warnings before error", lines("", "FROM scratch AS BadStageName", "MAINTAINER me@example.org", "BADCMD"), all,
		[]finding{
			{"StageNameCasing", 2, "Stage name 'BadStageName' should be lowercase"},
			{"MaintainerDeprecated", 3, "Maintainer instruction is deprecated in favor of using label"},
			{"error", 4, "unknown instruction: BADCMD"},
		}},
	{"declared base", lines("", "ARG base=scratch", "FROM $base", "COPY Dockerfile ."), all, nil},
	{"declared platform", lines("", "ARG BUILDPLATFORM=linux/amd64", "FROM --platform=$BUILDPLATFORM scratch", "COPY Dockerfile ."), all, nil},
	{"predefined platform", lines("", "FROM --platform=$BUILDPLATFORM scratch", "COPY Dockerfile ."), all, nil},
	{"declared without value", lines("", "ARG DEBUG", "FROM scratch${DEBUG}", "COPY Dockerfile ."), all, nil},
	{"default in word", lines("", "ARG DEBUG", "FROM scra${DEBUG:-tch}", "COPY Dockerfile ."), all, nil},
	{"default not taken", lines("", `ARG DEBUG=""`, "FROM scratch${DEBUG-@bogus}", "COPY Dockerfile ."), all, nil},
	{"UndefinedArgInFrom misspelt", lines("", "FROM --platform=$BULIDPLATFORM scratch", "COPY Dockerfile ."), all,
		[]finding{
			{"UndefinedArgInFrom", 2, "FROM argument 'BULIDPLATFORM' is not declared (did you mean BUILDPLATFORM?)"},
			{"error", 2, "empty platform value from expression $BULIDPLATFORM (did you mean BUILDPLATFORM?)"},
		}},
	{"UndefinedArgInFrom own", lines("", "ARG MY_OS=linux", "ARG MY_ARCH=amd64", "FROM --platform=linux/${MYARCH} busybox", "COPY Dockerfile ."), all,
		[]finding{
			{"UndefinedArgInFrom", 4, "FROM argument 'MYARCH' is not declared (did you mean MY_ARCH?)"},
			{"error", 4, `failed to parse platform linux/${MYARCH}: "" is an invalid component of "linux/": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument (did you mean MY_ARCH?)`},
		}},
	{"UndefinedArgInFrom tag", lines("", "ARG tag=latest", "FROM busybox:${tag}${version} AS b", "COPY Dockerfile ."), all,
		[]finding{{"UndefinedArgInFrom", 3, "FROM argument 'version' is not declared"}}},
	{"WorkdirRelativePath", lines("", "FROM scratch", "WORKDIR app/"), all,
		[]finding{{"WorkdirRelativePath", 3, `Relative workdir "app/" can have unexpected results if the base image changes`}}},
	{"WORKDIR of base", lines("FROM scratch AS a", "WORKDIR /app", "", "FROM a AS b", "WORKDIR subdir/"), all, nil},
	{"skip WorkdirRelativePath here", lines("FROM scratch", "# check=skip=WorkdirRelativePath", "WORKDIR app/"), all, nil},
	{"ARG without value", lines("FROM scratch", "ARG foo", "COPY Dockerfile${foo} ."), all, nil},
	{"ARG of base", lines("FROM alpine AS base", "ARG foo=Dockerfile", "", "FROM base", "COPY $foo ."), all, nil},
	{"RUN expands in the shell", lines("FROM alpine", "RUN echo $PATH"), all, nil},
	{"UndefinedVar before ARG", lines("", "FROM alpine", "COPY $foo .", "ARG foo=bar", "RUN echo $foo"), all,
		[]finding{{"UndefinedVar", 3, "Usage of undefined variable '$foo'"}}},
	{"UndefinedVar misspelt", lines("", "FROM alpine", "ARG DIR_BINARIES=binaries/", "ARG DIR_ASSETS=assets/", "ARG DIR_CONFIG=config/", "COPY $DIR_ASSET ."), all,
		[]finding{{"UndefinedVar", 6, "Usage of undefined variable '$DIR_ASSET' (did you mean $DIR_ASSETS?)"}}},
	{"UndefinedVar PATH", lines("", "FROM alpine", "ENV PATH=$PAHT:/tmp/bin"), all,
		[]finding{{"UndefinedVar", 3, "Usage of undefined variable '$PAHT' (did you mean $PATH?)"}}},
	{"UndefinedVar all stages", lines("", "FROM scratch AS first", "COPY $foo .", "", "FROM scratch AS second", "COPY $bar ."), all,
		[]finding{{"UndefinedVar", 3, "Usage of undefined variable '$foo'"}, {"UndefinedVar", 6, "Usage of undefined variable '$bar'"}}},
	{"UndefinedVar needed stages", lines("", "FROM scratch AS first", "COPY $foo .", "", "FROM scratch AS second", "COPY $bar ."), dockerfile.Options{},
		[]finding{{"UndefinedVar", 6, "Usage of undefined variable '$bar'"}}},
	{"UndefinedVar of the target", lines("", "FROM scratch AS first", "COPY $foo .", "", "FROM scratch AS second", "COPY $bar ."), dockerfile.Options{Target: "FIRST"},
		[]finding{{"UndefinedVar", 3, "Usage of undefined variable '$foo'"}}},
	{"MultipleInstructionsDisallowed", lines("", "FROM scratch", `ENTRYPOINT ["/myapp"]`, `ENTRYPOINT ["/myotherapp"]`,
		`CMD ["/myapp"]`, `CMD ["/myotherapp"]`, `HEALTHCHECK CMD ["/myapp"]`, `HEALTHCHECK CMD ["/myotherapp"]`), all,
		[]finding{
			{"MultipleInstructionsDisallowed", 3, multiple("ENTRYPOINT")},
			{"MultipleInstructionsDisallowed", 5, multiple("CMD")},
			{"MultipleInstructionsDisallowed", 7, multiple("HEALTHCHECK")},
		}},
	{"MultipleInstructionsDisallowed apart", lines("", "FROM scratch", `ENTRYPOINT ["/myapp"]`, `CMD ["/myapp"]`, `HEALTHCHECK CMD ["/myapp"]`,
		"COPY <<EOF /a.txt", "Hello, World!", "EOF", `ENTRYPOINT ["/myotherapp"]`, `CMD ["/myotherapp"]`, `HEALTHCHECK CMD ["/myotherapp"]`), all,
		[]finding{
			{"MultipleInstructionsDisallowed", 3, multiple("ENTRYPOINT")},
			{"MultipleInstructionsDisallowed", 4, multiple("CMD")},
			{"MultipleInstructionsDisallowed", 5, multiple("HEALTHCHECK")},
		}},
	{"once a stage", lines("", "FROM scratch AS a", `ENTRYPOINT ["/myapp"]`, `CMD ["/myapp"]`, `HEALTHCHECK CMD ["/myapp"]`, "",
		"FROM a AS b", `ENTRYPOINT ["/myotherapp"]`, `CMD ["/myotherapp"]`, `HEALTHCHECK CMD ["/myotherapp"]`), all, nil},
	{"LegacyKeyValueFormat", lines("", "FROM scratch", "ENV testkey value", "LABEL key value"), all,
		[]finding{{"LegacyKeyValueFormat", 3, legacyEnv}, {"LegacyKeyValueFormat", 4, legacyLabel}}},
	{"key=value", lines("", "FROM scratch", "ENV testkey=value", "LABEL key=value"), all, nil},
	{"LegacyKeyValueFormat all stages", lines("", "FROM scratch AS a", "", "FROM a AS b", "ENV testkey value", "LABEL key value", "", "FROM a AS c"), all,
		[]finding{{"LegacyKeyValueFormat", 5, legacyEnv}, {"LegacyKeyValueFormat", 6, legacyLabel}}},
	{"LegacyKeyValueFormat not needed", lines("", "FROM scratch AS a", "", "FROM a AS b", "ENV testkey value", "LABEL key value", "", "FROM a AS c"), dockerfile.Options{}, nil},
	{"skip LegacyKeyValueFormat here", lines("FROM scratch", "# check=skip=LegacyKeyValueFormat", "ENV testkey value", "# check=skip=LegacyKeyValueFormat", "LABEL key value"), all, nil},
	{"RedundantTargetPlatform", lines("", "FROM --platform=$TARGETPLATFORM scratch"), all,
		[]finding{{"RedundantTargetPlatform", 2, "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior"}}},
	{"RedundantTargetPlatform braces", lines("", "FROM --platform=${TARGETPLATFORM} scratch"), all,
		[]finding{{"RedundantTargetPlatform", 2, "Setting platform to predefined ${TARGETPLATFORM} in FROM is redundant as this is the default behavior"}}},
	{"skip RedundantTargetPlatform here", lines("", "# check=skip=RedundantTargetPlatform", "FROM --platform=$TARGETPLATFORM scratch"), all, nil},
	{"InvalidDefaultArgInFrom tag", lines("", "ARG VERSION", "FROM busybox:$VERSION"), args("VERSION", "latest"),
		[]finding{{"InvalidDefaultArgInFrom", 3, "Default value for ARG busybox:$VERSION results in empty or invalid base image name"}}},
	{"InvalidDefaultArgInFrom image", lines("", "ARG IMAGE", "FROM $IMAGE"), args("IMAGE", "busybox:latest"),
		[]finding{{"InvalidDefaultArgInFrom", 3, "Default value for ARG $IMAGE results in empty or invalid base image name"}}},
	{"InvalidDefaultArgInFrom suffix", lines("", `ARG SFX="box:"`, "FROM busy${SFX}"), args("SFX", "box:latest"),
		[]finding{{"InvalidDefaultArgInFrom", 3, "Default value for ARG busy${SFX} results in empty or invalid base image name"}}},
	{"valid default", lines("", `ARG VERSION="latest"`, "FROM busybox:${VERSION}"), args("VERSION", "latest"), nil},
	{"empty suffix", lines("", `ARG BUSYBOX_VARIANT=""`, "FROM busybox:stable${BUSYBOX_VARIANT}"), args("BUSYBOX_VARIANT", "-musl"), nil},
	{"no suffix", lines("", "\tARG BUSYBOX_VARIANT", "\tFROM busybox:stable${BUSYBOX_VARIANT}", "\t"), args("BUSYBOX_VARIANT", "-musl"), nil},
	{"FromPlatformFlagConstDisallowed", lines("", "FROM --platform=linux/amd64 scratch"), all,
		[]finding{{"FromPlatformFlagConstDisallowed", 2, `FROM --platform flag should not use constant value "linux/amd64"`}}},
	{"architecture in the name", lines("", "FROM --platform=linux/amd64 scratch AS my_amd64_stage"), all, nil},
	{"system in the name", lines("", "FROM --platform=linux/amd64 scratch AS linux"), all, nil},
	{"ExposeProtoCasing", lines("", "FROM scratch", "EXPOSE 80/TcP 8080/TCP 8080/udp"), all,
		[]finding{
			{"ExposeProtoCasing", 3, "Defined protocol '80/TcP' in EXPOSE instruction should be lowercase"},
			{"ExposeProtoCasing", 3, "Defined protocol '8080/TCP' in EXPOSE instruction should be lowercase"},
		}},
	{"ExposeInvalidFormat", lines("", "FROM scratch", "EXPOSE 127.0.0.1:80:80 [::1]:8080:8080 5000:5000 8000"), all,
		[]finding{
			{"ExposeInvalidFormat", 3, "EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:80:80'"},
			{"ExposeInvalidFormat", 3, "EXPOSE instruction should not define an IP address or host-port mapping, found '5000:5000'"},
			{"ExposeInvalidFormat", 3, "EXPOSE instruction should not define an IP address or host-port mapping, found '[::1]:8080:8080'"},
		}},
	{"CopyIgnoredFile", lines("", "FROM scratch", "COPY Dockerfile .", "ADD Dockerfile /windy"), ignoring("Dockerfile"),
		[]finding{
			{"CopyIgnoredFile", 3, `Attempting to Copy file "Dockerfile" that is excluded by .dockerignore`},
			{"CopyIgnoredFile", 4, `Attempting to Add file "Dockerfile" that is excluded by .dockerignore`},
		}},
	{"skip CopyIgnoredFile", lines("# check=skip=CopyIgnoredFile", "", "FROM scratch", "COPY Dockerfile .", "ADD Dockerfile /windy"), ignoring("Dockerfile"), nil},
	{"not from the context", lines("", "FROM scratch AS base", "COPY Dockerfile /foobar", "ADD Dockerfile /windy", "", "FROM base", "COPY --from=base /foobar /Dockerfile"),
		ignoring("foobar"), nil},
	{"exceptions are not judged", lines("", "FROM scratch", "COPY ./Dockerfile ."), ignoring("**", "!Dockerfile"), nil},
	{"directory with exceptions", lines("", "FROM scratch", "COPY . ."), ignoring("**", "!Dockerfile"), nil},
	{"root and dotfiles", lines("", "FROM scratch", "COPY . ."), ignoring(".*"), nil},
	{"root and all", lines("", "FROM scratch", "COPY . ."), ignoring("*"),
		[]finding{{"CopyIgnoredFile", 3, `Attempting to Copy file "." that is excluded by .dockerignore`}}},
	{"InvalidDefinitionDescription sound", lines("# check=skip=all;experimental=InvalidDefinitionDescription",
		"# foo this is the foo", "ARG foo=bar", "", "# base this is the base image", "FROM scratch AS base", "",
		"# version this is the version number", "ARG version=latest", "", "# baz this is the baz", "ARG foo=baz bar=qux baz=quux",
		"#", "ARG bit=bat", "", "# comment for something other than ARG or FROM", "COPY Dockerfile ."), all, nil},
	{"InvalidDefinitionDescription", lines("# check=experimental=InvalidDefinitionDescription",
		"# bar this is the bar", "ARG foo=bar", "# BasE this is the BasE image", "FROM scratch AS base",
		"# definitely a bad comment", "ARG version=latest", "# definitely a bad comment", "ARG foo=baz bar=qux baz=quux"), all,
		[]finding{
			{"InvalidDefinitionDescription", 3, "Comment for ARG should follow the format: `# foo <description>`"},
			{"InvalidDefinitionDescription", 5, "Comment for FROM should follow the format: `# base <description>`"},
			{"InvalidDefinitionDescription", 7, "Comment for ARG should follow the format: `# version <description>`"},
			{"InvalidDefinitionDescription", 9, "Comment for ARG should follow the format: `# <arg_key> <description>`"},
		}},
	{"SecretsUsedInArgOrEnv", lines("# check=skip=InvalidDefinitionDescription", "", "FROM scratch",
		"ARG SECRET_PASSPHRASE", "ENV SUPER_Secret=foo", "ENV password=bar secret=baz",
		"ARG super_duper_secret_token=foo auth=bar", "ENV apikey=bar sunflower=foo", "ENV git_key=", "ENV PUBLIC_KEY=",
		"ARG public_token", "ARG SECRET_PASSPHRASE_FILE", "ENV password_file=bar secret_File=baz", "ARG AUTH_MODULE_VERSION",
		"# check=skip=SecretsUsedInArgOrEnv // allow secret in environment", "ENV password=bar",
		"# check=skip=SecretsUsedInArgOrEnv // allow secret in arg", "ARG password",
		"# check=skip=all // is local to only this instruction", "ENV alternate_password=bar",
		"# check=skip=all // is local to only this instruction", "ARG alternate_password"), all,
		[]finding{
			{"SecretsUsedInArgOrEnv", 4, secret("ARG", "SECRET_PASSPHRASE")},
			{"SecretsUsedInArgOrEnv", 5, secret("ENV", "SUPER_Secret")},
			{"SecretsUsedInArgOrEnv", 6, secret("ENV", "password")},
			{"SecretsUsedInArgOrEnv", 6, secret("ENV", "secret")},
			{"SecretsUsedInArgOrEnv", 7, secret("ARG", "super_duper_secret_token")},
			{"SecretsUsedInArgOrEnv", 7, secret("ARG", "auth")},
			{"SecretsUsedInArgOrEnv", 8, secret("ENV", "apikey")},
			{"SecretsUsedInArgOrEnv", 9, secret("ENV", "git_key")},
		}},
}

func TestChecks(t *testing.T) {
	for _, tc := range checkCases {
		t.Run(tc.name, tc.run)
	}
}
