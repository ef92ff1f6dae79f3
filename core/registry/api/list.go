package api

import (
	"net/url"
	"strconv"

	"layerlab.dev/core/registry"
)

// The sizes of a page of the catalog: what is given where nothing is asked for,
// and the most that may be asked for.
const (
	catalogDefault = 100
	catalogMost    = 1000
)

func catalog(x *exchange) error {
	n := catalogDefault
	if asked, err := strconv.Atoi(x.query.Get("n")); err == nil {
		switch {
		case asked > catalogMost:
			return registry.PaginationInvalid.With(map[string]int{"n": asked})
		case asked >= 0:
			n = asked
		}
	}
	names, more := x.state.Catalog(n, x.query.Get("last"))
	if names == nil {
		names = []string{}
	}
	if more {
		next := url.URL{Path: x.req.Path, RawQuery: url.Values{
			"n": {strconv.Itoa(n)}, "last": {names[len(names)-1]}}.Encode()}
		x.res.Header.Set("Link", "<"+next.String()+`>; rel="next"`)
	}
	x.res.json(200, struct {
		Repositories []string `json:"repositories"`
	}{names})
	return nil
}

func tags(x *exchange) error {
	all, err := x.state.Tags(x.repo)
	if err != nil {
		return err
	}
	x.res.json(200, struct {
		Name string   `json:"name"`
		Tags []string `json:"tags"`
	}{x.repo, all})
	return nil
}
