package notice

import (
	"net/netip"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// fact is one line of what happened.
type fact struct {
	Name string // "notice", "what", "name", "subject", "tenant", "reason", "id", "until", "by", "at", "client", "address"
	Text string
	Time time.Time // of "until" and "at"
}

// maxFact bounds the text of a fact, in bytes.
const maxFact = 256

// facts puts what is known of an event into the order of the mail. What the
// request itself says of its client is not repeated: anybody can ask for a
// mail to another, and would choose what it says.
func facts(m iam.Message, language string, now time.Time) []fact {
	of := m.Facts
	if len(of) == 0 {
		return nil
	}
	var fs []fact
	add := func(name, text string) {
		if text = oneLine(text); text != "" {
			fs = append(fs, fact{Name: name, Text: iam.Cut(text, maxFact)})
		}
	}
	if e, ok := entryOf(of["notice"]); ok {
		add("notice", e.in(language).label)
	}
	for _, name := range []string{"what", "name", "subject", "tenant", "reason", "id"} {
		add(name, of[name])
	}
	if until, err := time.Parse(time.RFC3339, of["until"]); err == nil {
		fs = append(fs, fact{Name: "until", Time: until.UTC()})
	}
	if of["by"] != m.Username {
		add("by", of["by"])
	}
	if at, err := time.Parse(time.RFC3339, of["at"]); err == nil {
		fs = append(fs, fact{Name: "at", Time: at.UTC()})
	} else if !slices.ContainsFunc(fs, func(f fact) bool { return f.Name == "until" }) { // of what is to come, the time of the mail says nothing
		fs = append(fs, fact{Name: "at", Time: now.UTC()})
	}
	add("client", iam.ClientName(of["client"]))
	if a, err := netip.ParseAddr(of["address"]); err == nil {
		add("address", a.Unmap().WithZone("").String())
	}
	return fs
}
