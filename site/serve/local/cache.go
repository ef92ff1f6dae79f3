package local

import (
	"container/list"
	"context"
	"sync"
	"time"

	"layerlab.dev/site/edge"
)

// Cache keeps values in memory, the lately used ones when there are too many
// bytes.
type Cache struct {
	most int
	now  func() time.Time
	mu   sync.Mutex
	used int
	at   map[string]*list.Element
	list *list.List // of *value, the latest first
}

type value struct {
	key   string
	bytes []byte
	until time.Time
}

var _ edge.Cache = (*Cache)(nil)

// NewCache holds up to most bytes of values.
func NewCache(most int) *Cache {
	return &Cache{most: most, now: time.Now, at: map[string]*list.Element{}, list: list.New()}
}

// Get gives a value that has not run out.
func (c *Cache) Get(_ context.Context, key string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.at[key]
	if !ok {
		return nil, false
	}
	v := e.Value.(*value)
	if !c.now().Before(v.until) {
		c.drop(e)
		return nil, false
	}
	c.list.MoveToFront(e)
	return v.bytes, true
}

// Put keeps a value for as long as it lives.
func (c *Cache) Put(_ context.Context, key string, bytes []byte, life time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.at[key]; ok {
		c.drop(e)
	}
	if len(bytes) > c.most {
		return
	}
	c.at[key] = c.list.PushFront(&value{key, bytes, c.now().Add(life)})
	for c.used += len(key) + len(bytes); c.used > c.most && c.list.Len() > 1; {
		c.drop(c.list.Back())
	}
}

// Drop forgets a value.
func (c *Cache) Drop(_ context.Context, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.at[key]; ok {
		c.drop(e)
	}
}

func (c *Cache) drop(e *list.Element) {
	v := c.list.Remove(e).(*value)
	delete(c.at, v.key)
	c.used -= len(v.key) + len(v.bytes)
}
