package f5xc

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// analysis says whether something can be deleted.
type analysis string

// What comes of an analysis. Gatehouse itself needs no group, and nobody has to
// take a reference out by hand that could not go by itself.
const (
	deletable     analysis = "Deletable"
	autoRemovable analysis = "ReferencesAutoRemovable"
	nonRemovable  analysis = "ReferencesNonRemovable"
)

// Names implements message.Enum.
func (analysis) Names() []string {
	return []string{"Unknown", string(deletable), "Internal", string(autoRemovable), "ReferencesRemovable", string(nonRemovable)}
}

// analyzeForm names what is to be looked at.
type analyzeForm struct {
	Named *namedObject `json:"namespace_name_identifier" oneof:"object_identifier"`
	UID   string       `json:"object_uid" oneof:"object_identifier"`
}

type namedObject struct {
	Name      string `json:"object_name" rule:"string.min_len=1;string.ves_object_name=true"`
	Namespace string `json:"object_namespace" rule:"string.min_len=1;string.ves_object_name=true"`
}

// analyzed tells what refers to a group and what it refers to, by kind.
type analyzed struct {
	Referring map[string][]objectRef `json:"back_referencing_items"`
	Analysis  analysis               `json:"deletion_analysis"`
	Referred  map[string][]objectRef `json:"referenced_items"`
}

// groupSpec is what the read-only form shows of a group.
type groupSpec struct {
	DisplayName string `json:"display_name"`
}

func (d *dialect) groupViewOperations() []api.Operation {
	const groups = "/api/web/namespaces/{namespace}/user_groups"
	return []api.Operation{
		api.Handle(api.Op{
			ID: "group.analyze", Methods: []string{http.MethodPost}, Paths: []string{"/api/web/custom/namespaces/system/user_groups/analyze_for_deletion"},
			Access: api.Requires(iam.GroupsRead), Tag: "User groups", Summary: "Tell whether a group can be deleted", Errors: []iam.Kind{iam.NotFound},
			RequestExample: analyzeForm{Named: &namedObject{exampleGroup.Name, iam.NamespaceSystem}}, ResponseExample: exampleAnalyzed,
		}, d.analyzeGroup),
		api.Handle(api.Op{
			ID: "group.view-list", Methods: []string{http.MethodGet}, Paths: []string{groups}, Access: api.Requires(iam.GroupsRead), Namespace: "namespace",
			Tag: "User groups", Summary: "List groups as configuration objects", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: listing{}.list([]shown{exampleGroupView}),
		}, d.viewGroups),
		api.Handle(api.Op{
			ID: "group.view", Methods: []string{http.MethodGet}, Paths: []string{groups + "/{name}"}, Access: api.Requires(iam.GroupsRead), Namespace: "namespace",
			Tag: "User groups", Summary: "Get a group as a configuration object", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: getAnswer{Metadata: exampleGroupView.meta, Spec: exampleGroupView.spec, System: exampleGroupView.system},
		}, d.viewGroup),
	}
}

// groupTarget is a group as objects refer to it.
func groupTarget(g iam.Group) object.Target {
	return object.Target{Kind: kindGroup, Namespace: iam.NamespaceSystem, Name: g.Name}
}

// referrers answers the objects that refer to a group, each once.
func (d *dialect) referrers(ctx context.Context, by iam.Actor, g iam.Group) ([]object.Target, error) {
	found, err := d.Objects.Referring(ctx, by, groupTarget(g))
	var all []object.Target
	for _, r := range found {
		if !slices.Contains(all, r.Target) {
			all = append(all, r.Target)
		}
	}
	return all, err
}

// kindsOf counts objects by kind.
func kindsOf(objects []object.Target) map[string]int {
	counts := map[string]int{}
	for _, o := range objects {
		counts[o.Kind]++
	}
	return counts
}

// freeGroup sees to it that no object refers to a group that is to go, taking
// references out where that is wanted. Precondition with ReasonInUse.
func (d *dialect) freeGroup(ctx context.Context, by iam.Actor, g iam.Group, attempt bool) error {
	referrers, err := d.referrers(ctx, by, g)
	if err != nil || len(referrers) == 0 {
		return err
	}
	if !attempt {
		return iam.E(iam.Precondition, "user group %q is referred to by %s", g.Name, listed(referrers)).Because(iam.ReasonInUse).About(g.Name)
	}
	return d.Objects.Unrefer(ctx, by, groupTarget(g))
}

// maxListed is how many objects a message names.
const maxListed = 10

// listed names objects, for people.
func listed(objects []object.Target) string {
	var names []string
	for _, o := range objects {
		if len(names) == maxListed {
			names = append(names, fmt.Sprintf("%d more", len(objects)-maxListed))
			break
		}
		names = append(names, o.Kind+" "+o.Namespace+"/"+o.Name)
	}
	return strings.Join(names, ", ")
}

func (d *dialect) analyzeGroup(ctx context.Context, c *api.Call, in struct {
	Body analyzeForm `body:"required"`
}) (analyzed, error) {
	g, err := d.identified(ctx, c.Actor, in.Body)
	if err != nil {
		return analyzed{}, err
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	if err != nil {
		return analyzed{}, err
	}
	a := analyzed{map[string][]objectRef{}, deletable, map[string][]objectRef{}}
	referrers, err := d.referrers(ctx, c.Actor, g)
	if err != nil {
		return analyzed{}, err
	}
	for _, r := range referrers {
		a.Referring[r.Kind] = append(a.Referring[r.Kind], targetRef(t, r))
	}
	if len(referrers) > 0 {
		a.Analysis = autoRemovable
		err := d.Objects.CheckUnrefer(ctx, c.Actor, groupTarget(g))
		if err != nil && !iam.Is(err, iam.Precondition) && !iam.Is(err, iam.Denied) {
			return analyzed{}, err
		}
		if err != nil {
			a.Analysis = nonRemovable
		}
	}
	members, err := d.Directory.Members(ctx, c.Actor, g.ID)
	if err != nil {
		return analyzed{}, err
	}
	for _, m := range members {
		a.Referred[kindUser] = append(a.Referred[kindUser], objectRef{kindUser, m.User.Name, iam.NamespaceSystem, t.Code, string(m.User.ID)})
	}
	grants, err := d.Access.GroupGrants(ctx, c.Actor, g.ID)
	for _, b := range grants {
		a.Referred[kindNamespaceRole] = append(a.Referred[kindNamespaceRole],
			objectRef{kindNamespaceRole, string(b.Binding.ID), iam.NamespaceSystem, t.Code, string(b.Binding.ID)})
	}
	return a, err
}

// identified answers the group that a form names.
func (d *dialect) identified(ctx context.Context, by iam.Actor, f analyzeForm) (iam.Group, error) {
	switch {
	case f.UID != "":
		return d.Directory.Group(ctx, by, directory.GroupKey{ID: iam.GroupID(f.UID)})
	case f.Named == nil:
		return iam.Group{}, notAs("object_identifier", "one of namespace_name_identifier and object_uid", "")
	}
	if err := inSystem("user groups", f.Named.Namespace); err != nil {
		return iam.Group{}, err
	}
	return d.groupNamed(ctx, by, f.Named.Name)
}

func targetRef(t iam.Tenant, o object.Target) objectRef {
	return objectRef{Kind: o.Kind, Name: o.Name, Namespace: o.Namespace, Tenant: t.Code, UID: o.ID}
}

// groupView shows a group as a configuration object.
func groupView(t iam.Tenant, g iam.Group) shown {
	return shown{kind: kindGroup, spec: groupSpec{g.Attributes[attrDisplayName]},
		meta: objectMeta{Name: g.Name, Namespace: iam.NamespaceSystem, Description: g.Description, Labels: tags(nil), Annotations: tags(nil)},
		system: systemMeta{UID: string(g.ID), Created: timeOf(g.Created), Modified: timeOf(g.Updated), Tenant: t.Code,
			Finalizers: []string{}}}
}

func (d *dialect) viewGroups(ctx context.Context, c *api.Call, in struct {
	inNamespace
	listing
}) (listAnswer, error) {
	if err := inSystem("user groups", in.Namespace); err != nil {
		return listAnswer{}, err
	}
	selector, err := object.ParseSelector(in.LabelFilter)
	if err != nil {
		return listAnswer{}, err
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	if err != nil {
		return listAnswer{}, err
	}
	groups, err := d.allGroups(ctx, c.Actor)
	var views []shown
	for _, g := range groups {
		if v := groupView(t, g); selector.Matches(v.meta.Labels) {
			views = append(views, v)
		}
	}
	return in.list(views), err
}

func (d *dialect) viewGroup(ctx context.Context, c *api.Call, in struct {
	named
	format
}) (getAnswer, error) {
	if err := inSystem("user groups", in.Namespace); err != nil {
		return getAnswer{}, err
	}
	format, err := in.read()
	if err != nil {
		return getAnswer{}, err
	}
	g, err := d.groupNamed(ctx, c.Actor, in.Name)
	if err != nil {
		return getAnswer{}, err
	}
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	if err != nil {
		return getAnswer{}, err
	}
	return groupView(t, g).get(format, func() (referring, disabled, deleted []objectRef, err error) {
		referrers, err := d.referrers(ctx, c.Actor, g)
		for _, r := range referrers {
			referring = append(referring, targetRef(t, r))
		}
		return referring, nil, nil, err
	})
}
