package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/transfer"
)

// maxMissing is how many members who are not here are named for each group.
const maxMissing = 10

// resultText tells what became of an entry in one line.
func resultText(r transfer.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "line %d", r.Line)
	if r.Kind != "" {
		b.WriteString(": " + string(r.Kind))
	}
	if r.Name != "" {
		b.WriteString(" " + strconv.Quote(iam.Cut(r.Name, 100)))
	}
	if r.Outcome == transfer.Failed {
		return b.String() + ": " + message(r.Err)
	}
	b.WriteString(" " + string(r.Outcome))
	if len(r.Changes) > 0 {
		b.WriteString(": " + strings.Join(r.Changes, ", "))
	}
	if n := len(r.Missing); n > 0 {
		names := make([]string, min(n, maxMissing))
		for i := range names {
			names[i] = strconv.Quote(r.Missing[i])
		}
		b.WriteString("; without members who are not here: " + strings.Join(names, ", "))
		if n > maxMissing {
			fmt.Fprintf(&b, " and %d more", n-maxMissing)
		}
	}
	return b.String()
}
