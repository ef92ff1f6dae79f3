package dockerfile

import (
	"maps"
	"slices"

	"layerlab.dev/core/message"
)

// ruleAdvice says for every build check what to do. The docs of the rules
// (linter/docs) give the reasons.
var ruleAdvice = map[string]message.Form{
	"StageNameCasing":                 message.New("rule.StageNameCasing", "Write the name after AS in lower case."),
	"FromAsCasing":                    message.New("rule.FromAsCasing", "Write FROM and AS both in upper case, or both in lower case."),
	"NoEmptyContinuation":             message.New("rule.NoEmptyContinuation", "Remove the empty line, or begin it with #."),
	"ConsistentInstructionCasing":     message.New("rule.ConsistentInstructionCasing", "Write the keyword as most others are written."),
	"DuplicateStageName":              message.New("rule.DuplicateStageName", "Give each stage a name of its own: only one of the two can be named in --from and as a target."),
	"ReservedStageName":               message.New("rule.ReservedStageName", "Choose another name: scratch is the empty image, context the build context."),
	"JSONArgsRecommended":             message.New("rule.JSONArgsRecommended", `Write it as a JSON array, such as ["program", "argument"]: then the program gets the signals itself, and no shell stands between.`),
	"MaintainerDeprecated":            message.New("rule.MaintainerDeprecated", `Write LABEL org.opencontainers.image.authors="NAME".`),
	"UndefinedArgInFrom":              message.New("rule.UndefinedArgInFrom", "Declare it before the first FROM: ARG NAME=DEFAULT."),
	"WorkdirRelativePath":             message.New("rule.WorkdirRelativePath", "Begin the path with a slash."),
	"UndefinedVar":                    message.New("rule.UndefinedVar", "Declare it above with ARG or ENV in this stage, or mend the name. An ARG before FROM must be declared again in the stage."),
	"MultipleInstructionsDisallowed":  message.New("rule.MultipleInstructionsDisallowed", "Remove this one: the later one takes its place."),
	"LegacyKeyValueFormat":            message.New("rule.LegacyKeyValueFormat", "Write NAME=VALUE."),
	"InvalidBaseImagePlatform":        message.New("rule.InvalidBaseImagePlatform", "Name an image made for the platform, or choose the platform of the image."),
	"RedundantTargetPlatform":         message.New("rule.RedundantTargetPlatform", "Leave --platform out: the target platform is the default."),
	"SecretsUsedInArgOrEnv":           message.New("rule.SecretsUsedInArgOrEnv", "Use RUN --mount=type=secret: what ARG and ENV hold can be read in the image."),
	"InvalidDefaultArgInFrom":         message.New("rule.InvalidDefaultArgInFrom", "Give the ARG a default with which the image name is complete."),
	"FromPlatformFlagConstDisallowed": message.New("rule.FromPlatformFlagConstDisallowed", "Leave --platform out and set the platform for the build, use $BUILDPLATFORM, or put the platform into the stage's name."),
	"CopyIgnoredFile":                 message.New("rule.CopyIgnoredFile", "Take the file out of .dockerignore, or do not copy it."),
	"InvalidDefinitionDescription":    message.New("rule.InvalidDefinitionDescription", "Begin the comment with the name, or put an empty comment line (#) between."),
	"ExposeProtoCasing":               message.New("rule.ExposeProtoCasing", "Write tcp, udp or sctp in lower case."),
	"ExposeInvalidFormat":             message.New("rule.ExposeInvalidFormat", "Write the container's port only: addresses and host ports are given to docker run -p."),
}

// Rule is a build check.
type Rule struct {
	Name   string
	Advice message.Message
}

// Rules lists the build checks by name.
func Rules() []Rule {
	var out []Rule
	for _, name := range slices.Sorted(maps.Keys(ruleAdvice)) {
		out = append(out, Rule{name, ruleAdvice[name].With()})
	}
	return out
}
