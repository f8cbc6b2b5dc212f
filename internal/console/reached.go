package console

import "github.com/gatehouse-id/gatehouse/internal/iam"

// reachedRow is another tenant in which the user may act.
type reachedRow struct {
	Name, Code string
	Through    string // what lets them, in words
}

// reachWords are the keys of what lets somebody act in another tenant.
var reachWords = map[iam.Reach]string{
	iam.ReachTree:       "reach.tree",
	iam.ReachDelegation: "reach.delegation",
	iam.ReachSupport:    "reach.support",
}

// reached lists the other tenants in which the user may act.
func (v *visit) reached() ([]reachedRow, error) {
	all, err := v.Tenancy.Reached(v.r.Context(), v.by)
	rows := make([]reachedRow, len(all))
	for i, r := range all {
		rows[i] = reachedRow{Name: r.Tenant.Name, Code: r.Tenant.Code, Through: v.words.say(reachWords[r.Actor.Reach])}
	}
	return rows, err
}
