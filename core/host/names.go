package host

import (
	_ "embed"
	"fmt"
	"strings"
)

// names holds the words that docker makes the names of containers of
// (pkg/namesgenerator): what comes first, an empty line, what comes last.
//
//go:embed names.txt
var names string

var firstWords, lastWords = func() (first, last []string) {
	a, b, _ := strings.Cut(names, "\n\n")
	return strings.Fields(a), strings.Fields(b)
}()

// DrawName draws a name for a container that no other has.
func (s *State) DrawName() string {
	for try := 0; ; try++ {
		name := firstWords[s.Random.Below(len(firstWords))] + "_" + lastWords[s.Random.Below(len(lastWords))]
		if name == "boring_wozniak" { // docker's own exception
			continue
		}
		if try > 0 {
			name += fmt.Sprint(s.Random.Below(10))
		}
		if _, taken := s.ContainerNames.Get(name); !taken {
			return name
		}
	}
}
