package object

import (
	"context"
	"log/slog"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Deps are what the service needs of the rest.
type Deps struct {
	Store    Store
	Keys     Keys
	Settings Settings
	Queue    Queue
	Fetcher  Fetcher
	Env      iam.Env
	Log      *slog.Logger
}

// Keys seals secrets; package keyring satisfies it.
type Keys interface{}

// Settings are those of tenants; package tenancy satisfies it.
type Settings interface{}

// Queue takes durable work; package job satisfies it.
type Queue interface {
	Enqueue(ctx context.Context, t iam.TenantID, j iam.Job, events ...iam.Event) (iam.Job, error)
}

// Fetcher fetches documents; package outbound satisfies it.
type Fetcher interface {
	Fetch(ctx context.Context, url string, limit int64) ([]byte, error)
}

// Service owns configuration objects.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// Runners are the works of the service that package job runs, by kind of job.
func (s *Service) Runners() map[string]func(context.Context, iam.TenantID, iam.Job) (string, error) {
	return nil
}

// Create makes an object. Invalid, with paths below "metadata" and "spec";
// Exists; NotFound: the namespace is not there; Precondition.
func (s *Service) Create(ctx context.Context, by iam.Actor, k *Kind, m Metadata, spec []byte) (Object, error) {
	panic("unfinished")
}

// Replace writes metadata and spec of an object anew. version 0 takes it as it
// is. NotFound, Invalid, Conflict, Precondition.
func (s *Service) Replace(ctx context.Context, by iam.Actor, k *Kind, m Metadata, spec []byte, version int64) (Object, error) {
	panic("unfinished")
}

// Get answers one object. NotFound.
func (s *Service) Get(ctx context.Context, by iam.Actor, k *Kind, namespace, name string) (Object, error) {
	panic("unfinished")
}

// List answers the objects of a kind in a namespace by name, those that match a
// label selector. Invalid: the selector is malformed; NotFound: the namespace.
func (s *Service) List(ctx context.Context, by iam.Actor, k *Kind, namespace, selector string) ([]Object, error) {
	panic("unfinished")
}

// Delete removes an object. NotFound; Precondition with ReasonInUse: others
// refer to it, and failIfReferred is set.
func (s *Service) Delete(ctx context.Context, by iam.Actor, k *Kind, namespace, name string, failIfReferred bool) error {
	panic("unfinished")
}

// Relations answers what refers to an object and what is wrong with what it
// refers to.
func (s *Service) Relations(ctx context.Context, by iam.Actor, o Object) (Relations, error) {
	panic("unfinished")
}

// Referring answers the objects that refer to something of the tenant, also of
// a kind that is kept elsewhere, such as {"user_group", "system", name}.
func (s *Service) Referring(ctx context.Context, by iam.Actor, to Target) ([]Referrer, error) {
	panic("unfinished")
}

// Unrefer takes references to something out of the objects that have them.
// Precondition with ReasonInUse: one cannot be taken out without breaking its
// object; nothing has changed then. Denied: the actor may not update one of them.
func (s *Service) Unrefer(ctx context.Context, by iam.Actor, to Target) error { panic("unfinished") }

// Empty removes all objects of a namespace, as far as it can, and answers what
// became of each.
func (s *Service) Empty(ctx context.Context, by iam.Actor, namespace string) ([]Removal, error) {
	panic("unfinished")
}

// Refresh fetches what an object of kind authorization_server points to, now.
// NotFound. What came of it is in the object's status: a failure to fetch is
// no error.
func (s *Service) Refresh(ctx context.Context, by iam.Actor, namespace, name string) error {
	panic("unfinished")
}
