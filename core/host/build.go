package host

import (
	"context"
	"errors"

	"github.com/docker/distribution/reference"
	"github.com/docker/docker/api/types"
	"github.com/opencontainers/go-digest"
)

// ImageBuild builds an image, with the classic builder or with BuildKit as
// options.Version says.
func (h *Host) ImageBuild(ctx context.Context, request Build, to Progress) error {
	o := request.Options
	s := &stream{to: to}
	var held []Message
	if o.SuppressOutput {
		s.to = func(m Message) { held = append(held, m) }
	}
	var id digest.Digest
	err := h.Change(func(c *Change) error {
		if !o.Isolation.IsValid() {
			return Errorf(400, "Unsupported isolation: %q", string(o.Isolation))
		}
		if len(o.SecurityOpt) > 0 {
			return Errorf(400, "The daemon on this platform does not support setting security options on build")
		}
		if o.Squash {
			return Errorf(400, "squash is only supported with experimental mode")
		}
		tags, err := buildTags(o.Tags)
		if err != nil {
			return err
		}
		if o.Version == types.BuilderBuildKit {
			id, err = c.buildKit(ctx, request, tags, s)
		} else {
			id, err = c.buildClassic(ctx, request, s)
		}
		if err != nil {
			c.Keep() // what was made on the way stays
			return err
		}
		if o.Version == types.BuilderBuildKit {
			return nil
		}
		s.send(Message{Stream: "Successfully built " + short(id.String()) + "\n"})
		for _, t := range tags {
			if err := c.tag(id, t); err != nil {
				return err
			}
			s.send(Message{Stream: "Successfully tagged " + reference.FamiliarString(t) + "\n"})
		}
		return nil
	})
	if o.SuppressOutput {
		if err == nil {
			held = []Message{{Stream: id.String() + "\n"}}
		}
		s.to = to
		if to != nil {
			for _, m := range held {
				to(m)
			}
		}
	}
	var failed *buildError
	if errors.As(err, &failed) && s.sent {
		s.send(Message{Error: failed.answer.Text, ErrorDetail: &ErrorDetail{Code: failed.code, Message: failed.answer.Text}})
		return nil
	}
	if failed != nil {
		return failed.answer
	}
	return s.end(err)
}

// buildError is why a build failed; code is the status of its RUN.
type buildError struct {
	answer *Error
	code   int
}

func (e *buildError) Error() string { return e.answer.Text }

// buildTags reads the names that an image is to get, each once.
func buildTags(names []string) ([]reference.Named, error) {
	var tags []reference.Named
	seen := map[string]bool{}
	for _, n := range names {
		if n == "" {
			continue
		}
		ref, err := reference.ParseNormalizedNamed(n)
		if err != nil {
			return nil, &Error{500, err.Error()}
		}
		if _, ok := ref.(reference.Canonical); ok {
			return nil, Errorf(500, "build tag cannot contain a digest")
		}
		ref = reference.TagNameOnly(ref)
		if !seen[ref.String()] {
			seen[ref.String()] = true
			tags = append(tags, ref)
		}
	}
	return tags, nil
}
