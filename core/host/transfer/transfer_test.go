package transfer_test

import (
	"fmt"
	"slices"
	"testing"

	"layerlab.dev/core/host/transfer"
)

func TestPlay(t *testing.T) {
	for _, c := range []struct {
		name   string
		sizes  []int64
		places int
		rate   int64
		order  []int // in which the jobs are done
		waits  []int
	}{
		{"small ones are done first", []int64{1866000, 400400, 150}, 3, 0, []int{2, 1, 0}, nil},
		{"a fourth waits for a place", []int64{1065000, 293400, 610, 728}, 3, 0, []int{2, 3, 1, 0}, []int{3}},
		{"one place", []int64{500, 400, 300}, 1, 1000, []int{0, 1, 2}, []int{1, 2}},
		{"nothing to send", []int64{0, 0}, 3, 0, []int{0, 1}, nil},
		{"a slow link", []int64{3 << 20}, 3, 1 << 20, []int{0}, nil},
		{"slower than a byte each", []int64{5, 5, 5}, 3, 1, []int{0, 1, 2}, nil},
		{"none", nil, 3, 0, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := transfer.Play(c.sizes, c.places, c.rate)
			if !slices.IsSortedFunc(events, transfer.Order) {
				t.Error("not in the order of time")
			}
			var order, waits []int
			last := map[int]int64{}
			for _, e := range events {
				switch e.Kind {
				case transfer.Done:
					order = append(order, e.Job)
					if e.Done != c.sizes[e.Job] {
						t.Errorf("job %d is done with %d of %d bytes", e.Job, e.Done, c.sizes[e.Job])
					}
				case transfer.Waits:
					waits = append(waits, e.Job)
				case transfer.Advances:
					if e.Done <= last[e.Job] {
						t.Errorf("job %d went from %d to %d", e.Job, last[e.Job], e.Done)
					}
					last[e.Job] = e.Done
				}
			}
			if !slices.Equal(order, c.order) || !slices.Equal(waits, c.waits) {
				t.Errorf("order %v, want %v; waiting %v, want %v", order, c.order, waits, c.waits)
			}
		})
	}
}

// A link of a MiB a second needs three seconds for three MiB, and tells of it
// ten times a second.
func TestRate(t *testing.T) {
	events := transfer.Play([]int64{3 << 20}, 3, 1<<20)
	last := events[len(events)-1]
	if last.At < 3e9 || last.At > 3.001e9 {
		t.Errorf("%d ns", last.At)
	}
	if n := len(events); n < 30 || n > 34 {
		t.Errorf("%d events", n)
	}
	// Two share it.
	two := transfer.Play([]int64{1 << 20, 1 << 20}, 3, 1<<20)
	if at := two[len(two)-1].At; at < 2e9 || at > 2.001e9 {
		t.Errorf("%d ns for two", at)
	}
}

func TestChain(t *testing.T) {
	events := transfer.Chain([]int64{10, 10, 10}, []int64{500, 100, 2e9}, 1e9)
	got := ""
	for _, e := range events {
		if e.Kind == transfer.Done {
			got += fmt.Sprintf("%d@%d ", e.Job, e.At)
		}
	}
	if got != "0@510 1@520 2@2000000010 " {
		t.Error(got)
	}
}
