package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

func (s *Store) InsertObject(ctx context.Context, t iam.TenantID, r object.Record, refs []object.Reference, events ...iam.Event) error {
	panic("unfinished")
}
func (s *Store) UpdateObject(ctx context.Context, t iam.TenantID, r object.Record, refs []object.Reference, events ...iam.Event) error {
	panic("unfinished")
}
func (s *Store) SetObjectStatus(ctx context.Context, t iam.TenantID, id iam.ObjectID, status []byte) error {
	panic("unfinished")
}
func (s *Store) DeleteObject(ctx context.Context, t iam.TenantID, id iam.ObjectID, free bool, events ...iam.Event) error {
	panic("unfinished")
}
func (s *Store) Object(ctx context.Context, t iam.TenantID, kind, namespace, name string) (object.Record, error) {
	panic("unfinished")
}
func (s *Store) ObjectByID(ctx context.Context, t iam.TenantID, id iam.ObjectID) (object.Record, error) {
	panic("unfinished")
}
func (s *Store) Objects(ctx context.Context, t iam.TenantID, kind, namespace string) ([]object.Record, error) {
	panic("unfinished")
}
func (s *Store) References(ctx context.Context, t iam.TenantID, id iam.ObjectID) ([]object.FoundReference, error) {
	panic("unfinished")
}
func (s *Store) Referring(ctx context.Context, t iam.TenantID, to object.Target) ([]object.Referrer, error) {
	panic("unfinished")
}
func (s *Store) Members(ctx context.Context, t iam.TenantID, of ...iam.GroupID) ([]directory.Membership, error) {
	panic("unfinished")
}
func (s *Store) InsertBindings(ctx context.Context, t iam.TenantID, bs []iam.Binding, events ...iam.Event) error {
	panic("unfinished")
}
func (s *Store) AllBindings(ctx context.Context, t iam.TenantID) ([]iam.Binding, error) {
	panic("unfinished")
}
func (s *Store) EnsureAPIGroups(ctx context.Context, t iam.TenantID, groups []iam.APIGroup) ([]iam.APIGroup, error) {
	panic("unfinished")
}
func (s *Store) Plan(ctx context.Context, t iam.TenantID) (iam.Plan, error) { panic("unfinished") }
func (s *Store) SetPlan(ctx context.Context, id iam.TenantID, p iam.Plan, events ...iam.Event) error {
	panic("unfinished")
}
