package ncloud

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// attrTags holds the tags of an object, as a JSON object.
const attrTags = "ncloud.tags"

// Bounds of tags.
const (
	maxTags     = 20
	maxTag      = 128  // characters of a key, and of a value
	maxTagsText = 4096 // characters of all of them together, as JSON
)

type tag struct {
	Key     string `json:"tagKey"`
	Value   string `json:"tagValue"`
	Display string `json:"tagDisplay" doc:"The key, a colon and the value."`
}

// tagsOf reads the tags of an object out of its attributes.
func tagsOf(attributes map[string]string) map[string]string {
	tags := map[string]string{}
	if text := attributes[attrTags]; text != "" {
		// What another dialect may have written there is no tag of this one.
		if err := json.Unmarshal([]byte(text), &tags); err != nil {
			return map[string]string{}
		}
	}
	return tags
}

func shownTags(attributes map[string]string) []tag {
	tags := tagsOf(attributes)
	shown := make([]tag, 0, len(tags))
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		shown = append(shown, tag{key, tags[key], key + ":" + tags[key]})
	}
	return shown
}

// checkTags answers the tags as an attribute, empty where there are none.
// Precondition, with ReasonLimit: there are too many.
func checkTags(tags map[string]string) (string, error) {
	if len(tags) == 0 {
		return "", nil
	}
	if len(tags) > maxTags {
		return "", iam.E(iam.Precondition, "there may be %d tags", maxTags).Because(iam.ReasonLimit)
	}
	var check iam.Checker
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		check.Length("tagKey", key, 1, maxTag)
		check.Length("tagValue", tags[key], 0, maxTag)
		if !iam.Printable(key) || !iam.Printable(tags[key]) {
			check.Add("tags", iam.ReasonFormat, "tags must not contain control or invisible characters")
		}
	}
	text, err := json.Marshal(tags)
	if err == nil && utf8.RuneCount(text) > maxTagsText {
		check.Add("tags", iam.ReasonLength, "tags must have at most %d characters together, as JSON", maxTagsText)
	}
	if broken := check.Err(); broken != nil {
		err = broken
	}
	return string(text), err
}

func (d *dialect) tagOperations() []api.Operation {
	example := []tag{{"env", "dev", "env:dev"}}
	list := func(id, path, summary string, p iam.Permission, fn func(context.Context, *api.Call, byID) ([]tag, error)) api.Operation {
		return api.Handle(api.Op{
			ID: id, Methods: []string{http.MethodGet}, Paths: at(path), Access: api.Requires(p), Tag: "Tag", Summary: summary,
			Errors: []iam.Kind{iam.NotFound}, ResponseExample: example,
		}, fn)
	}
	return []api.Operation{
		list("account.tags", "/users/{id}/tags", "List the tags of a sub account", iam.UsersRead, d.accountTags),
		list("group.tags", "/groups/{id}/tags", "List the tags of a group", iam.GroupsRead, d.groupTags),
		list("policy.tags", "/policies/{id}/tags", "List the tags of a policy", iam.RolesRead, d.policyTags),
		list("role.tags", "/roles/{id}/tags", "List the tags of a role", iam.GroupsRead, d.roleTags),
		api.Handle(api.Op{
			ID: "account.tag", Methods: []string{http.MethodPost}, Paths: at("/users/{id}/tags"), Access: api.Requires(iam.UsersUpdate),
			Tag: "Tag", Summary: "Add a tag to a sub account, or several", Errors: []iam.Kind{iam.NotFound, iam.Precondition},
			RequestExample: tagForm{Key: "env", Value: "dev"}, ResponseExample: done,
		}, d.tagAccount),
		api.Handle(api.Op{
			ID: "account.untag", Methods: []string{http.MethodDelete}, Paths: at("/users/{id}/tags"), Access: api.Requires(iam.UsersUpdate),
			Tag: "Tag", Summary: "Remove a tag from a sub account", Errors: []iam.Kind{iam.NotFound},
			RequestExample: tagForm{Key: "env"}, ResponseExample: done,
		}, d.untagAccount),
	}
}

// tagForm is one tag or, as where something is made with tags, a map of them.
type tagForm struct {
	Key   string            `json:"tagKey,omitzero"`
	Value string            `json:"tagValue,omitzero"`
	Tags  map[string]string `json:"tags,omitzero"`
}

type byID struct {
	ID string `path:"id"`
}

func (d *dialect) accountTags(ctx context.Context, c *api.Call, in byID) ([]tag, error) {
	u, err := d.Directory.User(ctx, c.Actor, directory.UserKey{ID: iam.UserID(in.ID)})
	return shownTags(u.Attributes), missing(err, reasonNoTagged)
}

func (d *dialect) groupTags(ctx context.Context, c *api.Call, in byID) ([]tag, error) {
	g, err := d.group(ctx, c.Actor, in.ID)
	return shownTags(g.Attributes), err
}

func (d *dialect) roleTags(ctx context.Context, c *api.Call, in byID) ([]tag, error) {
	g, err := d.role(ctx, c.Actor, in.ID)
	return shownTags(g.Attributes), err
}

func (d *dialect) policyTags(ctx context.Context, c *api.Call, in byID) ([]tag, error) {
	r, err := d.Access.Role(ctx, c.Actor, access.RoleKey{ID: iam.RoleID(in.ID)})
	return shownTags(r.Attributes), missing(err, reasonNoPolicy)
}

func (d *dialect) tagAccount(ctx context.Context, c *api.Call, in struct {
	byID
	Body tagForm `body:"required"`
}) (result, error) {
	added := in.Body.Tags
	if in.Body.Key != "" || len(added) == 0 {
		added = iam.Merge(added, map[string]string{in.Body.Key: in.Body.Value})
	}
	return d.changeTags(ctx, c.Actor, in.ID, func(tags map[string]string) { maps.Copy(tags, added) })
}

func (d *dialect) untagAccount(ctx context.Context, c *api.Call, in struct {
	byID
	Body tagForm `body:"required"`
}) (result, error) {
	if in.Body.Key == "" && len(in.Body.Tags) == 0 {
		var check iam.Checker
		check.Add("tagKey", iam.ReasonRequired, "tagKey is required")
		return result{}, check.Err()
	}
	return d.changeTags(ctx, c.Actor, in.ID, func(tags map[string]string) {
		delete(tags, in.Body.Key)
		for key := range in.Body.Tags {
			delete(tags, key)
		}
	})
}

// changeTags changes the tags of a sub account.
func (d *dialect) changeTags(ctx context.Context, by iam.Actor, id string, change func(map[string]string)) (result, error) {
	_, err := d.change(ctx, by, id, func(u iam.User) (*directory.UserChange, error) {
		tags := tagsOf(u.Attributes)
		change(tags)
		text, err := checkTags(tags)
		if err != nil {
			return nil, err
		}
		return &directory.UserChange{Attributes: map[string]*string{attrTags: orNil(text)}}, nil
	})
	return done, missing(err, reasonNoTagged)
}

// orNil is nil for an empty text, which removes an attribute.
func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
