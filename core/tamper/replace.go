package tamper

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// replace puts other values into a JSON document and leaves every other byte as
// it is. Values are named by their path, such as ".layers.0.size", and given as
// JSON. A path that is not there is an error.
func replace(doc []byte, values map[string]string) ([]byte, error) {
	type level struct {
		array bool
		key   string
		n     int
		value bool // a value comes next, not a key
	}
	var stack []level
	var out bytes.Buffer
	copied, done := 0, 0
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	for d.More() || len(stack) > 0 {
		before := int(d.InputOffset())
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		if delim, ok := token.(json.Delim); ok && (delim == ']' || delim == '}') {
			stack = stack[:len(stack)-1]
			continue
		}
		if len(stack) > 0 {
			top := &stack[len(stack)-1]
			if !top.array && !top.value {
				top.key, top.value = token.(string), true
				continue
			}
			if top.array {
				top.key, top.n = strconv.Itoa(top.n), top.n+1
			}
			top.value = false
		}
		if delim, ok := token.(json.Delim); ok {
			stack = append(stack, level{array: delim == '['})
			continue
		}
		var path strings.Builder
		for _, l := range stack {
			path.WriteString("." + l.key)
		}
		value, ok := values[path.String()]
		if !ok {
			continue
		}
		start := before + len(doc[before:d.InputOffset()]) - len(bytes.TrimLeft(doc[before:d.InputOffset()], " \t\r\n,:"))
		out.Write(doc[copied:start])
		out.WriteString(value)
		copied = int(d.InputOffset())
		done++
	}
	if done != len(values) {
		return nil, fmt.Errorf("%d of %d values are in the document", done, len(values))
	}
	out.Write(doc[copied:])
	return out.Bytes(), nil
}
