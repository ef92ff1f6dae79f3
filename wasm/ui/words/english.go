package words

import "fmt"

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + many
}

var english = Words{
	Lang:    English,
	Network: englishNetwork,
	Layout:  layoutEnglish,
	Strata:  strataEnglish,
	Bases:   englishBases,
	Writing: writingEnglish,

	Compare:  compareEnglish,
	Inspect:  inspectEnglish,
	Settings: settingsEnglish,
	Sharing:  sharingEnglish,

	Tagline:           "What each line of a Dockerfile puts into the image",
	Lessons:           "Lessons",
	LessonsHint:       "Open a lesson",
	StartAgain:        "Start the lesson again",
	Dockerfile:        "Dockerfile",
	Epoch:             "Epoch",
	EpochHint:         "SOURCE_DATE_EPOCH: the time written into the image, UTC",
	Export:            "Export",
	ExportHint:        "Save the image as an OCI archive",
	ExportFormats:     "Export formats",
	ExportOCI:         "OCI archive",
	ExportOCINote:     "with its name: for docker load, podman, skopeo and registries",
	ExportUnnamed:     "OCI archive without a name",
	ExportUnnamedNote: "byte for byte what BuildKit writes without name=",
	ExportDocker:      "Docker archive",
	ExportDockerNote:  "for docker load",
	Language:          "Language",
	Theme:             "Theme",
	ThemeSystem:       "System",
	ThemeLight:        "Light",
	ThemeDark:         "Dark",
	SkipToSample:      "Skip to the core sample",
	Starting:          "Engine starting",
	Building:          func(step string) string { return orWord("Building", step) },
	BuiltIn:           func(ms int64) string { return "Built in " + lasted(ms) },
	Failed:            func(n int) string { return "Not built: " + plural(n, "error", "errors") },
	EngineStopped:     "Engine stopped",
	Restart:           "Restart engine",
	Stop:              "Stop",
	Exporting:         "Exporting",
	BuildStopped:      "The build was stopped. What is shown is the build before.",
	BuildAgain:        "Build again",

	Files:         "Files",
	AddFile:       "New file",
	Upload:        "Upload files",
	UploadFolder:  "Upload a folder",
	Rename:        "Rename",
	Delete:        "Delete",
	NewName:       "Path of the file",
	NameTaken:     func(path string) string { return path + " exists already" },
	NameBad:       "A path is relative and has no empty, . or .. part",
	IsDockerfile:  "built",
	UseThis:       "Build this",
	GeneratedMark: func(kind, size string) string { return "generated, " + size },
	Executable:    "executable",
	BinaryMark:    "binary",
	LinkTo:        func(target string) string { return "link to " + target },
	NoFiles:       "No files. Add one, or drop a folder here.",
	Deleted:       func(path string) string { return path + " deleted" },
	Replaced:      "Your former files were put aside",
	Undo:          "Undo",
	Reading:       func(n int) string { return "Reading " + plural(n, "file", "files") },
	TooBig:        func(path, limit string) string { return path + " is over " + limit + " and was left out" },
	NotSaved:      func(why string) string { return "This browser does not keep the files: " + why },

	Editor:      "Editor",
	EditorHint:  "Change a line: every keystroke builds again. Esc, then Tab leaves the editor.",
	EditorLabel: func(path string) string { return "Content of " + path },
	BinaryFile: func(size string) string {
		return "Binary file, " + size + ". It is part of the build context as it is."
	},
	GeneratedIs:  generatedEnglish,
	NoFileOpen:   "Choose a file to edit it.",
	Problems:     "Problems",
	ErrorWord:    "error",
	WarningWord:  "warning",
	Line:         func(n int) string { return fmt.Sprintf("line %d", n) },
	EngineSilent: "The engine has not started yet. What you type is kept.",

	Sample:        "Core sample",
	SampleHint:    "Layers from the base at the bottom to the newest at the top",
	SampleEmpty:   "No image yet. Write FROM and an image name on the first line.",
	SampleWaiting: "Waiting for the engine",
	Stale:         "Last good build. The files as they are now are not built.",
	Stages:        "Build stages",
	Images:        "Images of this workspace",
	FinalStage:    "final",
	UnusedStage:   "not needed for the image",
	BaseOf: map[string]string{
		"scratch":  "empty base",
		"stage":    "earlier stage",
		"image":    "image of this workspace",
		"stand-in": "stand-in image",
		"imported": "imported image",
	},
	EmptyLayer: "empty layer",
	NoLayer:    "no layer",
	Layer:      func(n int) string { return fmt.Sprintf("Layer %d", n) },
	Layers:     func(n int) string { return plural(n, "layer", "layers") },
	Cache: map[string]string{
		"built":  "built now",
		"hit":    "from cache",
		"parent": "built again: its parent changed",
	},
	Fate: map[string]string{
		"added":    "added",
		"modified": "modified",
		"hidden":   "hidden later",
		"removed":  "removed",
	},
	Legend:       "What the marks mean",
	HiddenBytes:  func(size string) string { return size + " hidden by later layers" },
	RemovedBytes: func(size string) string { return "hides " + size + " below" },
	ImageID:      "Image ID",
	Time:         "Files after step",
	Uncompressed: "content",
	Pulled:       "compressed",
	DiffID:       "DiffID",
	ChainID:      "ChainID",

	Inspector:     "Inspector",
	OfImage:       "Image",
	Close:         "Close",
	OpenInspector: "Inspect",
	Choose:        "Choose a layer of the core sample to look into it.",
	Tabs: map[string]string{
		"changes":   "Changes",
		"tar":       "Tar",
		"files":     "Files",
		"digests":   "Digests",
		"commands":  "Commands",
		"history":   "History",
		"config":    "Config",
		"manifest":  "Manifest",
		"index":     "Index",
		"cache":     "Cache",
		"waste":     "Waste",
		"cost":      "Cost",
		"text":      "Text",
		"hex":       "Hex",
		"picture":   "Picture",
		"diff":      "Diff",
		"versions":  "Versions",
		"compare":   "Compare",
		"reproduce": "Reproduce",
		"lesson":    "Lesson",
	},
	Changed: map[string]string{
		"added":     "added",
		"modified":  "modified",
		"removed":   "removed",
		"parent":    "parent directory",
		"unchanged": "unchanged",
	},
	Kind: map[string]string{
		"file":     "file",
		"dir":      "directory",
		"symlink":  "symbolic link",
		"hardlink": "hard link",
		"char":     "character device",
		"block":    "block device",
		"fifo":     "named pipe",
		"whiteout": "whiteout",
	},
	Filter:       "Filter by path",
	ShowKinds:    "Show",
	RowsOf:       func(n, total int) string { return plural(total, "path", "paths") },
	NoChanges:    "This layer changes no files.",
	NoTar:        "The layer's archive has no entries.",
	NoMatch:      "No path contains this text.",
	LoadingRows:  "Reading",
	Path:         "Path",
	Bytes:        "Bytes",
	Whiteout:     "whiteout: no longer seen from here on",
	Opaque:       func(path string) string { return "opaque: hides all that was in /" + path },
	ParentDir:    "there because of what is below",
	InLayer:      func(n string) string { return "from layer " + n },
	WrittenBy:    "written by",
	HowChain:     "How this ChainID is computed",
	HowChainBase: "At the bottom the ChainID is the DiffID",
	ParentChain:  "ChainID of the layer below",
	Formula:      "ChainID = sha256(ChainID of the layer below + \" \" + DiffID)",
	BlobDigest:   "Digest of the compressed blob",
	MediaType:    "Media type",
	TarBytes:     "Tar",
	BlobBytes:    "Compressed",
	Copy:         "Copy",
	Copied:       "Copied",
	NoLayerHere:  "This instruction changes the config only. It makes no layer, so it has no DiffID.",
	NoRun:        "Only RUN runs commands.",
	NoCommands:   "None of its commands wrote files.",
	Interpreted:  "interpreted in the browser",
	HistoryNote:  "As docker history shows it, newest first",
	DocOf:        func(digest, size string) string { return "Digest of exactly these " + size + ", shown indented" },
	FileAt:       func(path string) string { return "/" + path },
	Cut:          "Only the beginning is shown.",

	Commands:      "Commands that wrote files",
	RunNotes:      "Notes on how it was carried out",
	ItsFiles:      "Show its files",
	AllChanges:    "Show all changes",
	FirstCommands: func(n, total int) string { return fmt.Sprintf("the first %s of %s commands", Count(n), Count(total)) },

	SaveRecipe:      "Take the build with you",
	RecipeHolds:     "The archive holds the build context with its modes and times, the base images as OCI layouts, reproduce.sh, and expected.json with the digests below.",
	SaveArchive:     "Save the archive",
	BasesHere:       "Base images in the archive:",
	NoBases:         "The build uses no base image.",
	RunThere:        "RUN is interpreted here and executed there: the digests are equal where the interpreter did the same as the real commands.",
	RunDeviates:     "BuildKit refuses a base image of this build, which went on as umoci and crane do: it makes nothing of this archive, and the digests below are none of its.",
	RunPlaceholders: "A RUN of this build stands on a stand-in image. Its programs are placeholders, so BuildKit cannot execute that RUN. Builds without RUN are repeated in full.",
	RunRecipe:       "Build it with BuildKit",
	RunRecipeHow:    "Unpack the archive with tar and run reproduce.sh, which builds and compares, or one of these commands in its folder.",
	CopyThe:         func(what string) string { return "Copy the " + what + " command" },
	Expected:        "The digests it must give",
	ExpectedOf:      func(version string) string { return "They are those of BuildKit " + version + "." },

	Fault:       "Something in the page went wrong. The files are kept.",
	FaultAdvice: "You can go on. If it happens again, reload the page.",
	Dismiss:     "Dismiss",
	EngineDied: func(why string) string {
		return "The engine stopped (" + why + ") and was started again. The files are kept."
	},
	EngineLoop: func(why string) string {
		return "The engine stopped twice on these files (" + why + "). It starts again when you change something."
	},
	WrongVersion: func(page, engine int) string {
		return fmt.Sprintf("Page and engine are of different versions (%d and %d). Reload the page.", page, engine)
	},

	SaysBuilt: func(layers int, size string, ms int64) string {
		return fmt.Sprintf("Built: %s, %s, %d milliseconds", plural(layers, "layer", "layers"), size, ms)
	},
	SaysFailed: func(text string) string { return "Not built. " + text },
}

func orWord(word, more string) string {
	if more == "" {
		return word
	}
	return word + ": " + more
}

func generatedEnglish(kind, size string, seed uint64) string {
	if kind == "random" {
		return fmt.Sprintf("Generated content: %s of pseudo-random bytes, seed %d. It takes no room in this browser.", size, seed)
	}
	return "Generated content: " + size + " of zero bytes. It takes no room in this browser."
}
