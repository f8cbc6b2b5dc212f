package scim

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TypeSet answers those of the actor's tenant.
func (s *Service) TypeSet(ctx context.Context, by iam.Actor) (TypeSet, error) {
	return s.types.Get(ctx, by.Tenant, "", func(ctx context.Context) (TypeSet, error) {
		extensions, err := s.store.Extensions(ctx, by.Tenant)
		return Standard.extended(extensions), err
	})
}

// extended answers the types with the schemas by which a tenant extends them.
func (t TypeSet) extended(by []Extension) TypeSet {
	return TypeSet{t.Users.extended(by), t.Groups.extended(by)}
}

// extended answers the type with those schemas that are of it.
func (t *ResourceType) extended(by []Extension) *ResourceType {
	more := *t
	more.Extensions = slices.Clone(t.Extensions)
	for _, x := range by {
		if x.Of == t.Name {
			more.Extensions = append(more.Extensions, &x.Schema)
		}
	}
	return &more
}

// Extensions answers the schemas that the actor's tenant has made, by URN.
func (s *Service) Extensions(ctx context.Context, by iam.Actor) ([]Extension, error) {
	return s.store.Extensions(ctx, by.Tenant)
}

// Extension answers one of them. NotFound.
func (s *Service) Extension(ctx context.Context, by iam.Actor, urn string) (Extension, error) {
	all, err := s.store.Extensions(ctx, by.Tenant)
	if err != nil {
		return Extension{}, err
	}
	if i := indexOf(all, urn); i >= 0 {
		return all[i], nil
	}
	return Extension{}, iam.ErrNotFound("schema", iam.Cut(urn, maxKeptName))
}

// SetExtension writes a schema of the actor's tenant: definition is a Schema
// resource (RFC 7643 section 7), of the type of resources that has the name; none
// leaves it as it is, and is User of a new one. version is that which was read, 0 for whatever it is, also none. Invalid;
// NotFound: there is none of that version; Conflict; Precondition: what it leaves
// out, or compares in another way, has values, or there are too many schemas.
func (s *Service) SetExtension(ctx context.Context, by iam.Actor, of string, definition map[string]any, version int64) (Extension, error) {
	read, err := ReadSchema(definition)
	if err != nil {
		return Extension{}, err
	}
	if of != "" {
		t, err := Standard.Type(of)
		if err != nil {
			return Extension{}, broken(ReasonValue, "resourceType", "must be User or Group")
		}
		of = t.Name
	}
	for range tries {
		var e Extension
		if e, err = s.setExtension(ctx, by, of, read, version); version != 0 || !iam.Is(err, iam.Conflict) && !iam.Is(err, iam.Exists) {
			return e, err
		}
	}
	return Extension{}, err
}

func (s *Service) setExtension(ctx context.Context, by iam.Actor, of string, now Schema, version int64) (Extension, error) {
	all, err := s.store.Extensions(ctx, by.Tenant)
	if err != nil {
		return Extension{}, err
	}
	e := Extension{Of: cmp.Or(of, Users.Name), Created: s.env.Time(), Version: version}
	e.Updated = e.Created
	verb := "create"
	if i := indexOf(all, now.ID); i >= 0 {
		now.ID, verb = all[i].Schema.ID, "update" // under its name values are kept
		e.Of = cmp.Or(of, all[i].Of)
		e.Version = cmp.Or(version, all[i].Version)
		all = slices.Delete(all, i, i+1)
	} else if version != 0 {
		return Extension{}, iam.ErrNotFound("schema", iam.Cut(now.ID, maxKeptName))
	}
	if e.Schema, err = now.define(all); err != nil {
		return Extension{}, err
	}
	return s.store.SetExtension(ctx, by.Tenant, e, s.env.Event(by, "scim_schema", verb, e.Schema.ID, e.Schema.Name))
}

// DeleteExtension removes a schema of the actor's tenant. NotFound; Precondition: it
// has values.
func (s *Service) DeleteExtension(ctx context.Context, by iam.Actor, urn string) error {
	old, err := s.Extension(ctx, by, urn)
	if err != nil {
		return err
	}
	return s.store.DeleteExtension(ctx, by.Tenant, old.Schema.ID, s.env.Event(by, "scim_schema", "delete", old.Schema.ID, old.Schema.Name))
}

// indexOf is where the schema of a URN is among several, -1 where it is not.
func indexOf(all []Extension, urn string) int {
	return slices.IndexFunc(all, func(e Extension) bool { return strings.EqualFold(e.Schema.ID, urn) })
}
