package app

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/transfer"
)

// Members of a binding in a file, besides user and group.
const (
	memberRole           = "role"
	memberNamespace      = "namespace"      // a name, or "*" for all but system; absent for the whole tenant
	memberNamespaceGroup = "namespaceGroup" // a name
)

// bindings takes a batch of bindings.
type bindings struct {
	importing
	roles  map[string]iam.RoleID           // by name, as far as they were looked for
	groups map[string]iam.NamespaceGroupID // by name; nil before they were
}

// take gives a role to a user or a group, who keep it where they have it.
func (b *bindings) take(ctx context.Context, e *transfer.Entry) (r transfer.Result, err error) {
	var n iam.Binding
	if n.Role, err = b.role(ctx, e.Resource[memberRole]); err != nil {
		return r, err
	}
	if n.Scope, err = b.scope(ctx, e.Resource); err != nil {
		return r, err
	}
	known, err := b.subject(ctx, e.Resource, &n)
	if err != nil {
		return r, err
	}
	r = e.Result(transfer.Created, nil)
	if !known { // a try, in which an earlier line would have made them
		return r, nil
	}
	has, err := b.has(ctx, n)
	if err != nil || has {
		r.Outcome = transfer.Unchanged
		return r, err
	}
	if b.Dry {
		return r, b.Access.CheckRoles(ctx, b.by, []iam.RoleID{n.Role}, n.Scope)
	}
	_, err = b.Access.Bind(ctx, b.by, n)
	return r, err
}

func (b *bindings) role(ctx context.Context, named any) (iam.RoleID, error) {
	name, _ := named.(string)
	if name == "" {
		return "", required(memberRole)
	}
	if id, known := b.roles[name]; known {
		return id, nil
	}
	role, err := b.Access.Role(ctx, b.by, access.RoleKey{Name: name})
	if err != nil {
		return "", err
	}
	if b.roles == nil {
		b.roles = map[string]iam.RoleID{}
	}
	b.roles[name] = role.ID
	return role.ID, nil
}

// scope answers where a binding of a file holds. NotFound: there is no such group
// of namespaces; a namespace is looked for when the binding is made.
func (b *bindings) scope(ctx context.Context, resource map[string]any) (iam.Scope, error) {
	if name, _ := resource[memberNamespaceGroup].(string); name != "" {
		if b.groups == nil {
			all, err := b.Tenancy.NamespaceGroups(ctx, b.by)
			if err != nil {
				return "", err
			}
			b.groups = make(map[string]iam.NamespaceGroupID, len(all))
			for _, g := range all {
				b.groups[g.Name] = g.ID
			}
		}
		id, ok := b.groups[name]
		if !ok {
			return "", iam.ErrNotFound("namespace group", iam.Cut(name, 64))
		}
		return iam.GroupScope(id), nil
	}
	name, _ := resource[memberNamespace].(string)
	return iam.Scope(name), nil
}

// subject finds to whom a binding gives. known is false in a try where only an
// earlier line of the file would have made them. Invalid, NotFound.
func (b *bindings) subject(ctx context.Context, resource map[string]any, n *iam.Binding) (known bool, err error) {
	kind, ref := transfer.User, referenceOf(resource["user"])
	if ref == (reference{}) {
		kind, ref = transfer.Group, referenceOf(resource["group"])
	}
	switch {
	case ref == (reference{}):
		return false, required("user or group")
	case kind == transfer.Group:
		n.Group, err = b.group(ctx, ref)
	default:
		var ids []iam.UserID
		if ids, err = b.users(ctx, []reference{ref}); err == nil && ids[0] == "" {
			err = iam.ErrNotFound("user", ref.String())
		}
		if err == nil {
			n.User = ids[0]
		}
	}
	if b.Dry && iam.Is(err, iam.NotFound) && b.wouldBe.has(kind, ref.name) {
		return false, nil
	}
	return err == nil, err
}

// has reports whether a binding that says the same is there.
func (b *bindings) has(ctx context.Context, n iam.Binding) (bool, error) {
	if n.Group != "" {
		grants, err := b.Access.GroupGrants(ctx, b.by, n.Group)
		return slices.ContainsFunc(grants, func(g access.Grant) bool { return g.Binding.Role == n.Role && g.Binding.Scope == n.Scope }), err
	}
	u, err := b.Directory.User(ctx, b.by, directory.UserKey{ID: n.User})
	return slices.ContainsFunc(u.Bindings, func(r iam.RoleIn) bool { return r.Role.ID == n.Role && r.Scope == n.Scope }), err
}

func required(member string) error {
	var c iam.Checker
	c.Add(member, iam.ReasonRequired, "%s is required", member)
	return c.Err()
}
