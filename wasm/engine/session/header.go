package session

import (
	"archive/tar"
	"fmt"
	"strings"

	"layerlab.dev/core/tarheader"
	"layerlab.dev/wasm/wire"
)

// layerOf finds a step that has a layer.
func (s *Session) layerOf(id string) (*step, error) {
	st, err := s.step(id)
	if err == nil && st.layer == nil {
		err = saysNoLayer.Error()
	}
	return st, err
}

// header answers a HeaderQuery.
func (s *Session) header(q wire.HeaderQuery) (wire.Header, error) {
	st, err := s.layerOf(q.Step)
	if err != nil {
		return wire.Header{}, err
	}
	m, err := st.layer.Member(s.context(), q.Index)
	if err != nil {
		return wire.Header{}, err
	}
	e := st.layer.Entries()[q.Index]
	out := wire.Header{Name: e.Name, Offset: m.Offset, Bytes: m.Header, Blocks: []wire.HeaderBlock{}}
	if e.Type == tar.TypeReg {
		out.Content = e.Size
		out.Padding = (512 - e.Size%512) % 512
	}
	blocks, err := tarheader.Annotate(m.Header)
	if err != nil {
		return wire.Header{}, fmt.Errorf("%s: %w", e.Name, err)
	}
	for _, b := range blocks {
		block := wire.HeaderBlock{Kind: b.Kind, Offset: b.Offset, Size: b.Size, Stored: b.Stored, Computed: b.Computed}
		for _, f := range b.Fields {
			if len(f.Value) > 400 || strings.ToValidUTF8(f.Value, "") != f.Value {
				f.Value = strings.ToValidUTF8(f.Value[:min(len(f.Value), 400)], "\ufffd")
			}
			block.Fields = append(block.Fields, wire.HeaderField(f))
		}
		out.Blocks = append(out.Blocks, block)
	}
	return out, nil
}
