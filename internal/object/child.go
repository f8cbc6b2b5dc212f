package object

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// CreateChild asks for a tenant below the actor's, as who creates an object of
// kind child_tenant does, and answers the id that it will have. Errors as of
// Create.
func (s *Service) CreateChild(ctx context.Context, by iam.Actor, n iam.NewChild) (iam.TenantID, error) {
	spec, err := specOfChild(n)
	if err != nil {
		return "", err
	}
	o, err := s.Create(ctx, by, childTenant, Metadata{Namespace: iam.NamespaceSystem, Name: cmp.Or(n.Name, n.Domain)}, spec)
	if err != nil {
		return "", err
	}
	link, err := s.Store.Link(ctx, by.Tenant, o.ID)
	return link.Other, err
}

// specOfChild is the spec of a tenant that is to be made.
func specOfChild(n iam.NewChild) ([]byte, error) {
	members := map[string]any{"domain": n.Domain, "company_name": n.CompanyName}
	for member, name := range map[string]string{"tenant_profile": n.Profile, childTenantManager: n.Manager} {
		if name != "" {
			members[member] = viewRef{Name: name}
		}
	}
	if n.Owner.Email != "" {
		members["customer_info"] = customerInfo{n.Owner.Info, n.Owner.Email, n.Owner.GivenName, n.Owner.FamilyName}
	}
	if n.Contact != nil {
		members["contact_detail"] = jsontext.Value(n.Contact)
	}
	return json.Marshal(members)
}

// childSpecOf is the spec of a tenant that was made without.
func childSpecOf(t iam.Tenant) ([]byte, error) {
	return json.Marshal(childTenantSpec{childTenantChange: childTenantChange{CompanyName: t.Name}, Domain: t.Code}, json.Deterministic(true))
}

// inSpec tells of a broken rule of another use case in the words of ours: names
// are the members of the spec that its fields come from.
func inSpec(err error, names map[string]string) error {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	told := *e
	told.Fields, told.Message = make([]iam.Field, len(e.Fields)), ""
	for i, f := range e.Fields {
		should := strings.TrimPrefix(strings.TrimPrefix(f.Message, f.Path), " must ")
		told.Fields[i] = fault("spec."+cmp.Or(names[f.Path], f.Path), f.Reason, should)
		told.Message += " " + told.Fields[i].Message
	}
	told.Message = strings.TrimSpace(told.Message)
	return &told
}

// childWork is the payload of jobs about child tenants.
type childWork struct {
	By       iam.Actor
	Disabled bool           `json:",omitzero"` // of a new one: not to be enabled
	Manager  iam.ObjectID   `json:",omitzero"` // to which Children are to come
	Children []iam.ObjectID `json:",omitzero"`
}

// Kinds of jobs about child tenants.
const (
	jobMakeChild       = "child_tenant.make"
	jobRemoveChild     = "child_tenant.remove"
	jobMigrateChildren = "child_tenant.migrate"
)

// childPatience is how many attempts are made before a fault that may pass is
// told as a failure. More attempts follow.
const childPatience = 4

// childJob answers a job about child tenants.
func childJob(kind string, id iam.ObjectID, w childWork) (iam.Job, error) {
	payload, err := json.Marshal(w)
	return iam.Job{Kind: kind, ObjectID: string(id), Payload: payload, Key: kind + "/" + string(id)}, err
}

// beginChild answers the job that makes the tenant of a new object.
func (s *Service) beginChild(by iam.Actor, m Metadata, r Record) (iam.Job, error) {
	return childJob(jobMakeChild, r.ID, childWork{By: by, Disabled: m.Disabled})
}

// childRunners run the jobs about child tenants.
func (s *Service) childRunners() map[string]func(context.Context, iam.TenantID, iam.Job) (string, error) {
	run := func(do func(context.Context, iam.TenantID, iam.Job, childWork) error) func(context.Context, iam.TenantID, iam.Job) (string, error) {
		return func(ctx context.Context, t iam.TenantID, j iam.Job) (string, error) {
			var w childWork
			if err := json.Unmarshal(j.Payload, &w); err != nil {
				return "", err
			}
			return "", do(ctx, t, j, w)
		}
	}
	return map[string]func(context.Context, iam.TenantID, iam.Job) (string, error){
		jobMakeChild: run(s.makeChild), jobRemoveChild: run(s.removeChild), jobMigrateChildren: run(s.migrateChildren),
	}
}

// child is a child tenant as it is stored.
type child struct {
	record Record
	spec   childTenantSpec
	link   iam.Link
}

// childByID answers a child tenant. NotFound.
func (s *Service) childByID(ctx context.Context, t iam.TenantID, id iam.ObjectID) (c child, err error) {
	if c.record, err = s.Store.ObjectByID(ctx, t, id); err != nil {
		return c, err
	}
	if c.link, err = s.Store.Link(ctx, t, id); err != nil {
		return c, err
	}
	err = json.Unmarshal(c.record.Spec, &c.spec)
	return c, err
}

// settleChild writes into the status of a child what came of an attempt at its
// work, and answers the error that the job is to end with: nil for what will
// not change by trying again. A child that is gone needs no status.
func (s *Service) settleChild(ctx context.Context, t iam.TenantID, id iam.ObjectID, j iam.Job, during, failed childPhase, err error) error {
	if ctx.Err() != nil {
		return err // shutting down says nothing of the work
	}
	e, known := errors.AsType[*iam.Error](err)
	final := known && e.Kind != iam.Unavailable && e.Kind != iam.Internal
	phase, why := during, "there was a fault, and it is tried again"
	if final {
		phase, why = failed, e.Message
	} else if j.Attempts >= childPatience {
		phase = failed
	}
	s.Log.WarnContext(ctx, "objects: work on a child tenant", "kind", j.Kind, "object", id, "attempt", j.Attempts, "error", err)
	if status := s.setChildStatus(ctx, t, id, phase, why); status != nil && !iam.Is(status, iam.NotFound) {
		return errors.Join(err, status)
	}
	if final {
		return nil
	}
	return err
}
