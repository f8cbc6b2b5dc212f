package scim

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// wanted says which attributes of a resource are (RFC 7644 section 3.9).
type wanted struct {
	Attributes []string `query:"attributes" doc:"The attributes to answer, besides those that always are: names separated by commas."`
	Excluded   []string `query:"excludedAttributes" doc:"The attributes to leave out: names separated by commas."`
}

// given reports whether anything is said.
func (w wanted) given() bool { return len(w.Attributes) > 0 || len(w.Excluded) > 0 }

// projection answers what is wanted. Invalid: it is said in both ways.
func (w wanted) projection() (scim.Projection, error) {
	p := scim.Projection{Attributes: names(w.Attributes), Excluded: names(w.Excluded)}
	if len(p.Attributes) > 0 && len(p.Excluded) > 0 {
		var c iam.Checker
		c.Add("excludedAttributes", scim.ReasonValue, "excludedAttributes must not be given beside attributes")
		return scim.Projection{}, c.Err()
	}
	return p, nil
}

// names are those in lists with commas.
func names(lists []string) (all []string) {
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" {
				all = append(all, name)
			}
		}
	}
	return all
}

// members is the attribute that costs a look-up of its own.
const members = "members"

// needed says what has to be read of a resource so that it can be shown: all,
// since where it is and which version comes with any part of it, but for members
// that nobody wants.
func needed(t *scim.ResourceType, p scim.Projection) scim.Projection {
	if p.Leaves(t, members) {
		return scim.Projection{Excluded: []string{members}, OnRequest: true}
	}
	return scim.Projection{OnRequest: true}
}

// leadingTo are the attributes whose values lead to resources, with where those
// are.
var leadingTo = map[string]*scim.ResourceType{"groups": scim.Standard.Groups, members: scim.Standard.Users}

// show says where a resource and those that it names are and of which version it
// is, and leaves out what is not wanted.
func (d *dialect) show(ctx context.Context, t *scim.ResourceType, r scim.Resource, p scim.Projection) scim.Resource {
	if meta, ok := r["meta"].(map[string]any); ok {
		meta["location"], meta["version"] = d.location(ctx, t.Endpoint[1:], r.Text("id")), tagOf(r)
	}
	for name, of := range leadingTo {
		list, _ := r[name].([]any)
		if len(list) == 0 {
			continue
		}
		at := d.location(ctx, of.Endpoint[1:]) + "/"
		for _, v := range list {
			if m, ok := v.(map[string]any); ok {
				if id, ok := m["value"].(string); ok {
					m["$ref"] = at + id
				}
			}
		}
	}
	return t.Project(r, p)
}
