package signup

import (
	"context"
	"log/slog"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// Options say where new customers go. The zero Options let nobody sign up.
type Options struct {
	Below   string // the code of the tenant below which theirs are made; empty: sign-up is closed
	Profile string // the name of a tenant_profile of that tenant, which theirs get; empty: none
}

// Deps are what the service needs of the rest.
type Deps struct {
	Options
	Store    Store
	Keys     Keys
	Tenants  Tenants
	Children Children
	Limits   Limits
	Mail     Mail
	Queue    Queue
	Env      iam.Env
	Log      *slog.Logger
}

// Keys makes and checks the secrets of links; package keyring satisfies it.
type Keys interface {
	MAC(ctx context.Context, t iam.TenantID, p keyring.Purpose, data []byte) (keyID string, mac []byte, err error)
	VerifyMAC(ctx context.Context, t iam.TenantID, p keyring.Purpose, keyID string, data, mac []byte) (bool, error)
}

// Tenants answers tenants and what they have decided; package tenancy satisfies it.
type Tenants interface {
	ByCode(ctx context.Context, code string) (iam.Tenant, error)
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
}

// Children makes tenants below others; package object satisfies it.
type Children interface {
	// CheckChild answers Invalid, with fields below "spec", for a tenant that
	// nobody could make.
	CheckChild(n iam.NewChild) error
	// CreateChild asks for a tenant below the actor's, which a job makes, and
	// answers its id. Exists: the domain is taken.
	CreateChild(ctx context.Context, by iam.Actor, n iam.NewChild) (iam.TenantID, error)
	// Child answers how a tenant stands that was asked for. NotFound.
	Child(ctx context.Context, by iam.Actor, domain string) (iam.Child, error)
}

// Limits counts what anybody may ask for, and answers RateLimited where it was
// asked for too often; package authn satisfies it.
type Limits interface {
	LimitAddress(ctx context.Context, t iam.TenantID, what, address string) error
	LimitName(ctx context.Context, t iam.TenantID, what, name string) error
}

// Mail takes mails to be sent; package notice satisfies it.
type Mail interface {
	Send(ctx context.Context, t iam.TenantID, m iam.Message) error
}

// Queue takes durable work; package job satisfies it.
type Queue interface {
	// Enqueue writes a job. Exists: one with the same key is not done.
	Enqueue(ctx context.Context, t iam.TenantID, j iam.Job, events ...iam.Event) (iam.Job, error)
	// Prepare fills in a job that Store is to write, and Wake is to be called
	// when it has.
	Prepare(j iam.Job) iam.Job
	Wake()
}

// Service owns sign-ups.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// Open reports whether new customers may sign up at the pages of a tenant, by
// its code.
func (s *Service) Open(code string) bool { return code != "" && code == s.Below }

// Check answers Precondition where sign-up is open below a tenant that is not
// there.
func (s *Service) Check(ctx context.Context) error {
	if s.Below == "" {
		return nil
	}
	_, err := s.Tenants.ByCode(ctx, s.Below)
	if iam.Is(err, iam.NotFound) {
		return iam.E(iam.Precondition, "customers are to sign up below tenant %q, which is not there", s.Below).About(s.Below)
	}
	return err
}

// parent answers the tenant below which customers get theirs. NotFound: sign-up
// is closed, or that tenant is not active.
func (s *Service) parent(ctx context.Context) (iam.Tenant, error) {
	if s.Below == "" {
		return iam.Tenant{}, closed()
	}
	t, err := s.Tenants.ByCode(ctx, s.Below)
	if iam.Is(err, iam.NotFound) || err == nil && t.State != iam.TenantActive {
		return iam.Tenant{}, closed()
	}
	return t, err
}

func closed() error { return iam.E(iam.NotFound, "nobody can sign up here") }

// actor is who does what customers without an account set off.
func actor(t iam.TenantID, from Origin) iam.Actor {
	by := iam.System(t, "sign-up")
	by.Address, by.Client, by.RequestID = from.Address, from.Client, from.RequestID
	return by
}

// Runners answers what carries out this package's jobs, by kind. A runner may
// run more than once.
func (s *Service) Runners() map[string]func(context.Context, iam.TenantID, iam.Job) (detail string, err error) {
	return map[string]func(context.Context, iam.TenantID, iam.Job) (string, error){inviteKind: s.invite, makeKind: s.make}
}
