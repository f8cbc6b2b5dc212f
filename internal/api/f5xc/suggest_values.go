package f5xc

import (
	"cmp"
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/message"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// suggester finds values for fields of a request about an object of a kind in
// a namespace, for somebody. What they may not read is as if it were not there.
type suggester struct {
	d         *dialect
	by        iam.Actor
	namespace string
	kind      string // empty when it is not known
	match     string // folded; may narrow what is read
}

// field answers values of the field at a path. A member of a reference is that
// of what the member around it names.
func (s suggester) field(ctx context.Context, path []string) ([]suggestion, error) {
	if len(path) == 0 {
		return nil, nil
	}
	last, around := path[len(path)-1], ""
	if len(path) > 1 {
		around = path[len(path)-2]
	}
	switch {
	case last == "labels":
		return s.labels(ctx, func(key, _ string) string { return key })
	case around == "labels":
		return s.labels(ctx, func(key, value string) string {
			if key != last {
				return ""
			}
			return value
		})
	case last == "name":
		return s.named(ctx, around, false)
	}
	if words := s.words(path); words != nil {
		return words, nil
	}
	return s.named(ctx, last, true)
}

// named answers what a member can name, as texts, or as references where the
// member is one.
func (s suggester) named(ctx context.Context, member string, refer bool) ([]suggestion, error) {
	switch member {
	case "role", "roles":
		return s.roles(ctx)
	case "group", "groups", "group_name", "group_names", "user_group", "user_groups":
		return s.groups(ctx)
	case "user", "users", "username", "usernames", "email", "emails":
		return s.users(ctx)
	case "api_group", "api_groups":
		return s.apiGroups(ctx)
	case "namespace", "namespaces":
		found, err := s.d.readableNamespaces(ctx, s.by)
		return suggestions(found, func(n iam.Namespace) suggestion { return suggested(n.Name, n.Description) }), err
	default:
		return s.objects(ctx, member, refer)
	}
}

func suggestions[T any](all []T, as func(T) suggestion) []suggestion {
	made := make([]suggestion, len(all))
	for i, x := range all {
		made[i] = as(x)
	}
	return made
}

const (
	rolesPath  = "/api/web/custom/namespaces/{namespace}/roles"
	usersPath  = "/api/web/custom/namespaces/{namespace}/user_roles"
	groupsPath = "/api/web/custom/namespaces/system/user_groups"
)

// reads reports whether the caller could list what is at a path.
func (s suggester) reads(ctx context.Context, namespace, path string) (bool, error) {
	return s.d.may(ctx, s.by, namespace, http.MethodGet, path)
}

func (s suggester) roles(ctx context.Context) ([]suggestion, error) {
	if may, err := s.reads(ctx, iam.NamespaceSystem, rolesPath); !may || err != nil {
		return nil, err
	}
	_, found, err := s.d.rolesIn(ctx, s.by, iam.NamespaceSystem)
	return suggestions(found, func(r iam.Role) suggestion { return suggested(r.Name, r.Description) }), err
}

// apiGroups are part of what roles are.
func (s suggester) apiGroups(ctx context.Context) ([]suggestion, error) {
	if may, err := s.reads(ctx, iam.NamespaceSystem, rolesPath); !may || err != nil {
		return nil, err
	}
	found, err := s.d.Access.AllAPIGroups(ctx, s.by)
	return suggestions(found, func(g iam.APIGroup) suggestion { return suggested(g.Name, g.Description) }), err
}

func (s suggester) groups(ctx context.Context) ([]suggestion, error) {
	if may, err := s.reads(ctx, iam.NamespaceSystem, groupsPath); !may || err != nil {
		return nil, err
	}
	var all []suggestion
	for page := (iam.Page{Limit: iam.MaxPage}); ; {
		found, err := s.d.Directory.Groups(ctx, s.by, page)
		if err != nil {
			return nil, err
		}
		all = append(all, suggestions(found.Items, func(g iam.Group) suggestion { return suggested(g.Name, g.Description) })...)
		if found.Next == (iam.Cursor{}) {
			return all, nil
		}
		page.After = found.Next
	}
}

// users asks storage for those that match only: there may be a million.
func (s suggester) users(ctx context.Context) ([]suggestion, error) {
	if may, err := s.reads(ctx, iam.NamespaceSystem, usersPath); !may || err != nil {
		return nil, err
	}
	if strings.ContainsAny(s.match, "*|") {
		return nil, nil // signs of patterns, which no address and no name of a person has
	}
	pattern := iam.Pattern("*" + s.match + "*")
	var all []suggestion
	for _, f := range []directory.UserFilter{{Username: pattern}, {Email: pattern}, {DisplayName: pattern}} {
		found, err := s.d.Directory.Users(ctx, s.by, f, iam.Page{Limit: mostSuggestions})
		if err != nil {
			return nil, err
		}
		all = append(all, suggestions(found.Items, func(u iam.User) suggestion {
			return suggested(cmp.Or(u.Email, u.Username), cmp.Or(u.DisplayName, strings.TrimSpace(u.GivenName+" "+u.FamilyName)))
		})...)
	}
	return all, nil
}

// objects answers those that a reference can name: of the namespace, and of
// the one that all share.
func (s suggester) objects(ctx context.Context, member string, refer bool) ([]suggestion, error) {
	t, err := s.d.Tenancy.Tenant(ctx, s.by)
	if err != nil {
		return nil, err
	}
	var all []suggestion
	for _, k := range kindsNamed(member) {
		for _, namespace := range slices.Compact([]string{s.namespace, iam.NamespaceShared}) {
			found, err := s.list(ctx, k, namespace)
			if err != nil {
				return nil, err
			}
			for _, o := range found {
				v := suggested(o.Name, o.Description)
				if refer {
					v.Text, v.Reference = "", &viewRef{Name: o.Name, Namespace: o.Namespace, Tenant: t.Code}
				}
				all = append(all, v)
			}
		}
	}
	return all, nil
}

// list answers the objects of a kind in a namespace that the caller may read.
func (s suggester) list(ctx context.Context, k *object.Kind, namespace string) ([]object.Object, error) {
	if k.System && namespace != iam.NamespaceSystem {
		return nil, nil
	}
	if may, err := s.reads(ctx, namespace, objectsPath(k)); !may || err != nil {
		return nil, err
	}
	return s.d.Objects.List(ctx, s.by, k, namespace, "")
}

// kindsNamed answers the kinds that a member of a spec may refer to: the one of
// its name, or, of a list, of its singular.
func kindsNamed(member string) (kinds []*object.Kind) {
	names := []string{member, strings.TrimSuffix(member, "s")}
	if stem, ok := strings.CutSuffix(member, "ies"); ok {
		names = append(names, stem+"y")
	}
	for _, name := range names {
		if k := kindNamed(name); k != nil && !slices.ContainsFunc(kinds, func(o *object.Kind) bool { return o.Name == k.Name }) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// kindNamed answers the kind of a name; nil when there can be none.
func kindNamed(name string) *object.Kind {
	for _, group := range []string{"config", "web"} {
		if k, err := object.KindOf(group, name+"s"); err == nil {
			return k
		}
	}
	return nil
}

// labels answers what pick says of the labels of namespaces, and of objects of
// the kinds that are known and of the one of the request.
func (s suggester) labels(ctx context.Context, pick func(key, value string) string) ([]suggestion, error) {
	found, err := s.d.readableNamespaces(ctx, s.by)
	if err != nil {
		return nil, err
	}
	texts := map[string]bool{}
	learn := func(labels map[string]string) {
		for key, value := range labels {
			texts[pick(key, value)] = true
		}
	}
	for _, n := range found {
		learn(n.Labels)
	}
	kinds := object.Kinds()
	if k := kindNamed(s.kind); k != nil && k.Spec == nil {
		kinds = append(kinds, k)
	}
	for _, k := range kinds {
		objects, err := s.list(ctx, k, s.namespace)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			learn(o.Labels)
		}
	}
	delete(texts, "")
	var all []suggestion
	for text := range texts {
		all = append(all, suggested(text, ""))
	}
	return all, nil
}

// words answers the values of an enum in the spec of a kind: that of the
// request, or any where it says none. nil means that no enum is at the path.
func (s suggester) words(path []string) (all []suggestion) {
	if path[0] != "spec" {
		return nil
	}
	for _, k := range object.Kinds() {
		if s.kind != "" && s.kind != k.Name {
			continue
		}
		if e, ok := enumAt(k.Spec, path[1:]); ok {
			all = append(all, suggestions(e.Names(), func(word string) suggestion { return suggested(word, "") })...)
		}
	}
	return all
}

// enumAt answers the enum at a path in a type.
func enumAt(t reflect.Type, path []string) (message.Enum, bool) {
	if t = typeAt(t, path); t == nil {
		return nil, false
	}
	e, ok := reflect.Zero(t).Interface().(message.Enum)
	return e, ok
}

// typeAt answers the type of the member at a path in a type, of a list that of
// an item; nil where there is none.
func typeAt(t reflect.Type, path []string) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if len(path) == 0 {
		return t
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name == path[0] {
			return typeAt(t.Field(i).Type, path[1:])
		}
	}
	return nil
}
