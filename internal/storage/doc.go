// Package storage owns the SQL that both engines share, one file an aggregate,
// and satisfies the Store interfaces of the use cases.
//
// It must not know rules: it writes what it is given, in one transaction a
// method, and turns what a database says into iam errors. What differs between
// SQLite and PostgreSQL is behind Engine, in storage/sqlite and
// storage/postgres. Backup and Restore carry everything from one to the other.
//
// Conventions of the SQL: placeholders $1, $2 ... in order; times are BIGINT
// microseconds since 1970; maps and lists are JSON text; ..._key columns hold
// iam.Fold of a name, and are what is compared, indexed and sorted by.
package storage
