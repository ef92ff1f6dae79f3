package recorded

import (
	"regexp"
	"strings"
)

// wrappers are what BuildKit puts before the sentence that says what is wrong:
// the client, the solver and the place. Ours says the place in its own form.
var wrappers = regexp.MustCompile(`^(?:failed to solve: |failed to load LLB: |rpc error: code = \w+ desc = |` +
	`failed to (?:load|compute) cache key: |failed to calculate checksum of ref \S+ |error from sender: |` +
	`process ".*" did not complete successfully: |dockerfile parse error on line \d+: )+`)

// foreign are sentences of a kernel, a network or a process: what our machine
// says in their place is its own business.
var foreign = regexp.MustCompile(`(?:^|: )(?:no such file or directory|not a directory|file exists|operation not permitted|` +
	`device or resource busy|too many levels of symbolic links|unexpected EOF|no such host|git stderr:|exit code: \d+)$`)

// Says reports whether an error's text says what the recorded one says: the
// sentence of the frontend or solver without what is wrapped around it. An
// ellipsis in the recorded text stands for anything. Texts of the kernel and the
// network are not compared.
func Says(text, recorded string) bool {
	want := wrappers.ReplaceAllString(recorded, "")
	if foreign.MatchString(want) {
		return true
	}
	for part := range strings.SplitSeq(want, "…") {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return true
}
