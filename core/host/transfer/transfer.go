package transfer

import "cmp"

// Kind says what an Event tells.
type Kind byte

// The kinds of events.
const (
	Waits    Kind = iota // all places on the link are taken
	Advances             // so much has come through
	Done
)

// Event is something that happens to a job.
type Event struct {
	Job  int // counted from 0
	Kind Kind
	Done int64 // bytes so far
	At   int64 // ns since the beginning
}

const (
	second = int64(1e9)
	// tick is how often a transfer tells how far it has come.
	tick = second / 10
	// fast is the bytes a second of a link without a limit.
	fast = int64(100e6)
	// chunk is how much comes through before the first tale of it.
	chunk = int64(32 << 10)
)

// Play sends jobs of the given sizes, in their order, over a link of rate bytes
// a second (0: without limit) that has so many places; those on it share it
// evenly. It returns the events in the order of their times.
func Play(sizes []int64, places int, rate int64) []Event {
	if rate <= 0 {
		rate = fast
	}
	var events []Event
	type job struct {
		n    int
		done int64
		next int64 // when it tells again; 0: once the first chunk is through
	}
	var on []*job
	now, begun := int64(0), 0
	begin := func() {
		for begun < len(sizes) && len(on) < places {
			on = append(on, &job{n: begun})
			begun++
		}
	}
	begin()
	for n := begun; n < len(sizes); n++ {
		events = append(events, Event{n, Waits, 0, now})
	}
	for len(on) > 0 {
		share := max(rate/int64(len(on)), 1)
		// How long until something is to be told.
		step := tick
		for _, j := range on {
			left := sizes[j.n] - j.done
			if j.next == 0 {
				left = min(left, max(chunk-j.done, 1))
			} else if j.next > now {
				step = min(step, j.next-now)
			}
			if left <= share { // within a second
				step = min(step, (left*second+share-1)/share)
			}
		}
		now += step
		var still []*job
		for _, j := range on {
			size := sizes[j.n]
			j.done = min(size, j.done+max(share/1000*step/(second/1000)+share%1000*step/second, 1))
			switch {
			case j.done >= size:
				if size > 0 {
					events = append(events, Event{j.n, Advances, size, now})
				}
				events = append(events, Event{j.n, Done, size, now})
				continue
			case j.next == 0 && j.done >= chunk, j.next > 0 && now >= j.next:
				events = append(events, Event{j.n, Advances, j.done, now})
				j.next = now + tick
			}
			still = append(still, j)
		}
		on = still
		begin()
	}
	return events
}

// Chain plays what is done to each job in turn, one after the other in their
// order, at rate bytes a second: none begins before it is ready (ready[n], ns),
// nor before the one before it is done.
func Chain(sizes, ready []int64, rate int64) []Event {
	var events []Event
	now := int64(0)
	for n, size := range sizes {
		now = max(now, ready[n])
		for _, e := range Play([]int64{size}, 1, rate) {
			events = append(events, Event{n, e.Kind, e.Done, now + e.At})
		}
		now = events[len(events)-1].At
	}
	return events
}

// Order compares events by their times.
func Order(a, b Event) int { return cmp.Compare(a.At, b.At) }
