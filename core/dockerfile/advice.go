package dockerfile

import "strings"

// advice says what to do about an error. keyword is the instruction, "" for an
// error of the file.
func advice(text, keyword string) string {
	if word := suggested(text); word != "" {
		if strings.HasPrefix(text, "unknown flag: ") {
			return "Write --" + word + ", or another flag of " + keyword + ": " + flagList(keyword) + "."
		}
		return "Write " + word + "."
	}
	for _, a := range fileAdvice {
		if strings.HasPrefix(text, a.prefix) {
			return a.advice
		}
	}
	k, known := LookupKeyword(keyword)
	switch {
	case strings.HasPrefix(text, "unknown instruction: "), !known:
		return "Begin the line with an instruction: " + strings.Join(keywordNames(), ", ") +
			". To go on with the line above, end that line with the escape character."
	case strings.HasPrefix(text, "unknown flag: ") && len(k.Flags) == 0:
		return keyword + " knows no flags. Write: " + k.Usage
	case strings.HasPrefix(text, "unknown flag: "):
		return keyword + " knows " + flagList(keyword) + "."
	}
	return "Write: " + k.Usage
}

func flagList(keyword string) string {
	k, _ := LookupKeyword(keyword)
	list := make([]string, len(k.Flags))
	for i, f := range k.Flags {
		list[i] = f.String()
	}
	return strings.Join(list, ", ")
}

var fileAdvice = []struct{ prefix, advice string }{
	{errEmpty, "Write a FROM instruction first, for example: FROM scratch"},
	{errNoInstructions, "Write a FROM instruction first, for example: FROM scratch"},
	{errUnterminated, "Close the here document: write its word alone on a line, with nothing before or after it."},
	{"dockerfile line greater than", "Split the line with the escape character at its end, or move the text to a file and COPY it."},
	{"invalid escape token", "Write # escape=` or leave the directive out."},
	{"only one ", "Keep one of the directives."},
	{"failed to parse check options", "Write for example: # check=skip=StageNameCasing,FromAsCasing;error=true"},
	{"lint violation found", "Mend the warnings, name their rules in # check=skip=..., or drop error=true."},
	{"no build stage in current context", "Only ARG may stand before the first FROM: move the line below it."},
	{"dockerfile contains no stages to build", "Add a FROM instruction, for example: FROM scratch"},
	{"FROM requires either one or three arguments", "Write FROM IMAGE or FROM IMAGE AS NAME."},
	{"invalid name for build stage", "Begin the name with a letter and use letters, digits, dash, underscore and dot."},
	{"Syntax error - can't find = in", "Write NAME=VALUE for every pair, with quotes around a value that holds spaces."},
	{"when using JSON array syntax", "Put every element in double quotes."},
	{"missing a value on flag", "Write --NAME=VALUE, without spaces."},
	{"duplicate flag specified", "Keep one of them."},
	{"duplicate name", "Keep one of them."},
	{"expecting boolean value for flag", "Write true or false, or the flag alone for true."},
	{"SHELL requires the arguments to be in JSON form", `Write SHELL ["/bin/sh", "-c"], with double quotes.`},
	{"Chaining ONBUILD", "Write the instruction once behind ONBUILD."},
	{"Unknown type", "Write HEALTHCHECK CMD COMMAND, or HEALTHCHECK NONE."},
	{"target stage", "Name a stage of the file, or leave the target out for the last one."},
	{"base name (", "Give the ARG before FROM a default, or pass it with --build-arg."},
	{"empty platform value from expression", "Write a platform such as linux/amd64, or a predefined variable such as $BUILDPLATFORM."},
	{"failed to parse platform", "Write a platform such as linux/amd64, or a predefined variable such as $BUILDPLATFORM."},
	{"failed to parse stage name", "Write an image name such as alpine or alpine:3.20, in lower case, or the name of a stage above."},
	{"variable expansion is not supported for --from", "Write FROM $NAME AS STAGE above, and --from=STAGE here."},
	{"'from' doesn't support variable expansion", "Write FROM $NAME AS STAGE above, and from=STAGE here."},
	{"invalid stage index", "Name the stage with AS, and use that name; an index counts from 0 and only up to the last stage."},
	{"circular dependency", "A stage cannot copy from itself: copy from a stage above."},
	{"cannot copy from stage", "Move the stage above this one."},
	{"cannot mount from stage", "Move the stage above this one."},
	{"source can't be a URL for COPY", "Use ADD for a URL."},
	{"source can't be a git ref for COPY", "Use ADD for a git repository."},
	{"invalid chmod parameter", "Write an octal mode such as 0644, or a symbolic one such as u+x."},
	{"invalid mount target", "Write target=DIRECTORY, and not the root."},
	{"checksum", "Give --checksum to an ADD of one URL or git repository only."},
	{"invalid checksum digest", "Write sha256: and 64 hexadecimal digits."},
	{"unsupported digest", "Write sha256: and 64 hexadecimal digits."},
	{"invalid signal", "Write a signal such as SIGTERM or 15."},
	{"invalid port", "Write a port from 0 to 65535 such as 80, or 80/udp."},
	{"invalid containerPort", "Write a port from 0 to 65535 such as 80, or 80/udp."},
	{"invalid hostPort", "Write the container's port only, such as 80."},
	{"failed to process", "Mend the variable or the quotes: ${NAME}, ${NAME:-DEFAULT}; put the escape character before a dollar sign that stands for itself."},
	{"onbuild trigger", "Keep one instruction behind ONBUILD."},
}
