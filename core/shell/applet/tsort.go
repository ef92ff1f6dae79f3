package applet

import (
	"maps"
	"slices"
	"strings"

	"layerlab.dev/core/shell/proc"
)

// tsort puts names in an order that fits the pairs it reads.
func tsort(p *proc.Proc) int {
	if helped(p) {
		return 0
	}
	o := options(p, "")
	if len(o.Rest) > 1 {
		return wrong(p, "extra operand ‘%s’", o.Rest[1])
	}
	name := "-"
	if len(o.Rest) == 1 {
		name = o.Rest[0]
	}
	data, status := gather(p, []string{name}, -1)
	if status != 0 {
		return status
	}
	words := strings.Fields(string(data))
	if len(words)%2 != 0 {
		p.Die("%s: input contains an odd number of tokens", name)
	}
	after, waits := map[string][]string{}, map[string]int{}
	for i := 0; i < len(words); i += 2 {
		a, b := words[i], words[i+1]
		waits[a] += 0
		waits[b] += 0
		if a != b {
			after[a] = append(after[a], b)
			waits[b]++
		}
	}
	var ready []string
	for _, w := range slices.Sorted(maps.Keys(waits)) {
		if waits[w] == 0 {
			ready = append(ready, w)
		}
	}
	done := 0
	for ; done < len(ready); done++ {
		p.Step()
		p.Puts(ready[done] + "\n")
		for _, w := range slices.Backward(after[ready[done]]) {
			if waits[w]--; waits[w] == 0 {
				ready = append(ready, w)
			}
		}
	}
	if done < len(waits) {
		p.Machine().Abort(&proc.UnsupportedError{Command: strings.Join(p.Args, " "), Path: p.Exe, ExitCode: 126,
			Reason: whyLoop.With(), Advice: insteadLoop.With()})
	}
	return 0
}
