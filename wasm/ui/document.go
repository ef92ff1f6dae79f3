package main

import "layerlab.dev/wasm/wire"

// Document shows the image's config or manifest.
type Document struct{ Part }

func (c *Document) doc() wire.Doc { return c.Lab.Docs[c.Lab.Tab] }

func (c *Document) about() string {
	d := c.doc()
	if d.Digest == "" {
		return c.Lab.W.LoadingRows
	}
	return c.Lab.W.DocOf(d.Digest, c.Lab.Size(d.Size))
}
