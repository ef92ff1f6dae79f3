package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"layerlab.dev/site/edge"
)

// Shares keeps the texts of share links in a folder, a file each, up to a
// number of bytes.
type Shares struct {
	root *os.Root
	most int64
	mu   sync.Mutex
	used int64
}

var _ edge.Store = (*Shares)(nil)

// OpenShares opens or makes the folder; most is the bytes that all texts may
// have together.
func OpenShares(folder string, most int64) (*Shares, error) {
	root, err := openFolder(folder)
	if err != nil {
		return nil, fmt.Errorf("the folder of share links: %w", err)
	}
	s := &Shares{root: root, most: most}
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			s.used += info.Size()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the folder of share links: %w", err)
	}
	return s, nil
}

func openFolder(folder string) (*os.Root, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	return os.OpenRoot(folder)
}

// shareFile spreads the texts over folders, by the first digits of their ids.
func shareFile(id string) string { return filepath.Join(id[:2], id+".txtar") }

// Get reads a text.
func (s *Shares) Get(_ context.Context, id string) ([]byte, error) {
	return s.root.ReadFile(shareFile(id))
}

// Put writes a text, so that it is there whole or not at all.
func (s *Shares) Put(_ context.Context, id string, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := shareFile(id)
	if _, err := s.root.Stat(name); err == nil {
		return nil
	}
	size := int64(len(text))
	if s.used+size > s.most {
		return edge.ErrFull
	}
	if err := s.root.Mkdir(id[:2], 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	part := name + ".part"
	if err := s.root.WriteFile(part, text, 0o600); err != nil {
		return err
	}
	if err := s.root.Rename(part, name); err != nil {
		return err
	}
	s.used += size
	return nil
}

// Memory keeps share links until the program ends.
type Memory struct {
	most  int64
	mu    sync.Mutex
	used  int64
	texts map[string][]byte
}

var _ edge.Store = (*Memory)(nil)

// NewMemory holds up to most bytes.
func NewMemory(most int64) *Memory { return &Memory{most: most, texts: map[string][]byte{}} }

// Get gives a text.
func (m *Memory) Get(_ context.Context, id string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text, ok := m.texts[id]
	if !ok {
		return nil, fmt.Errorf("share %s: %w", id, fs.ErrNotExist)
	}
	return text, nil
}

// Put keeps a text.
func (m *Memory) Put(_ context.Context, id string, text []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.texts[id]; ok {
		return nil
	}
	if m.used+int64(len(text)) > m.most {
		return edge.ErrFull
	}
	m.used += int64(len(text))
	m.texts[id] = text
	return nil
}
