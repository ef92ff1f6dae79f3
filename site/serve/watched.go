package main

import (
	"log/slog"
	"net/http"
	"time"
)

// patience is how long one piece of an answer may wait for its reader.
const patience = time.Minute

// watched logs what is asked, and gives up on readers who take nothing.
func watched(site http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		seen := &writer{ResponseWriter: w, deadlines: http.NewResponseController(w)}
		site.ServeHTTP(seen, r)
		log.DebugContext(r.Context(), "request", "method", r.Method, "path", r.URL.Path,
			"status", seen.status, "bytes", seen.bytes, "took", time.Since(begin).Round(time.Microsecond))
	})
}

// writer counts what is written.
type writer struct {
	http.ResponseWriter
	deadlines *http.ResponseController
	status    int
	bytes     int64
}

func (w *writer) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(b []byte) (int, error) {
	// Where a connection has no deadlines it has none to miss.
	_ = w.deadlines.SetWriteDeadline(time.Now().Add(patience))
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}
