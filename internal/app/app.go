package app

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io/fs"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/api/cloudforet"
	"github.com/gatehouse-id/gatehouse/internal/api/f5xc"
	"github.com/gatehouse-id/gatehouse/internal/api/fess"
	"github.com/gatehouse-id/gatehouse/internal/api/gatehouse"
	"github.com/gatehouse-id/gatehouse/internal/api/ncloud"
	"github.com/gatehouse-id/gatehouse/internal/api/netapp"
	provisioningapi "github.com/gatehouse-id/gatehouse/internal/api/scim"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/cluster"
	"github.com/gatehouse-id/gatehouse/internal/console"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
	"github.com/gatehouse-id/gatehouse/internal/notice"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/outbound"
	"github.com/gatehouse-id/gatehouse/internal/password"
	"github.com/gatehouse-id/gatehouse/internal/scim"
	"github.com/gatehouse-id/gatehouse/internal/server"
	"github.com/gatehouse-id/gatehouse/internal/signup"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/storage/postgres"
	"github.com/gatehouse-id/gatehouse/internal/storage/sqlite"
	"github.com/gatehouse-id/gatehouse/internal/support"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// Options say what the program is to be.
type Options struct {
	// Data is the folder for the SQLite file and the master key.
	Data string
	// Database is the URL of a PostgreSQL database; empty for SQLite in Data.
	Database string
	// Migrate brings an older PostgreSQL schema up to date. SQLite always is.
	Migrate bool
	// MustExist refuses a data folder without a database, instead of making
	// one: a command that was pointed at the wrong folder says so.
	MustExist bool
	// MasterKey is 64 hexadecimal digits; empty for the file master.key in Data.
	MasterKey      string
	PublicURL      *url.URL
	TrustedProxies []netip.Prefix
	Version        string
	Log            *slog.Logger
	// Env is the world; its zero value is the real one.
	Env iam.Env
	// SMTP is the server that takes mails; without a host they are kept for
	// the operator to read.
	SMTP notice.SMTP
	// Outbound are private networks from which documents may be fetched that
	// tenants point to, such as a JWKS. All public ones may be.
	Outbound []netip.Prefix
	// Signup says where new customers make tenants; by its zero value nowhere.
	Signup signup.Options
	// Hasher hashes passwords; nil for the default parameters.
	Hasher *password.Hasher
	// Bulk is set where very many rows are to be written.
	Bulk bool
}

// App is the program, put together.
type App struct {
	Tenancy    *tenancy.Service
	Directory  *directory.Service
	Access     *access.Service
	Authn      *authn.Service
	Audit      *audit.Service
	Notice     *notice.Service
	Objects    *object.Service
	Support    *support.Service
	Signup     *signup.Service
	Federation *federation.Service
	SCIM       *scim.Service
	Jobs       *job.Queue
	Keys       *keyring.Keyring
	Store      *storage.Store
	Engine     storage.Engine
	Registry   *api.Registry
	// Master is the key under which the tenants' keys are kept.
	Master keyring.Master

	version string
	handler http.Handler
	epochs  *cluster.Epochs
	mails   *job.Queue
	env     iam.Env
	log     *slog.Logger
}

// Open opens the storage, migrates it where that is wanted, and puts the
// program together. It starts nothing.
func Open(ctx context.Context, o Options) (_ *App, err error) {
	if err := o.SMTP.Check(); err != nil {
		return nil, err
	}
	if o.Env.Now == nil {
		o.Env = iam.Env{Now: time.Now, Rand: rand.Reader}
	}
	if o.Hasher == nil {
		o.Hasher = password.NewHasher(password.DefaultParams(), runtime.GOMAXPROCS(0), o.Env)
	}
	engine, err := openEngine(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, engine.Close())
		}
	}()
	if o.Database == "" || o.Migrate {
		err = engine.Migrate(ctx)
	} else {
		err = engine.CheckSchema(ctx)
	}
	if err != nil {
		return nil, err
	}
	a := &App{Engine: engine, Store: storage.New(engine, o.Env), env: o.Env, log: o.Log, version: o.Version}
	if a.Master, err = a.master(ctx, o); err != nil {
		return nil, err
	}
	err = a.Store.IndexValues(ctx, func() { a.log.Info("users and groups are being prepared for filters, once") })
	if err != nil {
		return nil, err
	}
	a.connect(o)
	return a, nil
}

func openEngine(ctx context.Context, o Options) (storage.Engine, error) {
	if o.Database != "" {
		return postgres.Open(ctx, o.Database)
	}
	path := filepath.Join(o.Data, "gatehouse.db")
	if _, err := os.Stat(path); o.MustExist && errors.Is(err, fs.ErrNotExist) {
		return nil, iam.E(iam.Precondition, "there is no database in %s: gatehouse serve makes one", o.Data)
	}
	return sqlite.Open(ctx, path, sqlite.Options{Bulk: o.Bulk})
}

// connect makes the use cases, gives each what it needs of the others, and
// registers the dialects.
func (a *App) connect(o Options) {
	a.epochs = cluster.NewEpochs(a.Store, a.env, a.log)
	a.Store.OnEpoch = a.epochs.Advance
	a.Keys = keyring.New(a.Master, a.Store, a.env)
	a.Access = access.New(a.Store, a.epochs, a.env)
	node := nodeName(a.env)
	a.Jobs = job.New(a.Store, a.env, a.log, job.Options{Node: node, Lane: job.Lane{Except: notice.JobSend}})
	// Mails wait for another server, for days if need be: in a lane of their
	// own they keep nobody waiting, and notice says when to give up.
	a.mails = job.New(a.Store, a.env, a.log, job.Options{Node: node, Lane: job.Lane{Only: notice.JobSend},
		Workers: 4, MaxAttempts: math.MaxInt, MaxBackoff: 10 * time.Minute})
	a.Tenancy = tenancy.New(a.Store, a.epochs, a.Jobs, a.Access, a.env, access.Builtin)
	a.Audit = audit.New(a.Store, a.Tenancy, a.env, a.log)
	a.Notice = notice.New(notice.Deps{Store: a.Store, Keys: a.Keys, Tenants: a.Tenancy, Queue: a.mails, SMTP: o.SMTP,
		PublicURL: o.PublicURL, Env: a.env, Log: a.log})
	a.Authn = authn.New(authn.Deps{Store: a.Store, Epochs: a.epochs, Keys: a.Keys, Hasher: o.Hasher, Settings: a.Tenancy,
		Mail: a.Notice, Rights: a.Access, Queue: a.Jobs, PublicURL: o.PublicURL, Env: a.env, Log: a.log})
	a.Directory = directory.New(a.Store, a.Access, a.Tenancy, o.Hasher, a.env)
	a.Directory.UseMail(a.Notice, a.Jobs)
	a.Notice.UsePeople(a.Directory)
	a.Jobs.Register(a.Directory.Runners())
	a.Tenancy.UseAnnouncer(tenancy.Announcer{Mail: a.Notice, People: a.Directory, Log: a.log})
	a.Tenancy.UseSessions(a.Authn)
	fetch := outbound.New(o.Outbound)
	a.Objects = object.New(object.Deps{Store: a.Store, Keys: a.Keys, Tenants: a.Tenancy, People: people{a.Directory, a.Authn, a.log}, Rights: a.Access,
		Queue: a.Jobs, Fetcher: fetch, Env: a.env, Log: a.log})
	a.Federation = federation.New(federation.Deps{Store: a.Store, Rights: a.Access, People: guests{a.Directory}, Sessions: a.Authn,
		Tokens: scimTokens{a.Authn}, Mail: a.Notice, Epochs: a.epochs, Keys: a.Keys, Fetch: fetch, PublicURL: o.PublicURL,
		Env: a.env, Log: a.log})
	a.Tenancy.UseChildren(a.Objects)
	a.SCIM = scim.New(provisioning{a.Directory}, provisioning{a.Directory}, a.Store, a.epochs, a.env)
	a.Support = support.New(support.Deps{Store: a.Store, Tenants: a.Tenancy, Rights: a.Access, Mail: a.Notice, Queue: a.Jobs, Env: a.env})
	a.Jobs.Register(a.Support.Runners())
	a.Jobs.Register(a.Tenancy.Runners())
	a.Jobs.Register(a.Objects.Runners())
	a.Jobs.Register(a.Authn.Runners())
	a.Signup = signup.New(signup.Deps{Options: o.Signup, Store: a.Store, Keys: a.Keys, Tenants: a.Tenancy, Children: a.Objects, Limits: a.Authn,
		Mail: a.Notice, Queue: a.Jobs, Env: a.env, Log: a.log})
	a.Jobs.Register(a.Signup.Runners())
	a.mails.Register(a.Notice.Runners())

	a.Registry = api.NewRegistry(a.log, a.Access)
	a.Registry.Reach = a.Authn.Reach
	a.Registry.ByCertificate = func(ctx context.Context, c *x509.Certificate, dialect string) (iam.Actor, error) {
		from := api.RequestOf(ctx)
		return a.Authn.ClientCertificate(ctx, c, api.TenantOf(ctx),
			authn.Origin{Dialect: dialect, Address: from.Address, Client: from.Client, RequestID: from.ID})
	}
	d, ops := fess.New(fess.Deps{Directory: a.Directory, Access: a.Access, Authn: a.Authn, Ready: a.Engine.Ping})
	a.Registry.Add(d, ops...)
	d, ops = netapp.New(netapp.Deps{Tenancy: a.Tenancy, Directory: a.Directory, Access: a.Access, Authn: a.Authn, Jobs: a.Jobs})
	a.Registry.Add(d, ops...)
	d, ops = ncloud.New(ncloud.Deps{Directory: a.Directory, Access: a.Access, Authn: a.Authn, Tenancy: a.Tenancy, Env: a.env})
	a.Registry.Add(d, ops...)
	d, ops = cloudforet.New(cloudforet.Deps{Authn: a.Authn, Directory: a.Directory, Access: a.Access, Tenancy: a.Tenancy,
		PublicURL: o.PublicURL, Now: a.env.Now})
	a.Registry.Add(d, ops...)
	d, ops = f5xc.New(f5xc.Deps{Objects: a.Objects, Tenancy: a.Tenancy, Directory: a.Directory, Access: a.Access, Authn: a.Authn,
		Support: a.Support, Federation: a.Federation, Signup: a.Signup, Notice: a.Notice, SCIM: a.SCIM, Env: a.env, Log: a.log, Cookie: console.CookieName(o.PublicURL), Host: hostOf(o.PublicURL), PublicURL: o.PublicURL})
	a.Registry.Add(d, ops...)
	d, ops = provisioningapi.New(provisioningapi.Deps{SCIM: a.SCIM, Authn: a.Authn, Access: a.Access, PublicURL: o.PublicURL})
	a.Registry.Add(d, ops...)
	d, ops = gatehouse.New(gatehouse.Deps{Access: a.Access, Audit: a.Audit, Authn: a.Authn, Directory: a.Directory, SCIM: a.SCIM, Tenancy: a.Tenancy})
	a.Registry.Add(d, ops...)
	a.Access.UseCatalog(catalog(a.Registry))

	pages := console.New(console.Deps{Authn: a.Authn, Access: a.Access, Directory: a.Directory, Tenancy: a.Tenancy, Signup: a.Signup,
		Federation: a.Federation, Notices: a.Notice, PublicURL: o.PublicURL, Env: a.env, Log: a.log})
	a.handler = server.New(a.Registry, server.Config{PublicURL: o.PublicURL, TrustedProxies: o.TrustedProxies,
		Version: o.Version, Log: a.log, Ready: a.Engine.Ping, Pages: pages, GRPC: cloudforet.GRPC(a.Registry)})
}

// catalog tells the engine of access the operations that the registry has,
// under the same numbers, and behind them the rights that are asked for without
// an operation, so that roles can give them.
func catalog(r *api.Registry) *rbac.Catalog {
	var endpoints []rbac.Endpoint
	for _, op := range r.Operations() {
		endpoints = append(endpoints, rbac.Endpoint{Dialect: op.Dialect.Name, ID: op.Op.ID,
			Method: op.Op.Methods[0], Path: op.Op.Paths[0], Methods: op.Op.Methods, Paths: op.Op.Paths,
			Namespace: op.Op.Namespace, Permission: op.Op.Access.Permission(),
			Public: op.Op.Access == api.Public() || op.Op.Access == api.Proving()})
	}
	for _, p := range asked {
		endpoints = append(endpoints, rbac.Endpoint{ID: string(p), Path: string(p), Permission: p})
	}
	return rbac.NewCatalog(endpoints)
}

// asked are the rights that use cases and pages ask for by themselves.
var asked = []iam.Permission{iam.UsersPassword, iam.SettingsRead, iam.SettingsUpdate,
	iam.NamespacesRead, iam.NamespacesCreate, iam.NamespacesUpdate, iam.NamespacesDelete}

// hostOf is the host name of a URL, empty for none.
func hostOf(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.Hostname()
}

// nodeName is unique among nodes and starts, and tells people which machine it is.
func nodeName(env iam.Env) string {
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	return strings.ToLower(host) + "-" + env.Secret(4)
}

// Handler answers every request of every dialect.
func (a *App) Handler() http.Handler { return a.handler }

// Run does the work in the background until ctx ends, and returns when it is
// done with what it had in hand.
func (a *App) Run(ctx context.Context) {
	var workers sync.WaitGroup
	for _, run := range []func(context.Context){a.epochs.Run, a.Jobs.Run, a.mails.Run, a.Authn.Run, a.Audit.Run,
		a.Notice.Run, a.Signup.Run} {
		workers.Go(func() { run(ctx) })
	}
	workers.Wait()
}

// Close lets go of the storage. Run must have returned.
func (a *App) Close() error { return a.Engine.Close() }
