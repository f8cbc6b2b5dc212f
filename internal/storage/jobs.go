package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
)

// task is an iam.JobTask in the column of JSON.
type task struct {
	ID        string            `json:"id"`
	Action    string            `json:"action,omitempty"`
	Resource  string            `json:"resource,omitempty"`
	Status    iam.JobStatus     `json:"status"`
	Detail    string            `json:"detail,omitempty"`
	LastError string            `json:"last_error,omitempty"`
	Payload   map[string]string `json:"payload,omitempty"`
}

func encodeTasks(tasks []iam.JobTask) (string, error) {
	rows := make([]task, len(tasks))
	for i, t := range tasks {
		rows[i] = task(t)
	}
	b, err := json.Marshal(rows)
	return string(b), err
}

const (
	insertJob = `INSERT INTO jobs
		(tenant_id, job_id, kind, action, object_type, object_id, object_name, object_name_key, summary, status, detail, last_error,
		failure, reason, user_id, payload, open_key, tasks, attempts, run_at, lease_node, lease_until, fence, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, '', 0, 0, $21, $22)`
	insertOpenJob = insertJob + ` ON CONFLICT (tenant_id, open_key) DO NOTHING`
)

// InsertJob implements job.Store.
func (s *Store) InsertJob(ctx context.Context, t iam.TenantID, j iam.Job, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertJob(%s, %s)", t, j.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.insertJob(ctx, j); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

// insertJob writes a job of the call's tenant.
func (x *call) insertJob(ctx context.Context, j iam.Job) error {
	args, err := jobArgs(x.tenant, j)
	if err != nil {
		return err
	}
	_, err = x.exec(ctx, insertJob, args...)
	return x.refers("tenant", string(x.tenant), x.unique("job", j.Key, err))
}

func jobArgs(t iam.TenantID, j iam.Job) ([]any, error) {
	tasks, err := encodeTasks(j.Tasks)
	var key any
	if j.Key != "" {
		key = j.Key
	}
	return []any{t, j.ID, j.Kind, j.Action, j.ObjectType, j.ObjectID, j.ObjectName, iam.Fold(j.ObjectName),
		j.Summary, j.Status, j.Detail, j.LastError, int(j.Failure), j.Reason, j.User, string(j.Payload), key, tasks,
		j.Attempts, j.RunAt, j.Created, j.Updated}, err
}

// Without an alias, so that RETURNING can name them too.
const jobColumns = `job_id, kind, action, object_type, object_id, object_name, summary, status, detail,
	last_error, failure, reason, user_id, payload, open_key, tasks, attempts, run_at, created_at, updated_at`

func scanJob(row scanner, more ...any) (j iam.Job, err error) {
	var payload string
	var key sql.NullString
	var tasks []task
	err = row.Scan(append([]any{&j.ID, &j.Kind, &j.Action, &j.ObjectType, &j.ObjectID, &j.ObjectName, &j.Summary, &j.Status,
		&j.Detail, &j.LastError, &j.Failure, &j.Reason, &j.User, &payload, &key, jsonTo[[]task]{&tasks}, &j.Attempts,
		to(&j.RunAt), to(&j.Created), to(&j.Updated)}, more...)...)
	j.Payload, j.Key = []byte(payload), key.String
	for _, t := range tasks {
		j.Tasks = append(j.Tasks, iam.JobTask(t))
	}
	return j, err
}

var (
	readJob        = `SELECT ` + jobColumns + ` FROM jobs WHERE tenant_id = $1 AND `
	readJobByID    = readJob + `job_id = $2`
	readJobByShort = readJob + numbered(short("job_id"), 2) + ` LIMIT 1`
)

// Job implements job.Store.
func (s *Store) Job(ctx context.Context, t iam.TenantID, id string) (j iam.Job, err error) {
	defer s.wrap(&err, "Job(%s, %q)", t, id)
	query, args := readJobByID, []any{t, id}
	if low, high, ok := iam.ShortRange(id); ok {
		query, args = readJobByShort, []any{t, low, high, id}
	} else if err := checkID("job", id); err != nil {
		return j, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		j, err = scanJob(x.row(ctx, query, args...))
		return found("job", id, err)
	})
	return j, err
}

var jobs = listing[iam.Job]{
	table:   "jobs",
	columns: jobColumns,
	id:      "job_id",
	idOf:    func(j iam.Job) string { return string(j.ID) },
	sorts: map[string]ordering[iam.Job]{
		"created": {column: "created_at", time: func(j iam.Job) time.Time { return j.Created }},
		"updated": {column: "updated_at", time: func(j iam.Job) time.Time { return j.Updated }},
	},
	sort: "created",
	scan: func(row scanner) (iam.Job, error) { return scanJob(row) },
}

// Jobs implements job.Store. Actions and types of objects are words of this
// program, which are folded as they are.
func (s *Store) Jobs(ctx context.Context, t iam.TenantID, f job.Filter, p iam.Page) (l iam.List[iam.Job], err error) {
	defer s.wrap(&err, "Jobs(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		where := rowsOf(t)
		where.and("action <> ''")
		where.equal("status", string(f.Status))
		where.match("action", "action", f.Action)
		where.match("object_type", "object_type", f.ObjectType)
		where.match("object_name", "object_name_key", f.ObjectName)
		l, err = jobs.list(ctx, x, where, p)
		return err
	})
	return l, err
}
