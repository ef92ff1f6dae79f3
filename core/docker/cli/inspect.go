package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/template"

	"layerlab.dev/core/docker/formatter"
)

// Inspect prints objects as JSON, or each through a template. get returns an
// object and the daemon's JSON of it, which may be nil.
func (s *Session) Inspect(names []string, format string, get func(name string) (any, []byte, error)) error {
	var in inspector = &indented{}
	if format == "json" && s.Version == "29" {
		in = &indented{compact: true}
	} else if format != "" {
		t, err := formatter.Parse(format)
		if err != nil {
			return StatusError{"template parsing error: " + err.Error(), 64}
		}
		in = &templated{template: t}
	}
	var failed []string
	for _, name := range names {
		v, raw, err := get(name)
		if err == nil {
			err = in.add(v, raw)
		}
		if err != nil {
			failed = append(failed, err.Error())
		}
	}
	if err := in.flush(s.Stdout); err != nil {
		fmt.Fprintln(s.Stderr, err)
	}
	if failed != nil {
		return StatusError{strings.Join(failed, "\n"), 1}
	}
	return nil
}

type inspector interface {
	add(v any, raw []byte) error
	flush(to io.Writer) error
}

type templated struct {
	template *template.Template
	out      bytes.Buffer
}

// add prints an object. What its Go form does not have may be in the daemon's
// JSON, where a key that is missing is an error.
func (t *templated) add(v any, raw []byte) error {
	var b bytes.Buffer
	err := t.template.Execute(&b, v)
	if err != nil && raw != nil {
		var doc any
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if err := d.Decode(&doc); err != nil {
			return fmt.Errorf("unable to read inspect data: %w", err)
		}
		b.Reset()
		err = t.template.Option("missingkey=error").Execute(&b, doc)
	}
	if err != nil {
		return fmt.Errorf("template parsing error: %w", err)
	}
	t.out.Write(b.Bytes())
	t.out.WriteByte('\n')
	return nil
}

func (t *templated) flush(to io.Writer) error {
	if t.out.Len() == 0 {
		t.out.WriteByte('\n')
	}
	_, err := t.out.WriteTo(to)
	return err
}

type indented struct {
	compact bool
	raw     [][]byte
	values  []any
}

func (i *indented) add(v any, raw []byte) error {
	if raw != nil {
		i.raw = append(i.raw, raw)
	} else {
		i.values = append(i.values, v)
	}
	return nil
}

func (i *indented) flush(to io.Writer) error {
	var b bytes.Buffer
	switch {
	case i.raw != nil:
		if i.compact {
			if err := json.Compact(&b, []byte("["+string(bytes.Join(i.raw, []byte(",")))+"]")); err != nil {
				return err
			}
		} else if err := json.Indent(&b, []byte("["+string(bytes.Join(i.raw, []byte(",")))+"]"), "", "    "); err != nil {
			return err
		}
	case i.values != nil:
		text, err := json.MarshalIndent(i.values, "", "    ")
		if err != nil {
			return err
		}
		b.Write(text)
	default:
		b.WriteString("[]")
	}
	b.WriteByte('\n')
	_, err := b.WriteTo(to)
	return err
}
