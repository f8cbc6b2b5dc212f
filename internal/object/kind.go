package object

import (
	"cmp"
	"context"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Kind is a kind of objects, as data.
type Kind struct {
	Name   string // "contact"
	Plural string // "contacts", as in paths
	Group  string // "web" or "config": where its paths are
	Title  string // for people: "Contact"
	// System kinds live in namespace "system" only.
	System bool
	// DefaultName is the name of an object whose metadata says none.
	DefaultName string

	// What one has to hold, in the object's namespace.
	Read, Create, Update, Delete iam.Permission

	// Spec is the type of the document that is kept, with rules for package
	// message in its tags; nil for kinds whose spec is free. Creation and
	// Replacement are those of what callers send, which may have fewer of its
	// members: what a replacement has not stays as it is.
	Spec, Creation, Replacement reflect.Type
	// View is the type of the document that who reads is shown.
	View reflect.Type
	// Stateless kinds have objects of which nothing is known but what they say.
	Stateless bool

	secrets bool // whether specs have any
	hooks   hooks[any]
}

// hooks are what a kind does beyond keeping specs, which it gets as pointers.
// None of them is needed.
type hooks[S any] struct {
	// check answers Invalid, with paths below "spec", for what rules in tags
	// cannot say.
	check func(spec S) error
	// single kinds have at most one object in a tenant.
	single bool
	// link answers what a spec says of other tenants and of groups, into r, and
	// its references. It checks that the actor may say so. old is what is there,
	// nil for a new object.
	link func(s *Service, ctx context.Context, by iam.Actor, spec S, r, old *Record) (relating, error)
	// begin answers the job that follows the creation of an object. m is what
	// the creator has said.
	begin func(s *Service, by iam.Actor, m Metadata, r Record) (iam.Job, error)
	// after is done when an object was replaced, before the writer has an
	// answer. m is what the writer has said.
	after func(s *Service, ctx context.Context, by iam.Actor, m Metadata, r Record) error
	// end removes an object, where it takes more than to remove its row.
	end func(s *Service, ctx context.Context, by iam.Actor, r Record, failIfReferred bool) error
	// standing answers how the other tenants stand that objects are about, for
	// view, state and off.
	standing func(s *Service, ctx context.Context, t iam.TenantID, of []Record) (map[iam.ObjectID]string, error)
	// off reports whether a reader is to see the object as disabled.
	off func(standing string) bool
	// view answers what a reader is shown in place of the spec.
	view func(spec S, r Record, standing string) any
	// now brings a spec up to date, in members that others change too.
	now func(s *Service, ctx context.Context, t iam.TenantID, spec S) error
	// state answers the condition "Operational" of an object.
	state func(spec S, r Record, standing string) Condition
	// work is done after each change of an object, by a job: see follow.go.
	work func(s *Service, ctx context.Context, by iam.Actor, id iam.ObjectID, before string) error
	// atOnce lets the work be done before the writer has an answer, and after a
	// removal too. The job is for when that fails, or the node does.
	atOnce bool
	// before answers what the job is to know of the time before the change.
	// Work that is done at once is not told.
	before func(s *Service, ctx context.Context, t iam.TenantID) (string, error)
	// every is how long after an object was made, and again and again, the work
	// is done anew; 0 is never.
	every time.Duration
}

// kinds are those whose spec is known, by name. A file that calls register
// adds one.
var kinds = map[string]*Kind{}

// register adds a kind whose specs are of type S. Unless k says otherwise the
// rights are those on objects, and readers are shown the spec.
func register[S any](k Kind, h hooks[*S]) *Kind {
	k.Plural = k.Name + "s"
	k.Read, k.Create = cmp.Or(k.Read, iam.ObjectsRead), cmp.Or(k.Create, iam.ObjectsCreate)
	k.Update, k.Delete = cmp.Or(k.Update, iam.ObjectsUpdate), cmp.Or(k.Delete, iam.ObjectsDelete)
	k.Spec = reflect.TypeFor[S]()
	for _, t := range []*reflect.Type{&k.View, &k.Creation, &k.Replacement} {
		if *t == nil {
			*t = k.Spec
		}
	}
	k.secrets = hasSecrets(k.Spec)
	k.hooks = hooks[any]{single: h.single, work: h.work, atOnce: h.atOnce, before: h.before, every: h.every,
		begin: h.begin, after: h.after, end: h.end, standing: h.standing, off: h.off}
	if h.check != nil {
		k.hooks.check = func(spec any) error { return h.check(spec.(*S)) }
	}
	if h.view != nil {
		k.hooks.view = func(spec any, r Record, standing string) any { return h.view(spec.(*S), r, standing) }
	}
	if h.now != nil {
		k.hooks.now = func(s *Service, ctx context.Context, t iam.TenantID, spec any) error {
			return h.now(s, ctx, t, spec.(*S))
		}
	}
	if h.state != nil {
		k.hooks.state = func(spec any, r Record, standing string) Condition { return h.state(spec.(*S), r, standing) }
	}
	if h.link != nil {
		k.hooks.link = func(s *Service, ctx context.Context, by iam.Actor, spec any, r, old *Record) (relating, error) {
			return h.link(s, ctx, by, spec.(*S), r, old)
		}
	}
	kinds[k.Name] = &k
	return &k
}

// Kinds answers the kinds whose spec is known, by name.
func Kinds() []*Kind {
	all := make([]*Kind, 0, len(kinds))
	for _, k := range kinds {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b *Kind) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// free answers a kind whose spec is free.
func free(group, name string) *Kind {
	return &Kind{Name: name, Plural: name + "s", Group: group, Title: name,
		Read: iam.ObjectsRead, Create: iam.ObjectsCreate, Update: iam.ObjectsUpdate, Delete: iam.ObjectsDelete}
}

// stored answers the kind of an object that is there.
func stored(name string) *Kind {
	if k, known := kinds[name]; known {
		return k
	}
	return free(groupConfig, name)
}

// Where the paths of kinds are.
const (
	groupWeb    = "web"
	groupConfig = "config"
)

// freePlural is the plural of a kind whose spec is free.
var freePlural = regexp.MustCompile(`^[a-z][a-z0-9_]{1,62}s$`)

// elsewhere are the plurals of what is kept by other parts of the program,
// which no object can pass for.
var elsewhere = []string{"users", "user_roles", "user_groups", "roles", "rbac_policys", "namespace_roles", "namespaces",
	"tenants", "oidc_providers", "customer_supports", "api_credentials", "user_settings", "sessions", "notifications"}

// KindOf answers the kind of a plural in a group of paths: one of Kinds, or one
// whose spec is free. NotFound: no object can be of such a kind, because the
// name is malformed or is that of what is kept elsewhere.
func KindOf(group, plural string) (*Kind, error) {
	name := strings.TrimSuffix(plural, "s")
	k, known := kinds[name]
	switch {
	case known && k.Group == group && k.Plural == plural:
		return k, nil
	case known, group != groupWeb && group != groupConfig, !freePlural.MatchString(plural),
		slices.Contains(elsewhere, plural), isActivity(plural), isActivity(name):
		return nil, iam.ErrNotFound("kind", iam.Cut(plural, 64))
	}
	return free(group, name), nil
}
