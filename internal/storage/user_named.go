package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// makeNamed makes the groups and roles that a write of a user brings along.
// made tells whether a role is new. Conflict, with ReasonAppeared: somebody
// else has made one of that name meanwhile, and nobody has asked yet whether
// what it gives may be given to the user.
func (x *call) makeNamed(ctx context.Context, w directory.UserWrite) (made bool, err error) {
	for _, g := range w.NewGroups {
		if _, err := x.insertGroup(ctx, g); err != nil {
			return false, appeared("group", g.Name, err)
		}
	}
	for _, r := range w.NewRoles {
		if _, err := x.insertRole(ctx, r); err != nil {
			return false, appeared("role", r.Name, err)
		}
	}
	return len(w.NewRoles) > 0, nil
}

func appeared(what, name string, err error) error {
	if iam.Is(err, iam.Exists) {
		return iam.E(iam.Conflict, "%s %q was made in the meantime", what, name).Because(iam.ReasonAppeared).About(name)
	}
	return err
}

// setNamed makes memberships and bindings what the write says. Those that stay
// keep their rows.
func (x *call) setNamed(ctx context.Context, w directory.UserWrite, events []iam.Event) error {
	if err := x.setGroups(ctx, w); err != nil {
		return err
	}
	return x.setBindings(ctx, w, events)
}
