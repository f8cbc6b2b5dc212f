package notice

import (
	"net/netip"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// fact is one line of what happened.
type fact struct {
	Name string // "what", "subject", "tenant", "reason", "id", "by", "at", "client", "address"
	Text string
	Time time.Time // of "at"
}

// maxFact bounds the text of a fact, in bytes.
const maxFact = 256

// facts puts what is known of an event into the order of the mail. What the
// request itself says of its client is not repeated: anybody can ask for a
// mail to another, and would choose what it says.
func facts(m iam.Message, now time.Time) []fact {
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
	for _, name := range []string{"what", "subject", "tenant", "reason", "id"} {
		add(name, of[name])
	}
	if of["by"] != m.Username {
		add("by", of["by"])
	}
	at, err := time.Parse(time.RFC3339, of["at"])
	if err != nil {
		at = now
	}
	fs = append(fs, fact{Name: "at", Time: at.UTC()})
	add("client", clientName(of["client"]))
	if a, err := netip.ParseAddr(of["address"]); err == nil {
		add("address", a.Unmap().WithZone("").String())
	}
	return fs
}
