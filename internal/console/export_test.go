package console

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Address is one address of the table of pages, as the tests outside see it.
type Address struct {
	Path     string
	Step     iam.Step // the step that it takes
	ForUser  bool
	Visitors bool
	Get      bool
	Post     bool
}

// Addresses is the table of pages.
func Addresses() []Address {
	var all []Address
	for _, p := range pages() {
		path := strings.ReplaceAll(p.path, "{name}", "none") // of a provider that is not there
		all = append(all, Address{Path: path, Step: p.step, ForUser: p.need == forUser, Visitors: p.need == forVisitors,
			Get: p.get != nil, Post: p.post != nil})
	}
	return all
}

// StepPage is where a step is taken.
func StepPage(s iam.Step) string { return stepPages[s] }
