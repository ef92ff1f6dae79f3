package main

import (
	"log/slog"
	"net/http"
	"time"
)

// patience is how long one piece of an answer may wait for its reader, and pace
// what a reader takes at least, in bytes a second after the first minute: one
// that takes a byte now and then would keep an answer under way for days.
const (
	patience = time.Minute
	pace     = 4 << 10
)

// watched logs what is asked, and gives up on readers who take nothing.
func watched(site http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		seen := &writer{ResponseWriter: w, deadlines: http.NewResponseController(w), begin: begin}
		site.ServeHTTP(seen, r)
		log.DebugContext(r.Context(), "request", "method", r.Method, "path", r.URL.Path,
			"status", seen.status, "bytes", seen.bytes, "took", time.Since(begin).Round(time.Microsecond))
	})
}

// writer counts what is written.
type writer struct {
	http.ResponseWriter
	deadlines *http.ResponseController
	begin     time.Time
	status    int
	bytes     int64
}

func (w *writer) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(b []byte) (int, error) {
	// Where a connection has no deadlines it has none to miss.
	_ = w.deadlines.SetWriteDeadline(w.deadline(time.Now()))
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// deadline is until when the next piece must be taken. Where a registry made
// the answer late a reader still has a second for each.
func (w *writer) deadline(now time.Time) time.Time {
	at := w.begin.Add(patience + time.Duration(w.bytes/pace)*time.Second)
	if piece := now.Add(patience); piece.Before(at) {
		at = piece
	}
	if least := now.Add(time.Second); least.After(at) {
		at = least
	}
	return at
}
