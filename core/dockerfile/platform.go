package dockerfile

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// defaultPlatform is what a platform that names only one half is completed
// with; containerd takes the machine it runs on, which must not matter here.
var defaultPlatform = ocispecs.Platform{OS: "linux", Architecture: "amd64"}

var (
	osPattern        = regexp.MustCompile(`^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$`)
	componentPattern = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
)

var knownOS = strings.Fields("aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd " +
	"openbsd plan9 solaris windows zos")

var knownArch = strings.Fields("386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle " +
	"mips64 mips64le mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm")

// ParsePlatform reads OS, ARCHITECTURE, OS/ARCHITECTURE or
// OS/ARCHITECTURE/VARIANT by the rules of containerd/platforms v1.0.0-rc.5,
// with linux/amd64 for what is left out, and its words for errors.
func ParsePlatform(specifier string) (ocispecs.Platform, error) {
	bad := func(format string, args ...any) (ocispecs.Platform, error) {
		return ocispecs.Platform{}, fmt.Errorf(format+": invalid argument", args...)
	}
	if strings.Contains(specifier, "*") {
		return bad("%q: wildcards not yet supported", specifier)
	}
	parts := strings.SplitN(specifier, "/", 4)
	m := osPattern.FindStringSubmatch(parts[0])
	if m == nil {
		return bad("%q is an invalid OS component of %q: OSAndVersion specifier component must match %q",
			parts[0], specifier, osPattern)
	}
	for _, part := range parts[1:] {
		if !componentPattern.MatchString(part) {
			return bad("%q is an invalid component of %q: platform specifier component must match %q",
				part, specifier, componentPattern)
		}
	}
	p := ocispecs.Platform{OS: normalizeOS(m[1]), OSVersion: m[2]}
	if m[3] != "" {
		p.OSFeatures = strings.Split(m[3][1:], "+")
	}
	switch len(parts) {
	case 1:
		if slices.Contains(knownOS, p.OS) {
			p.Architecture = defaultPlatform.Architecture
			return p, nil
		}
		p.Architecture, p.Variant = normalizeArch(parts[0], "")
		if !slices.Contains(knownArch, p.Architecture) {
			return bad("%q: unknown operating system or architecture", specifier)
		}
		p.OS = defaultPlatform.OS
	case 2:
		p.Architecture, p.Variant = normalizeArch(parts[1], "")
	case 3:
		p.Architecture, p.Variant = normalizeArch(parts[1], parts[2])
		if p.Architecture == "arm64" && p.Variant == "" {
			p.Variant = "v8"
		}
		return p, nil
	default:
		return bad("%q: cannot parse platform specifier", specifier)
	}
	if p.Architecture == "arm" && p.Variant == "v7" {
		p.Variant = ""
	}
	return p, nil
}

// NormalizePlatform gives the canonical form: arm64 without variant v8, arm
// with variant v7 when it has none.
func NormalizePlatform(p ocispecs.Platform) ocispecs.Platform {
	p.OS = normalizeOS(p.OS)
	p.Architecture, p.Variant = normalizeArch(p.Architecture, p.Variant)
	if len(p.OSFeatures) > 0 {
		p.OSFeatures = slices.Compact(slices.Sorted(slices.Values(p.OSFeatures)))
	}
	return p
}

// FormatPlatform gives OS/ARCHITECTURE[/VARIANT], with the version and
// features of the system in parentheses behind OS where they are set.
func FormatPlatform(p ocispecs.Platform) string {
	if p.OS == "" {
		return "unknown"
	}
	os := p.OS
	if p.OSVersion != "" || len(p.OSFeatures) > 0 {
		options := p.OSVersion
		for _, feature := range slices.Compact(slices.Sorted(slices.Values(p.OSFeatures))) {
			options += "+" + feature
		}
		os += "(" + options + ")"
	}
	return path.Join(os, p.Architecture, p.Variant)
}

func normalizeOS(os string) string {
	switch os = strings.ToLower(os); os {
	case "":
		return defaultPlatform.OS
	case "macos":
		return "darwin"
	}
	return os
}

func normalizeArch(arch, variant string) (string, string) {
	arch, variant = strings.ToLower(arch), strings.ToLower(variant)
	switch arch {
	case "i386":
		return "386", ""
	case "x86_64", "x86-64", "amd64":
		if variant == "v1" {
			variant = ""
		}
		return "amd64", variant
	case "aarch64", "arm64":
		switch variant {
		case "8", "v8", "v8.0":
			variant = ""
		case "9", "9.0", "v9.0":
			variant = "v9"
		}
		return "arm64", variant
	case "armhf":
		return "arm", "v7"
	case "armel":
		return "arm", "v6"
	case "arm":
		switch variant {
		case "", "7":
			variant = "v7"
		case "5", "6", "8":
			variant = "v" + variant
		}
	}
	return arch, variant
}
