package build

import (
	"context"
	"errors"
	"fmt"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/image"
	"layerlab.dev/core/message"
	"layerlab.dev/core/shell"
	"layerlab.dev/core/vfs"
)

// Options are what a build is told besides the Dockerfile and the context. The
// zero Options build the last stage for linux/amd64 with an epoch of 1970.
type Options struct {
	// Name of the Dockerfile, for messages and to tell apart in the cache those
	// of one workspace; empty: "Dockerfile".
	Name string
	// Ignore is the path of the Dockerfile in the context, whose
	// IGNORE.dockerignore beside it goes before .dockerignore; empty: Name.
	Ignore string
	// Outside says that the Dockerfile is no file of the context. Beside is then
	// the NAME.dockerignore that lies beside it, nil where none does.
	Outside bool
	Beside  *vfs.Blob
	// Epoch is SOURCE_DATE_EPOCH, seconds since the Unix epoch.
	Epoch int64
	// Platform is the --platform of the build; empty: linux/amd64, and the
	// image says what its base says.
	Platform string
	// Target is the stage to build, by name or number; empty: the last.
	Target    string
	BuildArgs map[string]string
	Labels    map[string]string // of --label
	// Image finds the image that FROM, COPY --from or --mount=from name. It
	// returns nil where it knows none.
	Image func(ctx context.Context, name string) (*image.Image, error)
	// Lenient takes base images that BuildKit refuses, as umoci and crane do;
	// Result.Deviations says of what. Digests are then none that BuildKit gives.
	Lenient bool
	// Extracting is told how far the layers of a base image are.
	Extracting func(base string, done, total int)
	// Secrets are what RUN --mount=type=secret may ask for, by ID.
	Secrets map[string][]byte
	// Cache keeps steps from one build to the next; nil: every step is done.
	Cache *Cache
	// Kept are steps that were made before, beside those of Cache; nil: none.
	Kept Kept
	// Clock is the time at which the files of the first stage begin, in
	// nanoseconds since the Unix epoch; 0: that of Epoch. No step is another for
	// having another Clock.
	Clock int64
	// Seed is what everything random in a RUN begins from; another one gives
	// other files where a command makes random ones.
	Seed uint64
	// Limits bound every RUN.
	Limits shell.Limits
	// Progress is told what the build is about to do.
	Progress func(Progress)
}

// Progress tells of a step that begins: it is number Done+1 of Total.
type Progress struct {
	Step        string
	Done, Total int
}

// Build builds the Dockerfile source over the files of buildContext. The
// error, if any, is an *Error; the Result is there as far as the build came.
// ctx cancels it.
func Build(ctx context.Context, source []byte, buildContext vfs.Tree, o Options) (*Result, error) {
	if o.Name == "" {
		o.Name = "Dockerfile"
	}
	if o.Ignore == "" {
		o.Ignore = o.Name
	}
	b := &builder{ctx: ctx, o: o, res: &Result{Bases: map[string]*image.Image{}}, caches: map[string]*vfs.Node{}}
	return b.res, b.run(source, buildContext)
}

type builder struct {
	ctx context.Context
	o   Options
	res *Result
	// all is the context, seen the part that .dockerignore leaves, files what of
	// it is sent.
	all, seen, files vfs.Tree
	ignored          []string
	stages           stages
	global           *dockerfile.Env
	target           ocispec.Platform
	final            *planned // the stage that was asked for
	named            int      // stages, and images that instructions name
	// caches are the directories of --mount=type=cache by ID. Every build
	// begins with none, as a builder that was never used.
	caches     map[string]*vfs.Node
	done       int
	total      int
	conversion *conversion          // while instructions are only read
	wrong      *finding             // what that found
	checks     map[*planned][]check // of stages, left to be taken
}

func (b *builder) run(source []byte, files vfs.Tree) error {
	b.all = files
	var err error
	ignore := findIgnore(files, b.o.Ignore)
	if b.o.Outside {
		ignore = findBeside(files, b.o.Name, b.o.Beside)
	}
	if b.seen, b.ignored, err = ignore.apply(files); err != nil {
		return err
	}
	b.files = b.seen
	args := map[string]string{"SOURCE_DATE_EPOCH": fmt.Sprint(b.o.Epoch)}
	for k, v := range b.o.BuildArgs {
		if k != "SOURCE_DATE_EPOCH" {
			args[k] = v
		}
	}
	b.o.BuildArgs = args
	fileOptions := dockerfile.Options{BuildArgs: args, Target: b.o.Target, Platform: b.o.Platform, DockerIgnore: b.ignored,
		BaseImage: b.describeBase}
	f := dockerfile.Parse(b.o.Name, source, fileOptions)
	b.res.File = f
	for _, d := range f.Diagnostics {
		if d.Severity == dockerfile.Error {
			return &Error{File: f.Name, Range: d.Range, Text: message.Plain(d.Text), Advice: d.Detail}
		}
	}
	if !knownFrontend(f.Syntax) {
		return &Error{File: f.Name, Range: dockerfile.Range{Start: dockerfile.Position{Line: 1}, End: dockerfile.Position{Line: 1}},
			Text: saysFrontend.With(f.Syntax), Advice: adviseSyntax.With()}
	}
	if b.global, err = f.GlobalArgs(fileOptions); err != nil {
		return &Error{File: f.Name, Text: message.Of(err), Err: err}
	}
	b.target = ocispec.Platform{OS: "linux", Architecture: "amd64"}
	if b.o.Platform != "" {
		if b.target, err = dockerfile.ParsePlatform(b.o.Platform); err != nil {
			return &Error{File: f.Name, Text: message.Of(err), Err: err, Advice: advisePlatform.With()}
		}
	}
	target, err := b.plan(f)
	if err != nil {
		return b.wrap(err, nil)
	}
	b.final = target
	b.wrong = b.convert(target)
	for _, s := range b.stages.list {
		if !s.needed {
			continue
		}
		if err := b.stage(s); err != nil {
			// What BuildKit finds wrong before it begins is what it says. What
			// stands before is built all the same, to be looked at.
			if b.wrong != nil && b.ctx.Err() == nil {
				return b.wrong.err
			}
			return err
		}
	}
	if b.wrong != nil {
		return b.wrong.err
	}
	b.res.Target = target.Stage
	b.res.Image = target.Stage.Image
	return nil
}

// knownFrontend reports whether # syntax names the frontend that is followed
// here, in whatever version of it. Another one would read the file in ways of
// its own, and its digests would silently not be ours.
func knownFrontend(syntax string) bool {
	name, _, _ := strings.Cut(syntax, "@")
	name, _, _ = strings.Cut(strings.TrimPrefix(name, "docker.io/"), ":")
	return name == "" || name == "docker/dockerfile" || name == "docker/dockerfile-upstream"
}

// wrap gives an error its place.
func (b *builder) wrap(err error, in *dockerfile.Instruction) error {
	var done *Error
	if errors.As(err, &done) {
		return err
	}
	e := &Error{File: b.o.Name, Text: message.Of(err), Err: err}
	var a adviser
	if errors.As(err, &a) {
		e.Advice, e.Missing, e.Ignored = a.advice, a.missing, a.ignored
	}
	var f *failure
	if errors.As(err, &f) {
		e.ExitCode = &f.code
	}
	if in != nil {
		e.Range, e.Keyword = in.Range, in.Keyword
	}
	return e
}

// describeBase tells the checks what they want to know of a base image.
func (b *builder) describeBase(name, _ string) (dockerfile.BaseImage, bool) {
	img, err := b.find(name)
	if err != nil || img == nil {
		return dockerfile.BaseImage{}, false
	}
	c := img.Config.Config
	return dockerfile.BaseImage{Platform: dockerfile.FormatPlatform(img.Platform()), Env: c.Env, Shell: c.Shell, OnBuild: c.OnBuild}, true
}

func (b *builder) find(name string) (*image.Image, error) {
	if b.o.Image == nil {
		return nil, nil
	}
	return b.o.Image(b.ctx, name)
}
