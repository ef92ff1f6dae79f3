package classic

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"layerlab.dev/core/dockerfile"
)

// lexer puts the values of variables into words as dockerd 20.10 does: with the
// expansions of its time, and BuildKit's lexer for what both have.
type lexer struct {
	escape rune
	lex    *shell.Lex
	vars   *dockerfile.Env
}

func newLexer(escape rune, env []string) *lexer {
	return &lexer{escape, shell.NewLex(escape), dockerfile.NewEnv(env...)}
}

// word expands a word to one.
func (l *lexer) word(w string) (string, error) {
	if err := l.check(w); err != nil {
		return "", err
	}
	out, _, err := l.lex.ProcessWord(w, l.vars)
	return out, err
}

// words expands a word and splits what comes out.
func (l *lexer) words(w string) ([]string, error) {
	if err := l.check(w); err != nil {
		return nil, err
	}
	return l.lex.ProcessWords(w, l.vars)
}

// check refuses the expansions that are younger than 20.10.
func (l *lexer) check(w string) error {
	s := scanner{text: []rune(w), escape: l.escape}
	if err := s.until(0); err != nil {
		return fmt.Errorf("failed to process %q: %w", w, err)
	}
	return nil
}

type scanner struct {
	text   []rune
	escape rune
	at     int
}

const end rune = -1

func (s *scanner) peek() rune {
	if s.at >= len(s.text) {
		return end
	}
	return s.text[s.at]
}

func (s *scanner) next() rune {
	c := s.peek()
	s.at++
	return c
}

// until passes over a word that ends with stop, 0 for the end of the text.
func (s *scanner) until(stop rune) error {
	for {
		c := s.next()
		switch {
		case c == end:
			if stop != 0 {
				return errors.New("syntax error: missing '}'")
			}
			return nil
		case stop != 0 && c == stop:
			return nil
		case c == '\'':
			for c = s.next(); c != '\'' && c != end; c = s.next() {
			}
		case c == '"':
			for c = s.next(); c != '"' && c != end; c = s.next() {
				if c == s.escape {
					s.next()
				} else if c == '$' {
					if err := s.dollar(); err != nil {
						return err
					}
				}
			}
		case c == s.escape:
			s.next()
		case c == '$':
			if err := s.dollar(); err != nil {
				return err
			}
		}
	}
}

// dollar passes over what follows a $.
func (s *scanner) dollar() error {
	if s.peek() != '{' {
		return nil // a plain name is read as other text
	}
	s.next()
	switch s.peek() {
	case end:
		return errors.New("syntax error: missing '}'")
	case '{', '}', ':':
		return errors.New("syntax error: bad substitution")
	}
	s.name()
	switch s.next() {
	case '}':
		return nil
	case '?':
		return s.until('}')
	case ':':
		m := s.next()
		if err := s.until('}'); err != nil {
			return err
		}
		if !strings.ContainsRune("+-?", m) {
			return fmt.Errorf("unsupported modifier (%c) in substitution", m)
		}
		return nil
	}
	return errors.New("missing ':' in substitution")
}

func (s *scanner) name() {
	first := s.peek()
	switch {
	case unicode.IsDigit(first):
		for unicode.IsDigit(s.peek()) {
			s.next()
		}
		return
	case strings.ContainsRune("@*#?-$!", first):
		s.next()
		return
	}
	for c := s.peek(); unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_'; c = s.peek() {
		s.next()
	}
}
