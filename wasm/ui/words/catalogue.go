package words

// Words is the catalogue of one language.
type Words struct {
	Lang Lang
	Network
	Layout
	Strata
	Bases
	Writing

	Compare
	Inspect
	Settings
	Sharing

	// Top bar.
	Tagline           string
	Lessons           string
	LessonsHint       string // the first entry of the menu
	StartAgain        string
	Dockerfile        string // label of the choice of Dockerfile
	Epoch             string
	EpochHint         string
	Export            string
	ExportHint        string
	ExportFormats     string
	ExportOCI         string
	ExportOCINote     string
	ExportUnnamed     string
	ExportUnnamedNote string
	ExportDocker      string
	ExportDockerNote  string
	Language          string
	Theme             string
	ThemeSystem       string
	ThemeLight        string
	ThemeDark         string
	SkipToSample      string
	Starting          string
	Building          func(step string) string
	BuiltIn           func(ms int64) string
	Failed            func(errors int) string
	EngineStopped     string
	Restart           string
	Stop              string
	Exporting         string
	BuildStopped      string
	BuildAgain        string

	// Files.
	Files         string
	AddFile       string
	Upload        string
	UploadFolder  string
	Rename        string
	Delete        string
	NewName       string
	NameTaken     func(path string) string
	NameBad       string
	IsDockerfile  string // mark on the chosen one
	UseThis       string // make it the chosen one
	GeneratedMark func(kind, size string) string
	BinaryMark    string
	Executable    string
	LinkTo        func(target string) string
	NoFiles       string
	Deleted       func(path string) string
	Replaced      string
	Undo          string
	Reading       func(n int) string
	TooBig        func(path, limit string) string
	NotSaved      func(why string) string

	// Editor.
	Editor       string
	EditorHint   string
	EditorLabel  func(path string) string
	BinaryFile   func(size string) string
	GeneratedIs  func(kind, size string, seed uint64) string
	NoFileOpen   string
	Problems     string
	ErrorWord    string
	WarningWord  string
	Line         func(n int) string
	EngineSilent string

	// Core sample.
	Sample        string
	SampleHint    string
	SampleEmpty   string
	SampleWaiting string
	Stale         string
	Stages        string
	Images        string
	FinalStage    string
	UnusedStage   string
	BaseOf        map[string]string // by wire.Base.Kind
	EmptyLayer    string
	NoLayer       string
	Layer         func(n int) string
	Layers        func(n int) string
	Cache         map[string]string // by wire.Cache.State
	Fate          map[string]string // by part of the picture
	Legend        string
	HiddenBytes   func(size string) string
	RemovedBytes  func(size string) string
	ImageID       string
	Time          string
	Uncompressed  string
	Pulled        string
	DiffID        string
	ChainID       string

	// Inspector.
	Inspector     string
	OfImage       string
	Close         string
	OpenInspector string
	Choose        string
	Tabs          map[string]string
	Changed       map[string]string // by wire.Row.Change
	Kind          map[string]string // by wire.Row.Type
	Filter        string
	ShowKinds     string
	RowsOf        func(n, total int) string
	NoChanges     string
	NoTar         string
	NoMatch       string
	LoadingRows   string
	Path          string
	Bytes         string
	Whiteout      string
	Opaque        func(path string) string
	ParentDir     string
	WrittenBy     string
	InLayer       func(n string) string
	HowChain      string
	HowChainBase  string
	ParentChain   string
	Formula       string
	BlobDigest    string
	MediaType     string
	TarBytes      string
	BlobBytes     string
	Copy          string
	Copied        string
	NoLayerHere   string
	NoRun         string
	NoCommands    string
	Interpreted   string
	HistoryNote   string
	DocOf         func(digest, size string) string
	FileAt        func(path string) string
	Cut           string

	// Commands of a RUN.
	Commands      string
	RunNotes      string
	ItsFiles      string
	AllChanges    string
	FirstCommands func(n, total int) string

	// Reproduce.
	SaveRecipe      string
	RecipeHolds     string
	SaveArchive     string
	BasesHere       string
	NoBases         string
	RunThere        string
	RunPlaceholders string
	RunDeviates     string
	RunRecipe       string
	RunRecipeHow    string
	CopyThe         func(what string) string
	Expected        string
	ExpectedOf      func(version string) string

	// Faults.
	Fault        string
	FaultAdvice  string
	Dismiss      string
	EngineDied   func(why string) string
	EngineLoop   func(why string) string
	WrongVersion func(page, engine int) string

	// Live region.
	SaysBuilt  func(layers int, size string, ms int64) string
	SaysFailed func(text string) string
}
