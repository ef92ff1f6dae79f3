package dialect

// Dialect is the language of an image's shell.
type Dialect int

// The dialects.
const (
	Ash  Dialect = iota // busybox
	Dash                // Debian's and Ubuntu's /bin/sh
	Bash
)

var keywords = map[string]bool{"!": true, "case": true, "do": true, "done": true, "elif": true, "else": true, "esac": true,
	"fi": true, "for": true, "if": true, "in": true, "then": true, "until": true, "while": true, "{": true, "}": true}

// Keyword reports whether a word is one of the shell's own in every dialect.
func Keyword(w string) bool { return keywords[w] }

// Name reports whether v can be the name of a variable.
func Name(v string) bool {
	if v == "" || v[0] >= '0' && v[0] <= '9' {
		return false
	}
	for i := range len(v) {
		if !NameByte(v[i]) {
			return false
		}
	}
	return true
}

// NameByte reports whether c can stand in a name; a digit not at its beginning.
func NameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
