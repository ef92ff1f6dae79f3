package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Step is one line of a recorded session.
type Step struct {
	Post string `json:"post"`
	Step int    `json:"step"`
	// Kind is put, cd, silent, note or row.
	Kind string `json:"kind"`

	// Path and Entries are of put (and of an effect of silent): files below a
	// directory.
	Path    string  `json:"path"`
	Entries []Entry `json:"entries"`

	// Command is what was typed, Run what was run in its place.
	Command string            `json:"command"`
	Run     string            `json:"command_run"`
	Env     map[string]string `json:"env"`
	Stdin   []byte            `json:"stdin_base64"`
	Packed  []byte            `json:"stdin_gzip_base64"`
	TTY     bool              `json:"tty"`
	Cols    int               `json:"tty_cols"`
	Rows    int               `json:"tty_rows"`
	Typed   []string          `json:"tty_typed"`
	Refs    []Ref             `json:"refs"`
	UTC     string            `json:"utc"` // when the command ended

	// Sleep and what follows it are of note.
	Sleep   float64 `json:"sleep_seconds"`
	Service string  `json:"service"`
	State   string  `json:"state"`
	Port    int     `json:"port"`
	To      int     `json:"to"`
	Rate    int64   `json:"rate"`
}

// Entry is a file to be written.
type Entry struct {
	Path   string `json:"path"`
	Type   string `json:"type"`
	Mode   string `json:"mode"`
	MTime  int64  `json:"-"`
	Text   string `json:"text"`
	Base64 string `json:"base64"`
	Link   string `json:"linkname"`
}

// UnmarshalJSON reads times written as numbers or as texts.
func (e *Entry) UnmarshalJSON(b []byte) error {
	type plain Entry
	var x struct {
		plain
		MTime json.RawMessage `json:"mtime"`
	}
	if err := json.Unmarshal(b, &x); err != nil {
		return err
	}
	*e = Entry(x.plain)
	if len(x.MTime) == 0 {
		return nil
	}
	var err error
	e.MTime, err = strconv.ParseInt(string(bytes.Trim(x.MTime, `"`)), 10, 64)
	return err
}

// Ref tells how a reference is found from the end of an output.
type Ref struct {
	Ref     string `json:"ref"`
	FromEnd int    `json:"n_from_end"`
	Source  string `json:"source_command"`
}

// Read reads the steps of a session, gzipped or not.
func Read(r io.Reader) ([]Step, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	if head, err := in.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("session: %w", err)
		}
		in = bufio.NewReaderSize(z, 1<<16)
	}
	var steps []Step
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var s Step
			if err := json.Unmarshal(line, &s); err != nil {
				return nil, fmt.Errorf("session, line %d: %w", n, err)
			}
			steps = append(steps, s)
		}
		if err == io.EOF {
			return steps, nil
		}
		if err != nil {
			return nil, fmt.Errorf("session, line %d: %w", n, err)
		}
	}
}

// input returns what is fed to the command.
func (s *Step) input() ([]byte, error) {
	if len(s.Packed) > 0 {
		z, err := gzip.NewReader(bytes.NewReader(s.Packed))
		if err != nil {
			return nil, fmt.Errorf("stdin: %w", err)
		}
		return io.ReadAll(z)
	}
	return s.Stdin, nil
}

// ended returns the time of the step in ns, 0 where none is given.
func (s *Step) ended() (int64, error) {
	if s.UTC == "" {
		return 0, nil
	}
	t, err := time.Parse(time.RFC3339, s.UTC)
	if err != nil {
		return 0, fmt.Errorf("utc: %w", err)
	}
	return t.UnixNano(), nil
}

func (e *Entry) content() ([]byte, error) {
	if e.Base64 != "" {
		return base64.StdEncoding.DecodeString(e.Base64)
	}
	return []byte(e.Text), nil
}
