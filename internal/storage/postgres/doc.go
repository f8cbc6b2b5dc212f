// Package postgres is the storage engine for several nodes: a pool of
// connections to one PostgreSQL, on which row-level security is in force. It
// owns how the pool is set up, the role that the program acts in, which tenant
// a connection may see, and how the schema is migrated.
//
// Two roles take part. The one of the database URL owns the tables and
// migrates them; gatehouse_app, which owns nothing, is what every connection
// of the pool acts in, so that the policies hold even for a superuser's URL.
// What a connection may see is the setting app.tenant_id of its session; a
// pooler between Gatehouse and PostgreSQL must therefore pool sessions, not
// transactions.
//
// It must not know what the tables mean, nor any other engine.
package postgres
