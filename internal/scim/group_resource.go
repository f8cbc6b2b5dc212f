package scim

import (
	"slices"
	"strconv"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// groupResource shows a group with its members; nil where they are not asked for.
func groupResource(g iam.Group, members []iam.Ref[iam.UserID]) Resource {
	r := resource(Groups, string(g.ID), g.Created, g.Updated, g.Version)
	r.put("displayName", g.Name)
	r.put(attrExternal, g.Attributes[AttributeExternalID])
	list := make([]any, len(members))
	for i, m := range members {
		list[i] = map[string]any{attrValue: string(m.ID), "display": m.Name, "type": Users.Name}
	}
	r.put(attrMembers, notNone(list))
	return r
}

// team is what a document says of a group. Invalid: it lacks what is required,
// or a member is no user.
func team(r Resource) (Team, error) {
	if err := Groups.check(r); err != nil {
		return Team{}, err
	}
	t := Team{Name: r.Text("displayName"), External: r.Text(attrExternal)}
	members, _ := r[attrMembers].([]any)
	for i, v := range members {
		m, _ := v.(map[string]any)
		id, _ := m[attrValue].(string)
		kind, said := m["type"].(string)
		if !iam.ValidID(id) || said && kind != Users.Name {
			return Team{}, broken(ReasonValue, "members["+strconv.Itoa(i)+"]", "must have the id of a user as its value: groups do not contain groups")
		}
		t.Members = append(t.Members, iam.UserID(id))
	}
	slices.Sort(t.Members)
	return t, nil
}
