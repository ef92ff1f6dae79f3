package assist

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"layerlab.dev/core/dockerfile"
	"layerlab.dev/core/message"
)

// Naming is the name of a stage with every place where it is written.
type Naming struct {
	Name   string
	Places []Edit // Text is the name as written there
}

// StageName gives the name of the stage that is written at the byte offset at:
// behind AS, in FROM, in --from of COPY or ADD, or in from= of a mount.
func StageName(f *dockerfile.File, at int) (Naming, bool) {
	for _, s := range f.Stages {
		if s.Name == "" {
			continue
		}
		list := places(f, s)
		if slices.ContainsFunc(list, func(e Edit) bool { return e.From <= at && at <= e.To }) {
			return Naming{Name: s.Name, Places: list}, true
		}
	}
	return Naming{}, false
}

var (
	stageNamePattern = regexp.MustCompile(`^[a-z][a-z0-9-_.]*$`)
	badName          = message.New("assist.bad-name", "A stage's name begins with a letter and has lower case letters, digits, dash, underscore and dot.")
	takenName        = message.New("assist.taken-name", "There is a stage %s already.")
	reservedName     = message.New("assist.reserved-name", "%s means something else in FROM.")
)

// CheckStageName tells why a name cannot be that of a stage; the zero Message
// where it can.
func CheckStageName(f *dockerfile.File, name, instead string) message.Message {
	switch {
	case !stageNamePattern.MatchString(name):
		return badName.With()
	case name == "scratch" || name == "context":
		return reservedName.With(name)
	case name != instead && slices.ContainsFunc(f.Stages, func(s *dockerfile.Stage) bool { return s.Name == name }):
		return takenName.With(name)
	}
	return message.Message{}
}

func stageNumber(s *dockerfile.Stage) string { return strconv.Itoa(s.Index) }

var mountFrom = regexp.MustCompile(`(?:^|,)from=([^,"']*)`)

// places are all places where the name of a stage is written. A name that is
// given twice means the nearest stage above.
func places(f *dockerfile.File, s *dockerfile.Stage) []Edit {
	if s.Name == "" || s.From == nil {
		return nil
	}
	var out []Edit
	add := func(from int, text string) { out = append(out, Edit{From: from, To: from + len(text), Text: text}) }
	words := wordsOf(f, s.From)
	if n := len(words); n >= 3 && strings.EqualFold(words[n-1].text, s.Name) {
		add(words[n-1].from, words[n-1].text)
	}
	for _, other := range f.Stages[s.Index+1:] {
		if words := wordsOf(f, other.From); len(words) > 1 && strings.EqualFold(words[1].text, s.Name) && stageNamed(f, s.Name, other.Index) == s {
			add(words[1].from, words[1].text)
		}
		for _, in := range other.Instructions {
			if stageNamed(f, s.Name, other.Index) != s {
				break
			}
			for _, flag := range in.Flags {
				value := f.Offset(flag.ValueRange.Start)
				switch {
				case flag.Name == "from" && strings.EqualFold(flag.Value, s.Name):
					add(value+strings.Index(f.Text(flag.ValueRange), flag.Value), flag.Value)
				case flag.Name == "mount":
					for _, m := range mountFrom.FindAllStringSubmatchIndex(f.Text(flag.ValueRange), -1) {
						if name := f.Text(flag.ValueRange)[m[2]:m[3]]; strings.EqualFold(name, s.Name) {
							add(value+m[2], name)
						}
					}
				}
			}
		}
	}
	return out
}

// wordsOf are the words of an instruction without its flags, the keyword first.
func wordsOf(f *dockerfile.File, in *dockerfile.Instruction) []word {
	first, _ := in.Location()
	j := f.Join(first)
	var out []word
	for _, w := range splitWords(j.Text) {
		text := j.Text[w.from:w.to]
		if strings.HasPrefix(text, "--") && len(out) == 1 {
			continue
		}
		out = append(out, word{text: text, from: j.Offsets[w.from]})
	}
	return out
}
