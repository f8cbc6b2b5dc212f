package f5xc

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// Kinds of what is shown as configuration objects though it is kept elsewhere.
const (
	kindRole   = "role"
	kindPolicy = "rbac_policy"
)

// Attributes of roles that this dialect shows, each a JSON object.
const (
	attrLabels      = name + ".labels"
	attrAnnotations = name + ".annotations"
)

// roleNamesInWords are the vendor's words for what the core calls otherwise.
var roleNamesInWords = map[string]string{"name": "metadata.name", "description": "metadata.description",
	"attributes." + attrLabels: "metadata.labels", "attributes." + attrAnnotations: "metadata.annotations"}

// roleSpec is what a role is made of: one policy, which has its API groups.
type roleSpec struct {
	Policy []objectRef `json:"rbac_policy"`
}

// roleShown shows a role.
func roleShown(t iam.Tenant, r iam.Role) shown {
	s := roleLike(kindRole, t, r)
	s.spec = roleSpec{[]objectRef{roleLike(kindPolicy, t, r).ref()}}
	s.form = empty{}
	s.version = r.Version
	return s
}

// roleLike is a role, or something that is a view of one, but for the spec.
func roleLike(kind string, t iam.Tenant, r iam.Role) shown {
	return shown{kind: kind,
		meta: objectMeta{Name: r.Name, Namespace: iam.NamespaceSystem, Labels: mapIn(r.Attributes[attrLabels]),
			Annotations: mapIn(r.Attributes[attrAnnotations]), Description: r.Description, Disable: r.Disabled},
		system: systemMeta{UID: string(r.ID), Created: timeOf(r.Created), Modified: timeOf(r.Updated), Tenant: t.Code, Finalizers: []string{}},
	}
}

// mapIn reads what is kept in one attribute.
func mapIn(text string) map[string]string {
	m := map[string]string{}
	if text == "" || json.Unmarshal([]byte(text), &m) != nil {
		return map[string]string{}
	}
	return m
}

// mapText is what mapIn reads; nil, which removes the attribute, for none.
func mapText(m map[string]string) (*string, error) {
	if len(m) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(m)
	return new(string(text)), err
}

// roleName is what a role that is made here can be called (RFC 1035 section
// 2.3.1, but for its length, which is the vendor's).
var roleName = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,62}[a-z0-9])?$`)

// roleAttributes checks the metadata of a role in a namespace, and answers
// what of it is kept in attributes.
func roleAttributes(namespace string, m objectMeta) (map[string]*string, error) {
	if m.Name == "" {
		var c iam.Checker
		c.Add("metadata.name", iam.ReasonRequired, "Field metadata.name should be not nil, got nil in request.")
		return nil, c.Err()
	}
	if err := repeats("metadata.namespace", m.Namespace, namespace); err != nil {
		return nil, err
	}
	var c iam.Checker
	c.Labels("labels", m.Labels)
	c.Annotations("annotations", m.Annotations)
	if err := c.Err(); err != nil {
		return nil, below("metadata", err)
	}
	labels, err := mapText(m.Labels)
	if err != nil {
		return nil, err
	}
	annotations, err := mapText(m.Annotations)
	return map[string]*string{attrLabels: labels, attrAnnotations: annotations}, err
}

// makeRole makes a role of API groups.
func (d *dialect) makeRole(ctx context.Context, by iam.Actor, namespace string, m objectMeta, groups []string) (iam.Role, error) {
	if err := inSystem("roles", namespace); err != nil {
		return iam.Role{}, err
	}
	attributes, err := roleAttributes(namespace, m)
	if err != nil {
		return iam.Role{}, err
	}
	if !roleName.MatchString(m.Name) {
		return iam.Role{}, notAs("metadata.name", "a DNS label (RFC 1035) of at most 64 characters", m.Name)
	}
	ids, err := d.apiGroups(ctx, by, groups)
	if err != nil {
		return iam.Role{}, err
	}
	r, err := d.Access.CreateRole(ctx, by, access.NewRole{Name: m.Name, Description: m.Description, Disabled: m.Disable, APIGroups: ids,
		Attributes: iam.Patch(nil, attributes)})
	return r, inWords(err, roleNamesInWords)
}

// roleIn answers the role of a path, by the name under which it is shown: what
// another role was called once must not stand for it.
func (d *dialect) roleIn(ctx context.Context, by iam.Actor, namespace, name string) (iam.Role, error) {
	if err := inSystem("roles", namespace); err != nil {
		return iam.Role{}, err
	}
	return d.Access.Role(ctx, by, access.RoleKey{Name: name})
}

// roleToShow answers the role of a path, its tenant, and the format to show it in.
func (d *dialect) roleToShow(ctx context.Context, by iam.Actor, in namedFormat) (f string, t iam.Tenant, r iam.Role, err error) {
	if f, err = in.read(); err != nil {
		return f, t, r, err
	}
	if r, err = d.roleIn(ctx, by, in.Namespace, in.Name); err != nil {
		return f, t, r, err
	}
	t, err = d.Tenancy.Tenant(ctx, by)
	return f, t, r, err
}

// rolesIn answers the roles of a path, by name, and their tenant.
func (d *dialect) rolesIn(ctx context.Context, by iam.Actor, namespace string) (t iam.Tenant, roles []iam.Role, err error) {
	if err := inSystem("roles", namespace); err != nil {
		return t, nil, err
	}
	if t, err = d.Tenancy.Tenant(ctx, by); err != nil {
		return t, nil, err
	}
	for page := (iam.Page{Limit: iam.MaxPage}); ; {
		found, err := d.Access.Roles(ctx, by, page)
		if err != nil {
			return t, nil, err
		}
		roles = append(roles, found.Items...)
		if found.Next == (iam.Cursor{}) {
			return t, roles, nil
		}
		page.After = found.Next
	}
}

// pick makes the answer of those that the label filter wants.
func (l listing) pick(all []shown) (listAnswer, error) {
	s, err := object.ParseSelector(l.LabelFilter)
	if err != nil {
		return listAnswer{}, err
	}
	return l.list(slices.DeleteFunc(all, func(x shown) bool { return !s.Matches(x.meta.Labels) })), nil
}

// refersToRole answers what refers to a role: those who have it, and objects.
func (d *dialect) refersToRole(ctx context.Context, by iam.Actor, t iam.Tenant, r iam.Role) ([]objectRef, error) {
	grants, err := d.Access.AllGrants(ctx, by)
	if err != nil {
		return nil, err
	}
	refs := []objectRef{}
	groups := map[iam.GroupID]bool{}
	for _, g := range grants {
		ref := objectRef{Kind: kindNamespaceRole, Name: string(g.Binding.ID), Namespace: iam.NamespaceSystem, Tenant: t.Code, UID: string(g.Binding.ID)}
		switch {
		case g.Role.ID != r.ID || groups[g.Group.ID]:
			continue
		case g.Group.ID != "":
			groups[g.Group.ID] = true
			group, err := d.Directory.Group(ctx, by, directory.GroupKey{ID: g.Group.ID})
			if iam.Is(err, iam.NotFound) {
				continue // it has just gone, and its bindings with it
			}
			if err != nil {
				return nil, err
			}
			ref.Kind, ref.Name, ref.UID = kindGroup, group.Name, string(group.ID)
		}
		refs = append(refs, ref)
	}
	referrers, err := d.Objects.Referring(ctx, by, object.Target{Kind: kindRole, Namespace: iam.NamespaceSystem, Name: r.Name})
	for _, o := range referrers {
		refs = append(refs, objectRef{Kind: o.Target.Kind, Name: o.Target.Name, Namespace: o.Target.Namespace, Tenant: t.Code, UID: o.Target.ID})
	}
	return refs, err
}

// exampleRole is one, for the document.
var exampleRole = roleShown(iam.Tenant{Code: iam.DefaultTenant}, iam.Role{ID: "0191a5c4-7a3c-7b1e-9d2f-3c4b5a697887", Name: "log-readers",
	Description: "Those who read logs", Attributes: map[string]string{attrLabels: `{"team":"audit"}`},
	Created: exampleTime, Updated: exampleTime, Version: 1})
