package edge

import (
	"strconv"
	"strings"
)

// choose picks the form for an Accept-Encoding field (RFC 9110, section
// 12.5.3): of those with the highest weight, the smallest. Where nothing fits,
// the plain form is given, since a page that cannot be read is worse than one
// that was not asked for.
func (f File) choose(fields []string) Form {
	best := f.Forms[len(f.Forms)-1]
	if len(fields) == 0 {
		return best
	}
	weights := parseWeights(fields)
	most := 0.0
	for _, form := range f.Forms {
		if weight := weights.of(form.Encoding); weight > most {
			best, most = form, weight
		}
	}
	return best
}

// weights are the codings of an Accept-Encoding field with their weights, 0 to 1.
type weights map[string]float64

func parseWeights(fields []string) weights {
	w := weights{}
	for _, field := range fields {
		for item := range strings.SplitSeq(field, ",") {
			coding, params, _ := strings.Cut(item, ";")
			coding = strings.ToLower(strings.TrimSpace(coding))
			if coding == "" {
				continue
			}
			weight := 1.0
			if q, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(params)), "q="); ok {
				// A weight that is no number counts as a refusal.
				weight, _ = strconv.ParseFloat(q, 64)
			}
			w[coding] = weight
		}
	}
	return w
}

// of is the weight of a coding. Identity is acceptable unless refused, but
// below whatever was named.
func (w weights) of(coding string) float64 {
	if weight, ok := w[coding]; ok {
		return weight
	}
	if weight, ok := w["*"]; ok {
		return weight
	}
	if coding == identity {
		return 0.0001
	}
	return 0
}
