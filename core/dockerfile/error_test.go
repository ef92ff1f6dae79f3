package dockerfile_test

import (
	"strings"
	"testing"

	"layerlab.dev/core/dockerfile"
)

const (
	oneArgument  = " requires exactly one argument"
	someArgument = " requires at least one argument"
	noStage      = "no build stage in current context"
)

var errorCases = []checkCase{
	{"empty", "", all, []finding{{"error", 1, "the Dockerfile cannot be empty"}}},
	{"blank", "\n\n", all, []finding{{"error", 2, "file with no instructions"}}},
	{"only comments", "# a\n# b\n", all, []finding{{"error", 2, "file with no instructions"}}},
	{"only ARG", "ARG a=1\n", all, []finding{{"error", 1, "dockerfile contains no stages to build"}}},
	{"before FROM", "RUN a\nARG b\nCOPY a b\nFROM scratch\n", all, []finding{{"error", 1, noStage}, {"error", 3, noStage}}},
	{"misspelt FROM", "FORM alpine\nRUN a\n", all, []finding{{"error", 1, "unknown instruction: FORM (did you mean FROM?)"}}},
	{"every bad line", lines("FROM scratch", "ENV", "COPY a", "RUNN b", "copy --form=a b c", "ENV a", "LABEL a=1 b", "WORKDIR", "CMD []"), all,
		[]finding{
			// What the parser refuses comes before what it takes.
			{"error", 6, "ENV must have two arguments"},
			{"error", 7, `Syntax error - can't find = in "b". Must be of the form: name=value`},
			{"error", 2, "ENV" + someArgument},
			{"error", 3, "COPY requires at least two arguments, but only one was provided. Destination could not be determined"},
			{"error", 4, "unknown instruction: RUNN (did you mean RUN?)"},
			{"error", 5, "unknown flag: --form (did you mean from?)"},
			{"error", 8, "WORKDIR" + oneArgument},
		}},
	{"unterminated", lines("FROM scratch", "RUN <<EOF", "FROM x", "EOF "), all, []finding{{"error", 2, "unterminated heredoc"}}},
	{"not a string", lines("FROM scratch", `CMD ["a", 1]`, `CMD ["b"]`), all,
		[]finding{{"error", 2, "when using JSON array syntax, arrays must be comprised of strings only"}}},
	{"escape", lines("# escape=x", "FROM scratch", "CMDD"), all,
		[]finding{{"error", 1, "invalid escape token 'x' does not match ` or \\"}, {"error", 3, "unknown instruction: CMDD (did you mean CMD?)"}}},
	{"directive twice", lines("# escape=`", "# escape=`", "FROM scratch `", "AS a"), all,
		[]finding{{"error", 2, "only one escape parser directive can be used"}}},
	{"check", lines("# check=skp=all", "FROM scratch as a"), all,
		[]finding{{"error", 1, `failed to parse check options: invalid check option "skp"`}, {"FromAsCasing", 2, asCasing}}},
	{"FROM", lines("FROM a b", "RUN c", "FROM scratch AS 1", "RUN d", "FROM --plat=x scratch"), all,
		[]finding{
			{"error", 1, "FROM requires either one or three arguments"},
			{"error", 3, `invalid name for build stage: "1", name can't start with a number or contain symbols`},
			{"error", 5, "unknown flag: --plat"},
		}},
	{"long line", "FROM scratch\nLABEL a=" + strings.Repeat("a", 1<<16) + "\nFOO\n", all,
		[]finding{{"error", 2, "dockerfile line greater than max allowed size of 65535"}, {"error", 3, "unknown instruction: FOO (did you mean FROM?)"}}},
	{"long first line", "# " + strings.Repeat("a", 1<<16) + "\nFROM scratch\nFOO\n", all,
		[]finding{{"error", 1, "file with no instructions"}, {"error", 3, "unknown instruction: FOO (did you mean FROM?)"}}},
	{"flags", lines("FROM scratch", "COPY --from a b", "COPY --from=a --from=b c d", "COPY --link=x a b", "RUN --network=x a",
		"RUN --security=x a", "HEALTHCHECK --interval=x CMD a", "HEALTHCHECK a", "HEALTHCHECK CMD", "EXPOSE --a 1"), all,
		[]finding{
			{"error", 2, "missing a value on flag: --from"},
			{"error", 3, "duplicate flag specified: --from"},
			{"error", 4, "expecting boolean value for flag --link, not: x"},
			{"error", 5, `invalid network mode "x"`},
			{"error", 6, `security "x" is not valid`},
			{"error", 7, `time: invalid duration "x"`},
			{"error", 8, `Unknown type "A" in HEALTHCHECK (try CMD)`},
			{"error", 9, "Missing command after HEALTHCHECK CMD"},
			{"error", 10, "unknown flag: --a"},
		}},
	{"ONBUILD", lines("FROM scratch", "ONBUILD", "ONBUILD ONBUILD RUN a", "ONBUILD FROM a"), all,
		[]finding{
			{"error", 2, "ONBUILD" + someArgument},
			{"error", 3, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"},
			{"error", 4, "FROM isn't allowed as an ONBUILD trigger"},
		}},

	// What BuildKit finds when it converts the file.
	{"target", lines("FROM scratch AS one", "FROM scratch AS two"), dockerfile.Options{Target: "tow"},
		[]finding{{"error", 1, `target stage "tow" could not be found (did you mean two?)`}}},
	{"blank base", lines("ARG a", "FROM $a"), all, []finding{
		{"InvalidDefaultArgInFrom", 2, "Default value for ARG $a results in empty or invalid base image name"},
		{"error", 2, "base name ($a) should not be blank"}}},
	{"bad base", lines("FROM Alpine"), all, []finding{
		{"InvalidDefaultArgInFrom", 1, "Default value for ARG Alpine results in empty or invalid base image name"},
		{"error", 1, `failed to parse stage name "Alpine": invalid reference format: repository name (library/Alpine) must be lowercase`}}},
	{"bad word", lines("FROM scratch", "COPY ${ b", "WORKDIR \"/x"), all, []finding{
		{"error", 2, `failed to process "${": syntax error: missing '}'`},
		{"error", 3, `failed to process "\"/x": unexpected end of statement while looking for matching double-quote`}}},
	{"--from variable", lines("ARG a=b", "FROM scratch", "COPY --from=$a b c"), all,
		[]finding{{"error", 3, "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround"}}},
	{"stage index", lines("FROM scratch", "COPY --from=7 b c"), all, []finding{{"error", 2, "invalid stage index 7"}}},
	{"circle", lines("FROM scratch AS a", "COPY --from=a b c"), all, []finding{{"error", 2, "circular dependency detected on stage: a"}}},
	{"later stage", lines("FROM scratch AS a", "COPY --from=b b c", "FROM scratch AS b"), all,
		[]finding{{"error", 2, `cannot copy from stage "b", it needs to be defined before current stage "a"`}}},
	{"chmod", lines("FROM scratch", "COPY --chmod=64a a b", "ADD --chmod=10000 a b", "COPY --chmod=u+x a b", "COPY --chmod=zz a b"), all, []finding{
		{"error", 2, "invalid chmod parameter: '64a'. it should be octal string and between 0 and 07777"},
		{"error", 3, "invalid chmod parameter: '10000'. it should be octal string and between 0 and 07777"},
		{"error", 5, "invalid syntax"}}},
	{"remote source", lines("FROM scratch", "COPY https://a.b/c d", "COPY https://a.b/c.git d", "ADD https://a.b/c d"), all, []finding{
		{"error", 2, "source can't be a URL for COPY"}, {"error", 3, "source can't be a git ref for COPY"}}},
	{"signal", lines("FROM scratch", "STOPSIGNAL SIGFOO", "STOPSIGNAL 9", "STOPSIGNAL sigterm", "STOPSIGNAL RTMIN+3", "STOPSIGNAL 0"), all,
		[]finding{{"error", 2, "invalid signal: SIGFOO"}, {"error", 6, "invalid signal: 0"}}},
	{"ports", lines("FROM scratch", "EXPOSE 80/xyz", "EXPOSE 99999", "EXPOSE 80-70", "EXPOSE x", "EXPOSE 8000-8010 53/udp 0"), all, []finding{
		{"error", 2, `invalid port: "80/xyz": invalid proto: xyz`}, {"error", 3, "invalid containerPort: 99999"},
		{"error", 4, "invalid containerPort: 80-70"}, {"error", 5, "invalid containerPort: x"}}},
	{"mounts", lines("FROM scratch", "RUN --mount=type=bnd,target=/a b", "RUN --mount=type=cache,sharng=x b", "RUN --mount=from=$x,target=/a b"), all, []finding{
		{"error", 4, "'from' doesn't support variable expansion, define alias stage instead"},
		{"error", 2, `unsupported mount type "bnd" (did you mean bind?)`},
		{"error", 3, "unexpected key 'sharng' in 'sharng=x' (did you mean sharing?)"}}},
	{"mount targets", lines("FROM scratch", "RUN --mount=target=/ a", "RUN --mount=type=cache,target=. a", "WORKDIR /w", "RUN --mount=type=cache,target=. a",
		"RUN --mount=type=secret,id=a a", "RUN --mount=type=tmpfs,target=.. a", "RUN --mount=from=late,target=/a a", "FROM alpine", "RUN --mount=type=cache,target=. a",
		"FROM scratch AS late"), all, []finding{
		{"error", 2, `invalid mount target "/"`}, {"error", 3, `invalid mount target "/"`}, {"error", 7, `invalid mount target "/"`},
		{"error", 8, `cannot mount from stage "late" to "/a", stage needs to be defined before current command`}}},
	{"checksum", lines("FROM scratch", "ADD --checksum=sha256:a b c", "ADD --checksum=sha256:a http://a/b http://c/d e", "ADD --checksum=sha256:a http://a/b c",
		"ADD --checksum=sha256:"+strings.Repeat("a", 64)+" http://a/b c", "ADD --checksum=abc https://a.b/c.git?ref=y#y d", "COPY git@a.b:c d"), all, []finding{
		{"error", 2, "checksum requires HTTP(S) or Git sources"}, {"error", 3, "checksum can't be specified for multiple sources"},
		{"error", 4, "invalid checksum digest length"}, {"error", 7, "source can't be a git ref for COPY"}}},
	{"platform asked for", lines("FROM scratch"), dockerfile.Options{Platform: "a b"}, []finding{
		{"error", 1, "failed to parse platform: \"a b\" is an invalid OS component of \"a b\": OSAndVersion specifier component must match " +
			"\"^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.%-]*)((?:\\\\+[A-Za-z0-9_.%-]+)*)\\\\))?$\": invalid argument"}}},
	{"ignore patterns", lines("FROM scratch"), ignoring("["), []finding{{"error", 1, "syntax error in pattern"}}},
	{"must be set", lines("FROM scratch", "COPY ${a:?nope} /"), all,
		[]finding{{"UndefinedVar", 2, "Usage of undefined variable '$a'"}, {"error", 2, `failed to process "${a:?nope}": a: nope`}}},
	{"must be set in an image", lines("FROM alpine", "COPY ${a:?nope} /"), all,
		[]finding{{"UndefinedVar", 2, "Usage of undefined variable '$a'"}}},
}

func TestErrors(t *testing.T) {
	for _, tc := range errorCases {
		t.Run(tc.name, tc.run)
	}
}
