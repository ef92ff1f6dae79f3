package dockerfile

// ruleAdvice says for every build check what to do. The docs of the rules
// (linter/docs) give the reasons.
var ruleAdvice = map[string]string{
	"StageNameCasing":                 "Write the name after AS in lower case.",
	"FromAsCasing":                    "Write FROM and AS both in upper case, or both in lower case.",
	"NoEmptyContinuation":             "Remove the empty line, or begin it with #.",
	"ConsistentInstructionCasing":     "Write the keyword as most others are written.",
	"DuplicateStageName":              "Give each stage a name of its own: only one of the two can be named in --from and as a target.",
	"ReservedStageName":               "Choose another name: scratch is the empty image, context the build context.",
	"JSONArgsRecommended":             `Write it as a JSON array, such as ["program", "argument"]: then the program gets the signals itself, and no shell stands between.`,
	"MaintainerDeprecated":            `Write LABEL org.opencontainers.image.authors="NAME".`,
	"UndefinedArgInFrom":              "Declare it before the first FROM: ARG NAME=DEFAULT.",
	"WorkdirRelativePath":             "Begin the path with a slash.",
	"UndefinedVar":                    "Declare it above with ARG or ENV in this stage, or mend the name. An ARG before FROM must be declared again in the stage.",
	"MultipleInstructionsDisallowed":  "Remove this one: the later one takes its place.",
	"LegacyKeyValueFormat":            "Write NAME=VALUE.",
	"InvalidBaseImagePlatform":        "Name an image made for the platform, or choose the platform of the image.",
	"RedundantTargetPlatform":         "Leave --platform out: the target platform is the default.",
	"SecretsUsedInArgOrEnv":           "Use RUN --mount=type=secret: what ARG and ENV hold can be read in the image.",
	"InvalidDefaultArgInFrom":         "Give the ARG a default with which the image name is complete.",
	"FromPlatformFlagConstDisallowed": "Leave --platform out and set the platform for the build, use $BUILDPLATFORM, or put the platform into the stage's name.",
	"CopyIgnoredFile":                 "Take the file out of .dockerignore, or do not copy it.",
	"InvalidDefinitionDescription":    "Begin the comment with the name, or put an empty comment line (#) between.",
	"ExposeProtoCasing":               "Write tcp, udp or sctp in lower case.",
	"ExposeInvalidFormat":             "Write the container's port only: addresses and host ports are given to docker run -p.",
}
