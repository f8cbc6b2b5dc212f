package object

import (
	"context"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Activity is a list of objects that are active in a namespace. It is kept as
// an object of a kind of its own, which has no paths, so that what is active is
// referred to like by any other object.
type Activity struct {
	name  string // the kind of the record that keeps it
	of    string // the kind of the objects
	items string // what callers call them
	most  int
}

// The activities.
var (
	AlertPolicies   = Activity{"active_alert_policies", "alert_policy", "alert_policies", 32}
	NetworkPolicies = Activity{"active_network_policies", "network_policy", "network_policies", 32}
	ServicePolicies = Activity{"active_service_policies", "service_policy", "service_policies", 32}
	FastACLs        = Activity{"fast_acls_for_internet_vips", "fast_acl", "fast_acls", 128}
)

// activeName is the name of the one record of an activity in a namespace.
const activeName = "active"

// isActivity reports whether a kind is that of the record of an activity.
func isActivity(kind string) bool {
	return kind == AlertPolicies.name || kind == NetworkPolicies.name || kind == ServicePolicies.name || kind == FastACLs.name
}

// ActiveObject is one of them, with its state.
type ActiveObject struct {
	Target
	Missing  bool // it has been removed since
	Disabled bool
}

// activeSpec is the spec of the record.
type activeSpec struct {
	Items []activeItem `json:"items"`
}

type activeItem struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// pointer leads to an item.
func (activeSpec) pointer(i int) string { return "/items/" + strconv.Itoa(i) }

// Active answers what is active in a namespace, in order. NotFound: the namespace.
func (s *Service) Active(ctx context.Context, by iam.Actor, a Activity, namespace string) ([]ActiveObject, error) {
	r, err := s.Store.Object(ctx, by.Tenant, a.name, namespace, activeName)
	if iam.Is(err, iam.NotFound) {
		_, err := s.Tenants.Namespace(ctx, by, namespace)
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	var spec activeSpec
	if err := json.Unmarshal(r.Spec, &spec); err != nil {
		return nil, err
	}
	refs, err := s.Store.References(ctx, by.Tenant, r.ID)
	if err != nil {
		return nil, err
	}
	active := make([]ActiveObject, 0, len(spec.Items))
	for i := range spec.Items {
		at := slices.IndexFunc(refs, func(f FoundReference) bool { return f.Path == spec.pointer(i) })
		if at < 0 {
			continue // rewritten while it was read
		}
		t := refs[at].Target
		gone := refs[at].Dead || t.ID == "" // the latter when it went while it was made active
		active = append(active, ActiveObject{Target: t, Missing: gone, Disabled: refs[at].Disabled})
	}
	return active, nil
}

// maxSetActive bounds how often a list is tried to be written that others write too.
const maxSetActive = 5

// SetActive says what is active in a namespace, in order; none is none. A
// target without a namespace is in this one, or else in "shared", and can be in
// no other. Invalid: one is not there, or is given twice; NotFound: the
// namespace; Precondition: it is disabled.
func (s *Service) SetActive(ctx context.Context, by iam.Actor, a Activity, namespace string, targets []Target) error {
	if _, err := s.Tenants.Namespace(ctx, by, namespace); err != nil {
		return err
	}
	if len(targets) > a.most {
		return invalid(a.items, iam.ReasonLimit, "have at most "+strconv.Itoa(a.most)+" items, got "+strconv.Itoa(len(targets)))
	}
	var spec activeSpec
	var refs []Reference
	for i, t := range targets {
		there, err := s.findActive(ctx, by, a, namespace, t)
		if err != nil {
			return err
		}
		path := a.items + "[" + strconv.Itoa(i) + "]"
		if there == nil {
			return invalid(path, iam.ReasonFormat, "name a "+a.of+" that is in the namespace or in \"shared\"")
		}
		item := activeItem{a.of, there.Namespace, there.Name}
		if slices.Contains(spec.Items, item) {
			return invalid(path, iam.ReasonDuplicate, "be given once")
		}
		spec.Items = append(spec.Items, item)
		refs = append(refs, Reference{Path: spec.pointer(i), Target: there.target()})
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	for range maxSetActive {
		err = s.writeActive(ctx, by, a, namespace, text, refs)
		if !iam.Is(err, iam.Conflict) && !iam.Is(err, iam.Exists) {
			break // otherwise somebody has written it in the meantime, and the last one counts
		}
	}
	return err
}

// writeActive makes or changes the record.
func (s *Service) writeActive(ctx context.Context, by iam.Actor, a Activity, namespace string, spec []byte, refs []Reference) error {
	now := s.Env.Time()
	r, err := s.Store.Object(ctx, by.Tenant, a.name, namespace, activeName)
	switch {
	case err == nil:
		r.Spec, r.Updated = spec, now
		return s.Store.UpdateObject(ctx, by.Tenant, r, refs, nil, s.event(by, "update", r, relating{}))
	case iam.Is(err, iam.NotFound):
		r = Record{Metadata: Metadata{Namespace: namespace, Name: activeName}, ID: iam.ObjectID(s.Env.NewID()), Kind: a.name,
			Spec: spec, CreatedBy: by.User, Created: now, Updated: now, Version: 1}
		return s.Store.InsertObject(ctx, by.Tenant, r, refs, nil, s.event(by, "create", r, relating{}))
	}
	return err
}

// findActive answers the object that a target means, nil where there is none.
func (s *Service) findActive(ctx context.Context, by iam.Actor, a Activity, namespace string, t Target) (*Record, error) {
	places := []string{namespace, iam.NamespaceShared}
	if t.Namespace != "" {
		if !slices.Contains(places, t.Namespace) {
			return nil, nil
		}
		places = []string{t.Namespace}
	}
	for _, place := range places {
		r, err := s.Store.Object(ctx, by.Tenant, a.of, place, t.Name)
		if err == nil {
			return &r, nil
		}
		if !iam.Is(err, iam.NotFound) {
			return nil, err
		}
	}
	return nil, nil
}
