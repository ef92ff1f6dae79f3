package words

import (
	"fmt"
	"strconv"
)

// Inspect are the texts of the inspector's deeper panels.
type Inspect struct {
	GoBack    string
	LookingAt string // the way from the image to what is looked at

	// Lists.
	Scope        string // label of the choice between the next two
	ThisLayer    string
	SinceBase    string
	SinceBaseHow string
	FoldAll      string
	UnfoldAll    string
	RemovedBelow string // show what lower layers hold out of sight
	NoKind       string
	NoFilesYet   string
	GoneBy       func(layer string) string
	GoneWith     func(dir string) string
	ReplacedBy   func(layer string) string
	VersionsOf   func(n int) string

	// A file.
	ShowThat       string // go to the layer that hides it
	ShowMore       string
	NotText        string
	PictureTooBig  string
	EmptyFile      string
	NoVersionBelow string
	NoDiff         map[string]string // by wire.Diff.Why
	DiffOf         func(layer string, removed, added int) string
	VersionsHow    string
	Seen           string
	OpenIt         string
	OpenVersion    func(layer string) string

	// The header of an entry.
	AllEntries     string
	HeaderBytes    string
	HeaderFields   string
	HeaderAt       func(offset int64, bytes int) string
	Checksum       func(stored, computed int64, sound bool) string
	NothingFollows string
	Follows        func(size string, zeros int64) string
	PaxRecord      string
	WhiteoutName   string
	FieldMeaning   map[string]string
	TypeFlag       func(flag string) string

	// Digests.
	ProofTitle   string
	ProofHow     string
	RecomputeAll string
	RecomputeIt  func(what string) string
	ComputedFrom func(bytes int64, ms float64) string
	EqualDigest  string
	SameDigest   string
	OtherDigest  string
	NotComputed  string
	FlipByte     func(layer int) string
	Unflip       string
	Flipped      func(layer int, offset int64, was, is, entry string) string

	// Cache.
	CacheOfBase   string
	CacheHow      map[string]string // by wire.Cache.State, and "base"
	CacheKeyTitle string
	CacheFormula  string
	PartsTitle    func(n, changed int, first bool) string
	PartState     map[string]string
	PartName      func(name string) string // as the engine names it
	MoreParts     func(n int) string

	// Waste.
	WastedOf          func(size, percent string) string
	Useful            string
	HiddenPart        string
	CopiesPart        string
	HiddenTitle       string
	HiddenHow         func(n int, size string) string
	NothingHidden     string
	LostHow           func(layer, by string, removed bool) string
	CopiesTitle       string
	CopiesHow         func(size string) string
	NoCopies          string
	CopiesOf          func(n int, size string) string
	ShowAll           func(n int) string
	ShowFewer         string
	SecretsTitle      string
	SecretsHow        string
	NoSecrets         string
	SecretRule        map[string]string
	StillSeen         string
	StillThere        string
	SettingHow        map[string]string // by "ENV" and "ARG"
	HowToExtract      string
	EfficiencyTitle   string
	EfficiencyFormula func(minimum, discovered string) string
	EfficiencyHow     string

	// Cost.
	MoveTitle     string
	MoveOf        func(size, percent string) string
	MoveHow       string
	OtherSideHas  string
	HasNothing    string
	HasBase       string
	HasAll        string
	DocumentsMove string
	AgainBlob     string
	SharedWith    func(tags string) string
	DiskTitle     string
	DiskHow       func(size string) string
	SizeColumn    string
	SharedColumn  string
	UniqueColumn  string
	ChainTitle    string
	ChainHow      string
	ChangedColumn string
	AboveColumn   string
	ChainColumn   string
	CommonColumn  string
}

// milliseconds writes a short time, which timers of browsers may not see.
func milliseconds(ms float64) string {
	if ms < 0.05 {
		return "< 0.1"
	}
	return strconv.FormatFloat(ms, 'f', 1, 64)
}

var inspectEnglish = Inspect{
	GoBack:    "Back to where the link was",
	LookingAt: "Looking at",

	Scope:        "Compare with",
	ThisLayer:    "This layer",
	SinceBase:    "Since the base",
	SinceBaseHow: "What all layers up to here changed of the base image",
	FoldAll:      "Close all directories",
	UnfoldAll:    "Open all directories",
	RemovedBelow: "Files below that are out of sight",
	NoKind:       "Nothing of the chosen kinds.",
	NoFilesYet:   "There are no files at this step.",
	GoneBy:       func(layer string) string { return "deleted by layer " + layer },
	GoneWith:     func(dir string) string { return "gone with " + dir },
	ReplacedBy:   func(layer string) string { return "replaced by layer " + layer },
	VersionsOf:   func(n int) string { return plural(n, "version", "versions") },

	ShowThat:       "Show that layer",
	ShowMore:       "Show more",
	NotText:        "These bytes are no text. Look at them as Hex.",
	PictureTooBig:  "The picture is over 4 MB and is not drawn.",
	EmptyFile:      "The file is empty.",
	NoVersionBelow: "No lower layer has this file, so there is nothing to compare with.",
	NoDiff: map[string]string{
		"same":   "The same bytes as in the version below: only metadata changed.",
		"binary": "The two versions are no text. Compare them as Hex.",
		"big":    "The file is over 512 kB and is not compared line by line.",
		"absent": "Only the digest of one version is known.",
		"type":   "One of the two versions is no regular file.",
	},
	DiffOf: func(layer string, removed, added int) string {
		return "against layer " + layer + ": " + plural(removed, "line", "lines") + " out, " + plural(added, "line", "lines") + " in"
	},
	VersionsHow: "What every layer did to this path, newest first. Lower versions stay in the image.",
	Seen:        "seen",
	OpenIt:      "Open",
	OpenVersion: func(layer string) string { return "Open the version of " + layer },

	AllEntries:   "All entries",
	HeaderBytes:  "Bytes of the header",
	HeaderFields: "Fields of the header",
	HeaderAt: func(offset int64, bytes int) string {
		return fmt.Sprintf("byte %s, %s", Count(int(offset)), plural(bytes, "byte", "bytes"))
	},
	Checksum: func(stored, computed int64, sound bool) string {
		if sound {
			return fmt.Sprintf("Checksum right: %d", computed)
		}
		return fmt.Sprintf("Checksum wrong: %d stored, %d computed", stored, computed)
	},
	NothingFollows: "No content follows.",
	Follows: func(size string, zeros int64) string {
		return size + " of content follow, then " + plural(int(zeros), "zero byte", "zero bytes") + " to the next block."
	},
	PaxRecord:    "PAX record: takes the place of the field below",
	WhiteoutName: "whiteout: hides the name after .wh. in lower layers",
	FieldMeaning: map[string]string{
		"name": "path, without a leading slash", "mode": "permission bits, octal", "uid": "owner", "gid": "group", "size": "bytes of content",
		"mtime": "time of modification", "chksum": "sum of all bytes of this block, octal", "typeflag": "type of the entry", "linkname": "target of a link",
		"magic": "format", "version": "of the format", "uname": "owner's name, left out in layers", "gname": "group's name, left out in layers",
		"devmajor": "of a device", "devminor": "of a device", "prefix": "goes before the name", "pad": "zeros to the end of the block", "unused": "zeros",
		"atime": "time of access", "ctime": "time of change", "offset": "of a multivolume archive", "longnames": "unused", "sparse": "map of a sparse file",
		"isextended": "of a sparse file", "realsize": "of a sparse file", "longname": "the whole path", "unreadable": "no PAX record",
	},
	TypeFlag: func(flag string) string {
		return map[string]string{"0": "file", "1": "hard link", "2": "symbolic link", "3": "character device", "4": "block device",
			"5": "directory", "6": "named pipe", "x": "PAX records for the next header", "g": "PAX records for all", "L": "long name", "K": "long link name"}[flag]
	},

	ProofTitle:   "The whole chain",
	ProofHow:     "Every digest is the sha256 of bytes you have here. Compute it again, or change one byte and see what no longer fits.",
	RecomputeAll: "Recompute all",
	RecomputeIt:  func(what string) string { return "Recompute " + what },
	ComputedFrom: func(bytes int64, ms float64) string {
		return fmt.Sprintf("sha256 of %s, in %s ms", plural(int(bytes), "byte", "bytes"), milliseconds(ms))
	},
	EqualDigest: "equal",
	SameDigest:  "the same",
	OtherDigest: "not equal",
	NotComputed: "not computed",
	FlipByte:    func(layer int) string { return fmt.Sprintf("Change one byte of layer %d", layer) },
	Unflip:      "Restore the byte",
	Flipped: func(layer int, offset int64, was, is, entry string) string {
		text := fmt.Sprintf("Layer %d, byte %s of the tar: %s is now %s", layer, Count(int(offset)), was, is)
		if entry != "" {
			text += ", the first byte of " + entry
		}
		return text
	},

	CacheOfBase: "brought by the base image",
	CacheHow: map[string]string{
		"base":   "Layers of the base are not built: they come with it.",
		"built":  "No kept result has this key, so the instruction was carried out.",
		"hit":    "A result with exactly this key was kept, so nothing was carried out.",
		"parent": "The key of the step below is part of the key. It changed, so this one did.",
	},
	CacheKeyTitle: "Cache key",
	CacheFormula:  "key = sha256(epoch, key of the step below, instruction, all that it reads)",
	PartsTitle: func(n, changed int, first bool) string {
		switch {
		case first:
			return "Its " + plural(n, "part", "parts")
		case changed == 0:
			return "Its " + plural(n, "part", "parts") + ": the same as in the build before"
		}
		return "Its " + plural(n, "part", "parts") + ": " + plural(changed, "differs", "differ") + " from the build before"
	},
	PartName:  func(name string) string { return name },
	PartState: map[string]string{"same": "the same", "changed": "changed", "new": "new", "gone": "gone"},
	MoreParts: func(n int) string { return Count(n) + " more, the same as before" },

	WastedOf:    func(size, percent string) string { return "of " + size + " are of no use: " + percent },
	Useful:      "of use",
	HiddenPart:  "hidden",
	CopiesPart:  "copies",
	HiddenTitle: "Hidden by later layers",
	HiddenHow: func(n int, size string) string {
		return plural(n, "file", "files") + " with " + size + ": pulled and kept, never seen."
	},
	NothingHidden: "No layer hides bytes of a lower one.",
	LostHow: func(layer, by string, removed bool) string {
		if removed {
			return "in layer " + layer + ", deleted by layer " + by
		}
		return "in layer " + layer + ", replaced by layer " + by
	},
	CopiesTitle: "The same bytes more than once",
	CopiesHow: func(size string) string {
		return "N copies waste N−1: " + size + " in all. Hidden files do not count again."
	},
	NoCopies:        "No two files that are seen hold the same bytes.",
	CopiesOf:        func(n int, size string) string { return Count(n) + " copies of " + size },
	ShowAll:         func(n int) string { return "Show all " + Count(n) },
	ShowFewer:       "Show fewer",
	SecretsTitle:    "Secrets left behind",
	SecretsHow:      "Deleting a file in a later layer does not take it out of the image. Whoever has the image can read these.",
	NoSecrets:       "No file or variable looks like a secret.",
	SecretRule:      secretRulesEnglish,
	StillSeen:       "still in sight",
	StillThere:      "Its bytes are still in the image.",
	SettingHow:      map[string]string{"ENV": "In the config of the image, for everyone to read.", "ARG": "In the history of the image, for everyone to read."},
	HowToExtract:    "How anyone gets it",
	EfficiencyTitle: "Efficiency, as dive counts",
	EfficiencyFormula: func(minimum, discovered string) string {
		return "Σ smallest size of a path / Σ all its sizes = " + minimum + " / " + discovered
	},
	EfficiencyHow: "dive/filetree/efficiency.go: over all layers, for every path in their tars; a whiteout counts as 0, and a removed directory costs nothing.",

	MoveTitle:     "Pull or push",
	MoveOf:        func(size, percent string) string { return "of " + size + " travel: " + percent },
	MoveHow:       "A blob travels only where the other side has none of its digest. Tick what the client of a pull, or the registry of a push, has already.",
	OtherSideHas:  "Already there",
	HasNothing:    "Nothing",
	HasBase:       "The base",
	HasAll:        "All layers",
	DocumentsMove: "Manifest and config",
	AgainBlob:     "the same blob as a layer below",
	SharedWith:    func(tags string) string { return "shared with " + tags },
	DiskTitle:     "On a disk, with the other images here",
	DiskHow: func(size string) string {
		return "Uncompressed. A layer is kept once for its ChainID: " + size + " for all images together."
	},
	SizeColumn:    "Size",
	SharedColumn:  "Shared",
	UniqueColumn:  "Alone",
	ChainTitle:    "A chain of bases, or one common base",
	ChainHow:      "What a client with all these images pulls again when the layers that one of them adds are built anew: as the images stand on each other now, and if each stood on the common base.",
	ChangedColumn: "Changed",
	AboveColumn:   "On it",
	ChainColumn:   "Chain",
	CommonColumn:  "Common base",
}

var secretRulesEnglish = map[string]string{
	"env-file": "environment file", "ssh-key": "SSH key", "private-key": "private key", "credentials": "credentials", "key-store": "key store",
	"aws-key": "AWS access key", "github-token": "GitHub token", "gitlab-token": "GitLab token", "slack-token": "Slack token",
	"stripe-key": "Stripe key", "google-key": "Google API key", "npm-token": "npm token",
}
