package storage

import (
	"cmp"
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	rolesOfUser    = `SELECT role_id FROM bindings WHERE tenant_id = $1 AND user_id = $2 AND scope = ''`
	insertUserRole = `INSERT INTO bindings (tenant_id, binding_id, user_id, role_id, scope, created_by, created_at)
		VALUES ($1, $2, $3, $4, '', $5, $6) ON CONFLICT DO NOTHING`
	deleteUserRole  = `DELETE FROM bindings WHERE tenant_id = $1 AND user_id = $2 AND role_id = $3 AND scope = $4`
	deleteGroupRole = `DELETE FROM bindings WHERE tenant_id = $1 AND group_id = $2 AND role_id = $3 AND scope = $4`

	userBindings = `SELECT ` + bindingColumns + ` FROM bindings b WHERE b.tenant_id = $1 AND b.user_id = $2`
)

// said is what a binding of one holder says.
type said struct {
	role  iam.RoleID
	scope iam.Scope
}

// setBindings makes the bindings of a user those that the write says: in all
// scopes, or only in the whole tenant.
func (x *call) setBindings(ctx context.Context, w directory.UserWrite, events []iam.Event) error {
	u := w.User.ID
	if w.Bindings != nil {
		return x.replaceBindings(ctx, userBindings, deleteUserRole, string(u), iam.Binding{User: u}, *w.Bindings)
	}
	return replaced(ctx, x, w.Roles, rolesOfUser, u, func(id iam.RoleID) error {
		_, err := x.exec(ctx, deleteUserRole, x.tenant, u, id, iam.ScopeTenant)
		return err
	}, func(id iam.RoleID) error {
		if err := checkID("role", id); err != nil {
			return err
		}
		_, err := x.exec(ctx, insertUserRole, x.tenant, x.store.env.NewID(), u, id, author(events), w.User.Updated)
		return x.refers("role", string(id), err)
	})
}

// setGroupBindings makes the bindings of a group those that the write says.
func (x *call) setGroupBindings(ctx context.Context, w directory.GroupWrite) error {
	if w.Bindings == nil {
		return nil
	}
	g := w.Group.ID
	return x.replaceBindings(ctx, groupBindings, deleteGroupRole, string(g), iam.Binding{Group: g}, *w.Bindings)
}

// replaceBindings makes the bindings of a holder those that are wanted. current
// reads them by tenant and holder; remove removes one by tenant, holder, role
// and scope. Those that stay keep their rows, whatever id the wanted ones have.
func (x *call) replaceBindings(ctx context.Context, current, remove, holder string, of iam.Binding, wanted []iam.Binding) error {
	present, err := all(ctx, x, scanPlainBinding, current, x.tenant, holder)
	if err != nil {
		return err
	}
	old := make([]said, len(present))
	for i, b := range present {
		old[i] = said{b.Role, b.Scope}
	}
	rows := make(map[said]iam.Binding, len(wanted))
	want := make([]said, len(wanted))
	for i, b := range slices.SortedFunc(slices.Values(wanted), compareBindings) {
		want[i] = said{b.Role, b.Scope}
		b.User, b.Group = of.User, of.Group
		rows[want[i]] = b
	}
	return reconcile(old, want, func(s said) error {
		_, err := x.exec(ctx, remove, x.tenant, holder, s.role, s.scope)
		return err
	}, func(s said) error {
		b := rows[s]
		b.ID = cmp.Or(b.ID, iam.BindingID(x.store.env.NewID()))
		_, err := x.insertBinding(ctx, b)
		return err
	})
}
