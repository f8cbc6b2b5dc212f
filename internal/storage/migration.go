package storage

import (
	"context"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// LatestMigration answers the highest number of the migrations in a folder.
// Their names begin with it, as in 00001_init.sql.
func LatestMigration(migrations fs.FS) (int64, error) {
	names, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		return 0, err
	}
	var latest int64
	for _, name := range names {
		digits, _, _ := strings.Cut(name, "_")
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("migration %s: its name does not begin with a number", name)
		}
		latest = max(latest, n)
	}
	return latest, nil
}

// CheckVersion is the part of Engine.CheckSchema that both engines share: the
// database has a schema of version have, 0 for none, and the program needs
// version want.
func CheckVersion(ctx context.Context, tx Tx, have, want int64) error {
	switch {
	case have == 0:
		return iam.E(iam.Precondition, "the database has no schema: run gatehouse migrate")
	case have < want:
		return iam.E(iam.Precondition, "the database has schema version %d and this program needs %d: run gatehouse migrate", have, want)
	}
	return RestoreFinished(ctx, tx)
}
