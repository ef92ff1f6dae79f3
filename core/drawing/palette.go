package drawing

import (
	"fmt"
	"strings"
)

// colour is a token of the page's style sheet in its light and dark theme.
type colour struct{ light, dark string }

// palette holds the tokens of site/web/style/tokens.css that are used here.
var palette = map[string]colour{
	"paper-2":   {"#f4f1e9", "#1d1b18"},
	"line-2":    {"#b9b09b", "#5c5548"},
	"ink":       {"#1f1c17", "#ece7db"},
	"ink-2":     {"#544e42", "#bdb6a6"},
	"ink-3":     {"#6b6455", "#9a9282"},
	"added":     {"#0b756f", "#56c4b7"},
	"modified":  {"#935c00", "#e3ad45"},
	"removed":   {"#a3286c", "#ef8cc0"},
	"rock":      {"#ecdcb8", "#453820"},
	"rock-2":    {"#dccba4", "#54452a"},
	"rock-edge": {"#c4ad78", "#705b32"},
	"bed":       {"#d6cbb4", "#38342a"},
	"bed-edge":  {"#a99a78", "#5b5443"},
	"texture":   {"#cdb684", "#65522e"},
	"hatch":     {"#c98f2c", "#a1741f"},
	"void":      {"#fbfaf6", "#161513"},
}

// hues are the blocks of a digest: the colours of site/web/style/digest.css,
// which are the same in both themes, in sRGB for programs that know no oklch.
var hues = [16]string{
	"#c86265", "#c66843", "#bb731b", "#a88000", "#8b8c14", "#68963d", "#349d62", "#009f85",
	"#009ca5", "#0096be", "#348dcf", "#6382d4", "#8677ce", "#a06dbe", "#b566a5", "#c26287",
}

// rules say which property of which class has which token.
var rules = []struct{ class, property, token string }{
	{"ground", "fill", "paper-2"},
	{"ink", "fill", "ink"}, {"ink-2", "fill", "ink-2"}, {"ink-3", "fill", "ink-3"},
	{"added", "fill", "added"}, {"modified", "fill", "modified"}, {"removed", "fill", "removed"},
	{"rock", "fill", "rock"}, {"rock-2", "fill", "rock-2"}, {"bed", "fill", "bed"},
	{"void", "fill", "void"}, {"void", "stroke", "removed"},
	{"edge", "stroke", "rock-edge"}, {"bed-edge", "stroke", "bed-edge"}, {"hairline", "stroke", "line-2"},
	{"grain", "stroke", "texture"}, {"hatch", "stroke", "hatch"}, {"dot", "fill", "ink-3"}, {"cross", "stroke", "removed"},
}

// style is the drawing's style sheet. Custom properties would be shorter, but
// many programs that read SVG do not know them.
func style() string {
	var b strings.Builder
	b.WriteString(".layerlab text{font:12px ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono','D2Coding',monospace}" +
		".layerlab .name{font:600 16px system-ui,sans-serif}" +
		".layerlab .word{font:12px system-ui,sans-serif}" +
		".layerlab .faded{fill-opacity:.35}.layerlab .plate{fill-opacity:.86}" +
		".layerlab .void{stroke-width:2;stroke-dasharray:3 3}" +
		".layerlab :is(.edge,.bed-edge,.grain,.cross){fill:none}" +
		".layerlab .hatch{stroke-width:2.5}.layerlab .cross{stroke-width:1.25}" +
		".layerlab .hairline{stroke-dasharray:4 4}.layerlab .count{font-weight:600}")
	theme := func(of func(colour) string) {
		for _, r := range rules {
			fmt.Fprintf(&b, ".layerlab .%s{%s:%s}", r.class, r.property, of(palette[r.token]))
		}
	}
	theme(func(c colour) string { return c.light })
	b.WriteString("@media (prefers-color-scheme:dark){")
	theme(func(c colour) string { return c.dark })
	b.WriteString("}")
	return b.String()
}
