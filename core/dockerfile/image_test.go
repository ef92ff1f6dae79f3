package dockerfile_test

import (
	"testing"

	"layerlab.dev/core/dockerfile"
)

// withImages are options that know some base images: node sets a variable, arm
// is for another platform, pwsh sets a shell, hooks has triggers.
func withImages(o dockerfile.Options) dockerfile.Options {
	o.BaseImage = func(name, platform string) (dockerfile.BaseImage, bool) {
		switch name {
		case "node":
			return dockerfile.BaseImage{Platform: platform, Env: []string{"PATH=/bin", "NODE_VERSION=20"}}, true
		case "arm":
			return dockerfile.BaseImage{Platform: "linux/arm64"}, true
		case "pwsh":
			return dockerfile.BaseImage{Shell: []string{"pwsh", "-c"}}, true
		case "hooks":
			return dockerfile.BaseImage{OnBuild: []string{"COPY $nothing /a", "ENV SET=1", "CMD run"}}, true
		case "badhook":
			return dockerfile.BaseImage{OnBuild: []string{"COPPY a b"}}, true
		}
		return dockerfile.BaseImage{}, false
	}
	return o
}

var imageCases = []checkCase{
	{"InvalidBaseImagePlatform", lines("FROM arm", "ENV foo=bar"), withImages(all),
		[]finding{{"InvalidBaseImagePlatform", 1, `Base image arm was pulled with platform "linux/arm64", expected "linux/amd64" for current build`}}},
	{"the platform asked for", lines("FROM arm", "ENV foo=bar"), withImages(dockerfile.Options{Platform: "linux/aarch64"}), nil},
	{"variable of the image", lines("FROM node", "ENV A=$NODE_VERSION B=$NODE_VERSON"), withImages(all),
		[]finding{{"UndefinedVar", 2, "Usage of undefined variable '$NODE_VERSON' (did you mean $NODE_VERSION?)"}}},
	{"nothing known of the image", lines("FROM other", "ENV A=$B", "COPY ${C:?must} /", "EXPOSE ${D?must}", "WORKDIR a", "COPY ${E /"), withImages(all),
		[]finding{
			{"WorkdirRelativePath", 5, `Relative workdir "a" can have unexpected results if the base image changes`},
			{"error", 6, `failed to process "${E": unsupported modifier (�) in substitution`},
		}},
	{"shell of the image", lines("FROM pwsh", "CMD a"), withImages(all), nil},
	{"triggers of the image", lines("FROM scratch", "FROM hooks", "COPY $SET /", "CMD b"), withImages(all),
		[]finding{
			{"UndefinedVar", 2, "Usage of undefined variable '$nothing'"},
			{"JSONArgsRecommended", 2, "JSON arguments recommended for CMD to prevent unintended behavior related to OS signals"},
			{"MultipleInstructionsDisallowed", 2, multiple("CMD")},
			{"JSONArgsRecommended", 4, "JSON arguments recommended for CMD to prevent unintended behavior related to OS signals"},
		}},
	{"triggers of a stage", lines("FROM scratch AS a", "ONBUILD ENV X=1", "ONBUILD COPY --from=b x y", "FROM scratch AS b", "CMD c", "FROM a", "COPY $X $Y"), withImages(dockerfile.Options{}),
		[]finding{
			{"JSONArgsRecommended", 5, "JSON arguments recommended for CMD to prevent unintended behavior related to OS signals"},
			{"UndefinedVar", 7, "Usage of undefined variable '$Y' (did you mean $X?)"},
		}},
	{"bad trigger", lines("FROM badhook", "ENV A=$B"), withImages(all),
		[]finding{{"error", 1, "unknown instruction: COPPY (did you mean COPY?)"}}},
	{"stage not understood", lines("FROM scratch AS a", "ENVV B=1", "COPY $B /", "FROM a", "COPY $B /", "FROM scratch", "COPY $B /"), all,
		[]finding{
			{"error", 2, "unknown instruction: ENVV (did you mean ENV?)"},
			{"UndefinedVar", 7, "Usage of undefined variable '$B'"},
		}},
	{"build arguments", lines("ARG V=1", "FROM scratch", "ARG V", "ARG W=${V:?}", "COPY $V$W$X /"), args("X", "undeclared"),
		[]finding{{"UndefinedVar", 5, "Usage of undefined variable '$X' (did you mean $V?)"}}},
}

func TestBaseImages(t *testing.T) {
	for _, tc := range imageCases {
		t.Run(tc.name, tc.run)
	}
}
