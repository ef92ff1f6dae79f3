package formatter

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/image"
)

var historyHeader = header{
	"ID": "IMAGE", "CreatedSince": "CREATED", "CreatedAt": "CREATED AT",
	"CreatedBy": "CREATED BY", "Size": "SIZE", "Comment": "COMMENT",
}

// HistoryFormat gives the format that "table" or a template stand for.
func HistoryFormat(source string, quiet, human bool) string {
	switch {
	case source != "table":
		return source
	case quiet:
		return "{{.ID}}"
	case human:
		return "table {{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
	}
	return "table {{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
}

// History prints an image's history.
func (c Context) History(items []image.HistoryResponseItem, human bool) error {
	rows := make([]row, len(items))
	for i := range items {
		rows[i] = &historyContext{trunc: c.Trunc, human: human, now: c.Now, h: &items[i]}
	}
	return c.write(historyHeader, rows)
}

type historyContext struct {
	HeaderContext
	trunc, human bool
	now          time.Time
	h            *image.HistoryResponseItem
}

// String is what {{.}} prints: docker's own fields.
func (c *historyContext) String() string {
	return fmt.Sprintf("{{<nil>} %v %v %v}", c.trunc, c.human, *c.h)
}

func (c *historyContext) MarshalJSON() ([]byte, error) { return methods(c) }
func (c *historyContext) Comment() string              { return c.h.Comment }

func (c *historyContext) ID() string {
	if c.trunc {
		return ShortID(c.h.ID)
	}
	return c.h.ID
}

func (c *historyContext) CreatedAt() string {
	return time.Unix(c.h.Created, 0).UTC().Format(time.RFC3339)
}

func (c *historyContext) CreatedSince() string {
	if !c.human {
		return c.CreatedAt()
	}
	return Ago(c.now, time.Unix(c.h.Created, 0))
}

func (c *historyContext) CreatedBy() string {
	by := strings.ReplaceAll(c.h.CreatedBy, "\t", " ")
	if c.trunc {
		return Ellipsis(by, 45)
	}
	return by
}

func (c *historyContext) Size() string {
	if c.human {
		return Size(c.h.Size)
	}
	return strconv.FormatInt(c.h.Size, 10)
}

func (c *historyContext) field(name string) (string, bool) {
	switch name {
	case "ID":
		return c.ID(), true
	case "CreatedSince":
		return c.CreatedSince(), true
	case "CreatedAt":
		return c.CreatedAt(), true
	case "CreatedBy":
		return c.CreatedBy(), true
	case "Size":
		return c.Size(), true
	case "Comment":
		return c.Comment(), true
	}
	return "", false
}
