package postgres

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// createRole makes the role and lets the owner act in it. Roles belong to the
// whole server, so that several databases of it may be migrated at this moment;
// who is slower finds the role, and that is as good.
const createRole = `DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '` + role + `') THEN
		BEGIN
			CREATE ROLE ` + role + ` NOLOGIN;
		EXCEPTION WHEN duplicate_object OR unique_violation THEN
			NULL;
		END;
	END IF;
	IF NOT pg_has_role(current_user, '` + role + `', 'MEMBER') THEN
		GRANT ` + role + ` TO CURRENT_USER;
	END IF;
END $$`

// makeRole runs createRole. Precondition: an administrator has to do it.
func makeRole(ctx context.Context, owner *sql.DB) error {
	_, err := owner.ExecContext(ctx, createRole)
	const insufficientPrivilege = "42501"
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == insufficientPrivilege {
		return &iam.Error{Kind: iam.Precondition, Err: err, Message: "the role of the URL may not make the role " + role +
			", or not act in it: let an administrator run CREATE ROLE " + role + " NOLOGIN, and GRANT " + role + " TO the role of the URL"}
	}
	return err
}

// grantRights gives the role the rows of the tables, and nothing of their
// definition. The books of the migrations it may only read.
const grantRights = `DO $$
BEGIN
	EXECUTE format('GRANT USAGE ON SCHEMA %I TO ` + role + `', current_schema());
	EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO ` + role + `', current_schema());
	REVOKE INSERT, UPDATE, DELETE ON goose_db_version, goose_lock FROM ` + role + `;
END $$`

// roleReady asks whether createRole and grantRights have nothing to do.
const roleReady = `SELECT bool_and(has_table_privilege('` + role + `', c.oid, 'SELECT'))
FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
AND EXISTS (SELECT FROM pg_roles WHERE rolname = '` + role + `' AND pg_has_role(oid, 'MEMBER'))`
