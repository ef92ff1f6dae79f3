package host

import (
	"encoding/json"
	"fmt"
	"strings"

	units "github.com/docker/go-units"
)

// stream sends the messages of an operation. What fails before the first of them
// is the answer to the request, what fails later is the stream's last message.
type stream struct {
	to   Progress
	sent bool
}

func (s *stream) send(m Message) {
	s.sent = true
	if s.to != nil {
		s.to(m)
	}
}

// say sends a line that has no bar.
func (s *stream) say(id, format string, a ...any) {
	s.send(Message{ID: id, Status: fmt.Sprintf(format, a...)})
}

// update sends what is done with the thing called id.
func (s *stream) update(id, status string) {
	s.send(Message{ID: id, Status: status, Detail: &Detail{}})
}

// advance sends how far it has come.
func (s *stream) advance(id, status string, current, total int64) {
	s.send(Message{ID: id, Status: status, Detail: &Detail{Current: current, Total: total}, Progress: bar(current, total)})
}

// aux sends data.
func (s *stream) aux(id string, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // the API's own types
	}
	m := json.RawMessage(raw)
	s.send(Message{ID: id, Aux: &m})
}

// end turns what an operation ends with into its answer.
func (s *stream) end(err error) error {
	if err == nil || !s.sent {
		return err
	}
	s.send(Message{Error: err.Error(), ErrorDetail: &ErrorDetail{Message: err.Error()}})
	return nil
}

// bar is how far something has come, drawn for a terminal of 200 columns: the
// form that old clients show.
func bar(current, total int64) string {
	switch {
	case current <= 0 && total <= 0:
		return ""
	case total <= 0:
		return fmt.Sprintf("%8v", units.HumanSize(float64(current)))
	}
	n := min(int(float64(current)/float64(total)*100)/2, 50)
	box := "[" + strings.Repeat("=", n) + ">" + strings.Repeat(" ", 50-n) + "] "
	if current > total {
		return box + fmt.Sprintf("%8v", units.HumanSize(float64(current)))
	}
	return box + fmt.Sprintf("%8v/%v", units.HumanSize(float64(current)), units.HumanSize(float64(total)))
}
