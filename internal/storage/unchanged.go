package storage

import "sync"

// unchanged remembers what was read for as long as the database stays as it
// was then. With the first write of anybody all is forgotten: what it answers
// is never older than a read would be.
type unchanged[K comparable, V any] struct {
	mu    sync.RWMutex
	mark  Mark
	known map[K]V
}

// maxUnchanged bounds how much is remembered, in values.
const maxUnchanged = 4096

// get answers the value of a key, reading it when it is not known or no longer
// certain. The mark is taken before the read, so that a value can be
// remembered under too old a mark, never under too new a one.
func (c *unchanged[K, V]) get(e Engine, key K, read func() (V, error)) (V, error) {
	mark, ok := e.Mark()
	if !ok {
		return read()
	}
	c.mu.RLock()
	v, found := c.known[key]
	found = found && c.mark == mark
	c.mu.RUnlock()
	if found {
		return v, nil
	}
	v, err := read()
	if err == nil {
		c.keep(mark, key, v)
	}
	return v, err
}

func (c *unchanged[K, V]) keep(mark Mark, key K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mark != mark || len(c.known) >= maxUnchanged {
		c.mark, c.known = mark, map[K]V{}
	}
	c.known[key] = v
}
