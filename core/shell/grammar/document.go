package grammar

import "strings"

// Document is a here-document whose text is still to come.
type Document struct {
	Mark   string // the line that ends it
	quoted bool
	tabs   bool
	Line   int // of <<
}

// hereDocuments passes over the texts of the here-documents of the line that
// has ended.
func (g *Reading) hereDocuments() {
	docs := g.docs
	g.docs = nil
	for _, d := range docs {
		closed := false
		for g.pos < g.end && !closed {
			line := g.src[g.pos:g.end]
			if i := strings.IndexByte(line, '\n'); i >= 0 {
				line = line[:i]
			}
			text := line
			if d.tabs {
				text = strings.TrimLeft(text, "\t")
			}
			if text == d.Mark {
				g.pos = min(g.pos+len(line)+1, g.end)
				closed = true
				break
			}
			if d.quoted {
				g.pos = min(g.pos+len(line)+1, g.end)
				continue
			}
			g.document = true
			for g.pos < g.end {
				c := g.src[g.pos]
				g.pos++
				if c == '\n' {
					break
				}
				switch c {
				case '\\':
					g.pos = min(g.pos+1, g.end)
				case '$':
					g.dollar(true)
				case '`':
					g.backquote()
				}
			}
		}
		g.document = false
		if !closed {
			g.Unclosed = append(g.Unclosed, d)
		}
	}
}
