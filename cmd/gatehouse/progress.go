package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/transfer"
)

// How often progress is told: to a person who looks at a terminal; and in a log,
// also whenever so many more entries are done.
const (
	lookedAt      = 200 * time.Millisecond
	logged        = 10 * time.Second
	loggedEntries = 100_000
)

// barWidth is that of the bar, in characters.
const barWidth = 30

// progress tells how far an import is: with a bar on a terminal, else with a line
// now and then.
type progress struct {
	out      io.Writer
	terminal bool
	size     int64        // of the file in bytes; 0: nobody knows
	read     func() int64 // how much of it is read, in bytes

	began, told time.Time
	first       int64 // entries that an earlier import has done
	last        int64 // entries that were done when it was told
	shown       bool  // there is a bar on the terminal
}

func newProgress(out io.Writer, size int64, read func() int64) *progress {
	f, ok := out.(*os.File)
	p := &progress{out: out, size: size, read: read}
	if ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// at notes how far the import is, and tells of it where it is time to.
func (p *progress) at(m transfer.Mark) {
	now := time.Now()
	if p.began.IsZero() {
		p.began, p.told, p.first, p.last = now, now, m.Position, m.Position
		if m.Position > 0 {
			p.print(fmt.Sprintf("%d entries were done before\n", m.Position))
		}
		return
	}
	if since := now.Sub(p.told); p.terminal && since < lookedAt ||
		!p.terminal && since < logged && m.Position/loggedEntries == p.last/loggedEntries {
		return
	}
	p.told, p.last = now, m.Position
	text := p.text(m.Position, now)
	if p.terminal {
		p.clear()
		p.print(text)
		p.shown = true
	} else {
		p.print(text + "\n")
	}
}

// text is the bar, as far as the size is known, with the number of entries and how
// many there are in a second.
func (p *progress) text(done int64, now time.Time) string {
	seconds := now.Sub(p.began).Seconds()
	text := fmt.Sprintf("%d entries, %.0f/s", done, float64(done-p.first)/seconds)
	if p.size == 0 {
		return text
	}
	part := min(float64(p.read())/float64(p.size), 1)
	full := int(part * barWidth)
	bar := fmt.Sprintf("[%s%s] %3.0f%%  ", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), 100*part)
	return bar + text
}

// clear removes the bar, for something else to be printed.
func (p *progress) clear() {
	if p.shown {
		p.print("\r\x1b[K")
		p.shown = false
	}
}

func (p *progress) print(text string) { _, _ = io.WriteString(p.out, text) } // nobody looks where it cannot be printed

// countingReader counts what is read, in bytes.
type countingReader struct {
	from io.Reader
	read atomic.Int64
}

func (r *countingReader) Read(b []byte) (int, error) {
	n, err := r.from.Read(b)
	r.read.Add(int64(n))
	return n, err
}
