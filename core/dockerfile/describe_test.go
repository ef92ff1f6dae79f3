package dockerfile_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// describe writes the exported fields of a command, so that two readings of
// one instruction can be compared. FlagsUsed has no order of its own.
func describe(cmd instructions.Command) string {
	v := reflect.ValueOf(cmd).Elem()
	var b strings.Builder
	fmt.Fprintf(&b, "%T %s %v", cmd, cmd, cmd.Location())
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		value := v.Field(i).Interface()
		if names, ok := value.([]string); ok && field.Name == "FlagsUsed" {
			value = slices.Sorted(slices.Values(names))
		}
		fmt.Fprintf(&b, " %s=%#v", field.Name, indirect(value))
	}
	return b.String()
}

// indirect follows a pointer, for what it points to is compared.
func indirect(v any) any {
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Pointer && !r.IsNil() {
		return r.Elem().Interface()
	}
	if args, ok := v.([]instructions.KeyValuePairOptional); ok {
		var s []string
		for _, a := range args {
			s = append(s, fmt.Sprintf("%s %t %q", a.String(), a.Value != nil, a.DocComment))
		}
		return s
	}
	return v
}
