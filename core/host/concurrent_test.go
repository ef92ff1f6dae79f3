package host_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/docker/docker/api/types"
)

// Clients come at once: operations wait for each other, readers see a whole
// State, and nothing is lost.
func TestConcurrentClients(t *testing.T) {
	h, _ := newHost(t)
	pull(t, h, "alpine")
	files := lesson(t)
	var wait sync.WaitGroup
	for n := range 8 {
		wait.Add(2)
		go func() {
			defer wait.Done()
			for i := range 10 {
				if err := h.ImageTag("alpine", fmt.Sprintf("c%d:%d", n, i)); err != nil {
					t.Error(err)
				}
			}
			build(t, h, files, types.ImageBuildOptions{Tags: []string{fmt.Sprintf("b%d", n)}})
			pull(t, h, "nginx")
		}()
		go func() {
			defer wait.Done()
			for range 20 {
				list, err := h.ImageList(types.ImageListOptions{All: true})
				if err != nil || len(list) == 0 {
					t.Errorf("%d images: %v", len(list), err)
				}
				s := h.State()
				for _, i := range s.Store.Images() {
					if _, err := s.Store.Tree(i.Chain); err != nil {
						t.Error(err)
					}
				}
			}
		}()
	}
	wait.Wait()
	s := h.State()
	if got := s.Store.ImageCount(); got != 6 {
		t.Errorf("%d images, want alpine, nginx and the four of the lesson", got)
	}
	names := 0
	for range s.Store.References() {
		names++
	}
	// Tags of alpine, of the builds and of what was pulled, with two digests.
	if names != 8*10+8+2+2 {
		t.Errorf("%d names", names)
	}
}
