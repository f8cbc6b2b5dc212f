// Package sqlite is the storage engine inside the program: one file, many
// readers, one writer. It owns how the file is opened, migrated and recovered,
// and the queue through which every write goes:
//
//	Write ──┐           ┌ BEGIN IMMEDIATE
//	Write ──┼─► queue ─►│ request, then for each more SAVEPOINT, request, RELEASE or ROLLBACK TO
//	Write ──┘           └ COMMIT ─► fsync ─► every request is answered
//
// One fsync so makes a whole group of requests durable, and no two of them
// ever fight for SQLite's one write lock.
//
// It must not know what the tables mean, nor any other engine.
package sqlite
