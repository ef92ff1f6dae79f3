package formatter

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Context says how a list is printed.
type Context struct {
	// Today: the forms of Engine 29.
	Today  bool
	Output io.Writer
	// Format is a template; with "table" before it, columns with headings.
	Format string
	Trunc  bool      // short ids, long cells cut
	Now    time.Time // what "ago" is counted from
}

// IsTable reports whether the format is a table's.
func IsTable(format string) bool { return strings.HasPrefix(format, "table") }

// row is a line of a list, as templates see it.
type row interface {
	// field gives the value of .NAME, what a template would call the method for.
	field(name string) (string, bool)
}

// header are the headings of columns.
type header map[string]string

// Label is the heading of `.Label "name"`.
func (h header) Label(name string) string {
	return strings.NewReplacer("-", " ", "_", " ").Replace(name[strings.LastIndexByte(name, '.')+1:])
}

// Write prints rows. Formats of plain columns, which are most, are printed
// without a template.
func (c Context) write(h header, rows []row) error {
	format := strings.Trim(strings.TrimPrefix(c.Format, "table"), " ")
	if !IsTable(c.Format) {
		format = strings.Trim(c.Format, " ")
	}
	format = strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(format)
	if columns, ok := plain(format, h); ok {
		return c.writePlain(columns, h, rows)
	}
	t, err := Parse(format)
	if err != nil {
		return fmt.Errorf("template parsing error: %w", err)
	}
	var body bytes.Buffer
	for _, r := range rows {
		if err := t.Execute(&body, r); err != nil {
			return fmt.Errorf("template parsing error: %w", renamed(err))
		}
		body.WriteByte('\n')
	}
	if !IsTable(c.Format) {
		_, err := body.WriteTo(c.Output)
		return err
	}
	w := table(c.Output)
	_ = t.Funcs(headerFunctions).Execute(w, h) // a heading that cannot be made is left out
	io.WriteString(w, "\n")
	body.WriteTo(w)
	return w.Flush()
}

func table(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 10, 1, 3, ' ', 0) }

// plain cuts a format such as {{.ID}}\t{{.Size}} into its fields.
func plain(format string, h header) ([]string, bool) {
	columns := strings.Split(format, "\t")
	for i, c := range columns {
		name, ok := strings.CutPrefix(c, "{{.")
		if !ok {
			return nil, false
		}
		if name, ok = strings.CutSuffix(name, "}}"); !ok || h[name] == "" {
			return nil, false
		}
		columns[i] = name
	}
	return columns, true
}

func (c Context) writePlain(columns []string, h header, rows []row) error {
	var out interface {
		io.Writer
		io.StringWriter
		Flush() error
	} = bufio.NewWriter(c.Output)
	if IsTable(c.Format) {
		cells := make([]string, 0, (len(rows)+1)*len(columns))
		for _, name := range columns {
			cells = append(cells, h[name])
		}
		for _, r := range rows {
			for _, name := range columns {
				v, _ := r.field(name)
				cells = append(cells, v)
			}
		}
		return align(c.Output, slices.Collect(slices.Chunk(cells, len(columns))))
	}
	for _, r := range rows {
		for i, name := range columns {
			if i > 0 {
				out.WriteString("\t")
			}
			v, _ := r.field(name)
			out.WriteString(v)
		}
		out.WriteString("\n")
	}
	return out.Flush()
}

// align writes lines with their columns padded as text/tabwriter does with a
// cell of at least 10 and a padding of 3: what holds a tab, a line's end or a
// form feed goes through that.
func align(to io.Writer, lines [][]string) error {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			if strings.ContainsAny(cell, "\t\n\v\f") {
				w := table(to)
				for _, line := range lines {
					io.WriteString(w, strings.Join(line, "\t")+"\n")
				}
				return w.Flush()
			}
			widths[i] = max(widths[i], columns(cell))
		}
	}
	size := 0
	for i, n := range widths {
		if n > 0 && i < len(widths)-1 {
			widths[i] = max(10, n+3)
		}
	}
	for _, line := range lines {
		for i, cell := range line {
			size += len(cell) + widths[i]
		}
	}
	b := make([]byte, 0, size+len(lines))
	for _, line := range lines {
		for i, cell := range line {
			b = append(b, cell...)
			if i < len(line)-1 {
				for n := widths[i] - columns(cell); n > 0; n-- {
					b = append(b, ' ')
				}
			}
		}
		b = append(b, '\n')
	}
	_, err := to.Write(b)
	return err
}

// columns is the number of characters, as text/tabwriter counts.
func columns(s string) (n int) {
	for i := 0; i < len(s); i++ {
		if s[i]&0xc0 != 0x80 {
			n++
		}
	}
	return n
}

// methods makes of a row what {{json .}} prints: every method without arguments.
func methods(r any) ([]byte, error) {
	v := reflect.ValueOf(r)
	m := map[string]any{}
	for i := range v.NumMethod() {
		name := v.Type().Method(i).Name
		t := v.Method(i).Type()
		if t.NumIn() == 0 && t.NumOut() == 1 && name != "FullHeader" && name != "String" {
			m[name] = v.Method(i).Call(nil)[0].Interface()
		}
	}
	return json.Marshal(m)
}

// renamed puts docker's name of a row's type into a template's error.
func renamed(err error) error {
	text := err.Error()
	for ours, docker := range map[string]string{
		"*formatter.historyContext": "*image.historyContext",
		"*formatter.networkContext": "*network.networkContext",
		"*formatter.diffContext":    "*container.diffContext",
	} {
		text = strings.ReplaceAll(text, ours, docker)
	}
	if text == err.Error() {
		return err
	}
	return fmt.Errorf("%s", text)
}
