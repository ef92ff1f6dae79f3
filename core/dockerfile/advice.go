package dockerfile

import (
	"strings"

	"layerlab.dev/core/message"
)

var (
	adviceFlag        = message.New("advice.flag", "Write --%s, or another flag of %s: %s.")
	adviceWrite       = message.New("advice.write", "Write %s.")
	adviceInstruction = message.New("advice.instruction",
		"Begin the line with an instruction: %s. To go on with the line above, end that line with the escape character.")
	adviceNoFlags = message.New("advice.no-flags", "%s knows no flags. Write: %s")
	adviceFlags   = message.New("advice.flags", "%s knows %s.")
	adviceUsage   = message.New("advice.usage", "Write: %s")
)

// advice says what to do about an error. keyword is the instruction, "" for an
// error of the file.
func advice(text, keyword string) message.Message {
	if word := suggested(text); word != "" {
		if strings.HasPrefix(text, "unknown flag: ") {
			return adviceFlag.With(word, keyword, flagList(keyword))
		}
		return adviceWrite.With(word)
	}
	for _, a := range fileAdvice {
		for _, prefix := range a.prefixes {
			if strings.HasPrefix(text, prefix) {
				return a.advice.With()
			}
		}
	}
	k, known := LookupKeyword(keyword)
	switch {
	case strings.HasPrefix(text, "unknown instruction: "), !known:
		return adviceInstruction.With(strings.Join(keywordNames(), ", "))
	case strings.HasPrefix(text, "unknown flag: ") && len(k.Flags) == 0:
		return adviceNoFlags.With(keyword, k.Usage)
	case strings.HasPrefix(text, "unknown flag: "):
		return adviceFlags.With(keyword, flagList(keyword))
	}
	return adviceUsage.With(k.Usage)
}

func flagList(keyword string) string {
	k, _ := LookupKeyword(keyword)
	list := make([]string, len(k.Flags))
	for i, f := range k.Flags {
		list[i] = f.String()
	}
	return strings.Join(list, ", ")
}

// fileAdvice tells by how an error begins what to do about it.
var fileAdvice = []struct {
	advice   message.Form
	prefixes []string
}{
	{message.New("advice.empty", "Write a FROM instruction first, for example: FROM scratch"), []string{errEmpty, errNoInstructions}},
	{message.New("advice.heredoc", "Close the here document: write its word alone on a line, with nothing before or after it."), []string{errUnterminated}},
	{message.New("advice.long-line", "Split the line with the escape character at its end, or move the text to a file and COPY it."), []string{"dockerfile line greater than"}},
	{message.New("advice.invalid-escape-token", "Write # escape=` or leave the directive out."), []string{"invalid escape token"}},
	{message.New("advice.only-one", "Keep one of the directives."), []string{"only one "}},
	{message.New("advice.check-options", "Write for example: # check=skip=StageNameCasing,FromAsCasing;error=true"), []string{"failed to parse check options"}},
	{message.New("advice.violations", "Mend the warnings, name their rules in # check=skip=..., or drop error=true."), []string{"lint violation found"}},
	{message.New("advice.before-from", "Only ARG may stand before the first FROM: move the line below it."), []string{"no build stage in current context"}},
	{message.New("advice.no-stages", "Add a FROM instruction, for example: FROM scratch"), []string{"dockerfile contains no stages to build"}},
	{message.New("advice.from-form", "Write FROM IMAGE or FROM IMAGE AS NAME."), []string{"FROM requires either one or three arguments"}},
	{message.New("advice.stage-name", "Begin the name with a letter and use letters, digits, dash, underscore and dot."), []string{"invalid name for build stage"}},
	{message.New("advice.key-value", "Write NAME=VALUE for every pair, with quotes around a value that holds spaces."), []string{"Syntax error - can't find = in"}},
	{message.New("advice.json", "Put every element in double quotes."), []string{"when using JSON array syntax"}},
	{message.New("advice.flag-value", "Write --NAME=VALUE, without spaces."), []string{"missing a value on flag"}},
	{message.New("advice.duplicate", "Keep one of them."), []string{"duplicate flag specified", "duplicate name"}},
	{message.New("advice.boolean", "Write true or false, or the flag alone for true."), []string{"expecting boolean value for flag"}},
	{message.New("advice.shell", `Write SHELL ["/bin/sh", "-c"], with double quotes.`), []string{"SHELL requires the arguments to be in JSON form"}},
	{message.New("advice.chaining-onbuild", "Write the instruction once behind ONBUILD."), []string{"Chaining ONBUILD"}},
	{message.New("advice.unknown-type", "Write HEALTHCHECK CMD COMMAND, or HEALTHCHECK NONE."), []string{"Unknown type"}},
	{message.New("advice.target-stage", "Name a stage of the file, or leave the target out for the last one."), []string{"target stage"}},
	{message.New("advice.base-name", "Give the ARG before FROM a default, or pass it with --build-arg."), []string{"base name ("}},
	{message.New("advice.platform", "Write a platform such as linux/amd64, or a predefined variable such as $BUILDPLATFORM."), []string{"empty platform value from expression", "failed to parse platform"}},
	{message.New("advice.image-name", "Write an image name such as alpine or alpine:3.20, in lower case, or the name of a stage above."), []string{"failed to parse stage name"}},
	{message.New("advice.from-variable", "Write FROM $NAME AS STAGE above, and --from=STAGE here."), []string{"variable expansion is not supported for --from"}},
	{message.New("advice.mount-variable", "Write FROM $NAME AS STAGE above, and from=STAGE here."), []string{"'from' doesn't support variable expansion"}},
	{message.New("advice.invalid-stage-index", "Name the stage with AS, and use that name; an index counts from 0 and only up to the last stage."), []string{"invalid stage index"}},
	{message.New("advice.circular-dependency", "A stage cannot copy from itself: copy from a stage above."), []string{"circular dependency"}},
	{message.New("advice.cannot-copy-from-stage", "Move the stage above this one."), []string{"cannot copy from stage", "cannot mount from stage"}},
	{message.New("advice.copy-url", "Use ADD for a URL."), []string{"source can't be a URL for COPY"}},
	{message.New("advice.copy-git", "Use ADD for a git repository."), []string{"source can't be a git ref for COPY"}},
	{message.New("advice.invalid-chmod-parameter", "Write an octal mode such as 0644, or a symbolic one such as u+x."), []string{"invalid chmod parameter"}},
	{message.New("advice.invalid-mount-target", "Write target=DIRECTORY, and not the root."), []string{"invalid mount target"}},
	{message.New("advice.checksum", "Give --checksum to an ADD of one URL or git repository only."), []string{"checksum"}},
	{message.New("advice.invalid-checksum-digest", "Write sha256: and 64 hexadecimal digits."), []string{"invalid checksum digest", "unsupported digest"}},
	{message.New("advice.invalid-signal", "Write a signal such as SIGTERM or 15."), []string{"invalid signal"}},
	{message.New("advice.invalid-port", "Write a port from 0 to 65535 such as 80, or 80/udp."), []string{"invalid port", "invalid containerPort"}},
	{message.New("advice.invalid-hostport", "Write the container's port only, such as 80."), []string{"invalid hostPort"}},
	{message.New("advice.expansion", "Mend the variable or the quotes: ${NAME}, ${NAME:-DEFAULT}; put the escape character before a dollar sign that stands for itself."), []string{"failed to process"}},
	{message.New("advice.onbuild-trigger", "Keep one instruction behind ONBUILD."), []string{"onbuild trigger"}},
}
