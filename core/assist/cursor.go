package assist

import (
	"sort"
	"strings"

	"layerlab.dev/core/dockerfile"
)

// cursor is a place in a file with the instruction around it.
type cursor struct {
	f  *dockerfile.File
	c  Context
	at int
	// line is the cursor's, first the one on which its instruction begins.
	line, first int
	comment     bool
	heredoc     bool
	in          *dockerfile.Instruction // nil where nothing was read there
	stage       *dockerfile.Stage       // nil before the first FROM
	nth         int                     // how many instructions of the stage come before
	joined      dockerfile.Joined
	// keyword is in upper case, "" while it is being typed. Of an ONBUILD it is
	// that of the instruction behind it.
	keyword string
	onbuild bool
	flags   []word
	// args are the words behind keyword and flags; the last is the one that ends
	// at the cursor, perhaps empty.
	args []word
	last word
}

// word is a piece of the joined line: its text as written, and where it begins.
type word struct {
	text string
	from int // offset in the source
}

func newCursor(f *dockerfile.File, at int, c Context) *cursor {
	k := &cursor{f: f, c: c, at: max(0, min(at, len(f.Source)))}
	k.line = f.Position(k.at).Line
	k.first = k.line
	for _, in := range f.Instructions {
		first, last := in.Location()
		if first > k.line {
			break
		}
		if k.line <= last || k.line == last+1 && f.GoesOn(last) && len(in.Heredocs) == 0 {
			k.in, k.first = in, first
		}
	}
	k.findStage()
	if k.in != nil {
		for _, h := range k.in.Heredocs {
			if k.line >= h.Body.Start.Line && k.line <= h.Close.End.Line {
				k.heredoc = true
			}
		}
	}
	text := f.Line(k.line)
	k.comment = strings.HasPrefix(strings.TrimSpace(text), "#")
	if !k.comment && !k.heredoc {
		k.split()
	}
	return k
}

// findStage finds the stage that the line is in.
func (k *cursor) findStage() {
	for _, s := range k.f.Stages {
		if s.From.Range.Start.Line > k.first {
			break
		}
		k.stage = s
	}
	if k.stage == nil {
		return
	}
	for _, in := range k.stage.Instructions {
		if in.Range.Start.Line < k.first {
			k.nth++
		}
	}
}

// split takes the instruction up to the cursor apart.
func (k *cursor) split() {
	k.joined = k.f.Join(k.first)
	j := k.joined
	n := sort.SearchInts(j.Offsets, k.at)
	text := j.Text[:n]
	words := splitWords(text)
	// What is typed next begins a word of its own behind a blank, and on a line
	// that goes on.
	if n == 0 || isBlank(text[n-1]) || j.Offsets[n-1]+1 < k.at {
		words = append(words, span{n, n})
	}
	all := make([]word, len(words))
	for i, w := range words {
		all[i] = word{text: text[w.from:w.to], from: k.at}
		if w.from < n {
			all[i].from = j.Offsets[w.from]
		}
	}
	k.last = all[len(all)-1]
	if len(all) < 2 {
		return
	}
	if strings.EqualFold(all[0].text, "ONBUILD") {
		k.onbuild = true
		if all = all[1:]; len(all) < 2 {
			return
		}
	}
	k.keyword = strings.ToUpper(all[0].text)
	k.take(all[1:])
	if k.keyword == "HEALTHCHECK" && len(k.args) > 1 && strings.EqualFold(k.args[0].text, "CMD") {
		k.keyword, k.args, k.flags = "CMD", k.args[1:], nil
	}
}

// take sorts words into flags and arguments.
func (k *cursor) take(words []word) {
	for len(words) > 1 && strings.HasPrefix(words[0].text, "--") {
		k.flags = append(k.flags, words[0])
		words = words[1:]
	}
	k.args = words
}

// flag gives the value of a flag before the cursor.
func (k *cursor) flag(name string) (string, bool) {
	for _, w := range k.flags {
		if value, ok := strings.CutPrefix(w.text, "--"+name+"="); ok {
			return strings.Trim(value, `"'`), true
		}
	}
	return "", false
}

type span struct{ from, to int }

// splitWords cuts at blanks outside of quotes.
func splitWords(text string) []span {
	var words []span
	from, quote := -1, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case isBlank(c):
			if from >= 0 {
				words = append(words, span{from, i})
				from = -1
			}
			continue
		case c == '"' || c == '\'':
			quote = c
		case c == '\\' && i+1 < len(text):
			if from < 0 {
				from = i
			}
			i++
		}
		if from < 0 {
			from = i
		}
	}
	if from >= 0 {
		words = append(words, span{from, len(text)})
	}
	return words
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// lower tells whether the file is written in lower case, for the most part.
func lower(f *dockerfile.File) bool {
	up, low := 0, 0
	for _, in := range f.Instructions {
		switch word := f.Text(in.KeywordRange); word {
		case strings.ToUpper(word):
			up++
		case strings.ToLower(word):
			low++
		}
	}
	return low > up
}
