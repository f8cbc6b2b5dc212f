package iam

import "time"

// Child is how a tenant below another stands that was asked for.
type Child struct {
	Tenant  TenantID
	Owner   string      // the e-mail address of the first user; empty: nobody was invited
	State   TenantState // empty: it is not made yet
	Failed  bool        // it cannot be made
	Created time.Time   // when it was asked for
}
