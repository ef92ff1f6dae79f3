package assist

import (
	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
)

// Context is what is known around a file. The zero Context knows nothing.
type Context struct {
	// Options are those of the build: its arguments, and what base images set.
	Options dockerfile.Options
	// Files is the build context without what .dockerignore leaves out.
	Files vfs.Tree
	// Images are the names that FROM may use.
	Images []string
	// Image gives what is known of an image, false where it is not here.
	Image func(name string) (Image, bool)
	// Stage gives the files of a stage of the last build, as they were before
	// its nth instruction; false where that is not known.
	Stage func(index, n int) (vfs.Tree, bool)
}

// Image is what is told of an image.
type Image struct {
	Note  message.Message // what a stand-in stands for
	Files vfs.Tree
}

func (c *Context) image(name string) (Image, bool) {
	if c.Image == nil || name == "" {
		return Image{}, false
	}
	return c.Image(name)
}

// Edit puts a text in the place of a range of bytes of the file.
type Edit struct {
	From, To int
	Text     string
}
