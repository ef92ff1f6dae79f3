package main

import (
	"strings"

	"layerlab.dev/core/picture"
	"layerlab.dev/wasm/wire"
)

// CacheKey shows what a step's key in the build cache is made of, and what of
// it changed since the build before.
type CacheKey struct {
	Part
	Step *wire.Step
}

func (c *CacheKey) key() *wire.CacheKey { return &c.Lab.Weights.Cache.Value }

func (c *CacheKey) icon() string { return cacheIcon(c.Step) }

func (c *CacheKey) state() string {
	if c.Step.Kind == "base" {
		return c.Lab.W.CacheOfBase
	}
	return c.Lab.W.Cache[c.Step.Cache.State]
}

func (c *CacheKey) reason() string { return c.Lab.W.Reason(c.Step.Cache.Reason) }

// explain says what a cache does in this case.
func (c *CacheKey) explain() string {
	if c.Step.Kind == "base" {
		return c.Lab.W.CacheHow["base"]
	}
	return c.Lab.W.CacheHow[c.Step.Cache.State]
}

func (c *CacheKey) wait() string {
	switch a := &c.Lab.Weights.Cache; {
	case c.Step.Kind == "base":
		return ""
	case a.Failure != "":
		return a.Failure
	case !a.Loaded:
		return c.Lab.W.LoadingRows
	}
	return ""
}

func (c *CacheKey) title() string {
	changed := 0
	for _, p := range c.key().Parts {
		if p.State != "same" {
			changed++
		}
	}
	return c.Lab.W.PartsTitle(c.key().Total, changed, c.key().First)
}

func (c *CacheKey) rest() string {
	if k := c.key(); k.Total > len(k.Parts) {
		return c.Lab.W.MoreParts(k.Total - len(k.Parts))
	}
	return ""
}

func (c *CacheKey) sign(state string) string {
	return map[string]string{"same": "=", "changed": "~", "new": "+", "gone": "−"}[state]
}

// now is what a part is, with digests shortened as everywhere.
func (c *CacheKey) now(p wire.CachePart) string {
	if p.State == "gone" {
		return ""
	}
	return shortValue(p.Value)
}

func (c *CacheKey) before(p wire.CachePart) string {
	if p.State != "changed" && p.State != "gone" {
		return ""
	}
	return shortValue(p.Before)
}

// shortValue shortens a digest and puts a command line's words apart.
func shortValue(v string) string {
	if len(v) == 64 && strings.Trim(v, "0123456789abcdef") == "" {
		return "sha256:" + picture.Short(v)
	}
	if v == "" {
		return "\"\""
	}
	return strings.ReplaceAll(v, "\x00", " ")
}
