package scim

import (
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// groupResource shows a group with its members; nil where they are not asked for.
func groupResource(t *ResourceType, g iam.Group, members []iam.Ref[iam.UserID]) Resource {
	r := resource(t, string(g.ID), g.Created, g.Updated, g.Version)
	r.put("displayName", g.Name)
	r.put(attrExternal, g.Attributes[AttributeExternalID])
	t.showExtended(r, g.Attributes)
	list := make([]any, len(members))
	for i, m := range members {
		list[i] = map[string]any{attrValue: string(m.ID), "display": m.Name, "type": Users.Name}
	}
	r.put(attrMembers, notNone(list))
	return r
}

// team is what a document says of a group. Invalid: it lacks what is required,
// or a member is no user.
func team(t *ResourceType, r Resource) (Team, error) {
	if err := t.check(r); err != nil {
		return Team{}, err
	}
	n := Team{Name: r.Text("displayName"), Attributes: t.keptExtended(r)}
	if id := r.Text(attrExternal); id != "" {
		n.Attributes[AttributeExternalID] = id
	}
	members, _ := r[attrMembers].([]any)
	var err error
	n.Members, err = memberIDs(members)
	return n, err
}
