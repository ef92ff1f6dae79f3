package option

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/docker/docker/api/types/container"
)

// Pairs makes a map of NAME=VALUE.
func Pairs(list []string) map[string]string {
	m := make(map[string]string, len(list))
	for _, v := range list {
		name, value, _ := strings.Cut(v, "=")
		m[name] = value
	}
	return m
}

// PairsOrNil makes a map of NAME=VALUE, nil for a NAME alone.
func PairsOrNil(list []string) map[string]*string {
	m := make(map[string]*string, len(list))
	for _, v := range list {
		name, value, given := strings.Cut(v, "=")
		if m[name] = nil; given {
			m[name] = &value
		}
	}
	return m
}

// ParseFile reads the lines NAME=VALUE of --env-file or --label-file. environ
// gives the value of a NAME alone; nil: such lines are left out.
func ParseFile(name string, content []byte, environ func(string) string) ([]string, error) {
	var lines []string
	scanner := bufio.NewScanner(bytes.NewReader(content))
	for n := 1; scanner.Scan(); n++ {
		line := scanner.Bytes()
		if !utf8.Valid(line) {
			return nil, fmt.Errorf("env file %s contains invalid utf8 bytes at line %d: %v", name, n, line)
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		text := strings.TrimLeftFunc(string(line), unicode.IsSpace)
		if text == "" || text[0] == '#' {
			continue
		}
		variable, value, given := strings.Cut(text, "=")
		variable = strings.TrimLeft(variable, " \t")
		if strings.ContainsAny(variable, " \t") {
			return nil, fmt.Errorf("poorly formatted environment: variable '%s' contains whitespaces", variable)
		}
		if variable == "" {
			return nil, fmt.Errorf("poorly formatted environment: no variable name on line '%s'", text)
		}
		if given {
			lines = append(lines, variable+"="+value)
		} else if environ != nil && environ(text) != "" {
			lines = append(lines, strings.TrimSpace(text)+"="+environ(text))
		}
	}
	return lines, scanner.Err()
}

// RestartPolicy reads NAME[:COUNT].
func RestartPolicy(v string) (container.RestartPolicy, error) {
	name, count, given := strings.Cut(v, ":")
	p := container.RestartPolicy{}
	if strings.Contains(count, ":") {
		return p, errors.New("invalid restart policy format")
	}
	if given {
		n, err := strconv.Atoi(count)
		if err != nil {
			return p, errors.New("maximum retry count must be an integer")
		}
		p.MaximumRetryCount = n
	}
	p.Name = name
	return p, nil
}
