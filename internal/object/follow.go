package object

import (
	"context"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What follows a change, as the hooks of its kind say, is a job that is written
// in the transaction of the change: neither is ever there without the other. A
// job that comes back books the next one before it does its work, so that no
// failure ends the series; the key of a booking is its time, so that there is
// one at most, however many jobs book it. The series ends with the object.
//
// Work has to be the same whether it is done once or twice, now or later: it
// looks at the object, and not at what the job was written for.

// leftToJob is how long the job of a change waits whose work is done at once. It
// finds nothing left to do, unless that work failed.
const leftToJob = 10 * time.Second

// jobKind is the kind of the jobs of a kind of objects.
func jobKind(k *Kind) string { return "object." + k.Name }

// jobs answers the job that follows the change of an object, none for most kinds.
func (s *Service) jobs(ctx context.Context, t iam.TenantID, k *Kind, id iam.ObjectID) ([]iam.Job, error) {
	if k.hooks.work == nil {
		return nil, nil
	}
	j := iam.Job{Kind: jobKind(k), ObjectID: string(id)}
	if k.hooks.before != nil {
		before, err := k.hooks.before(s, ctx, t)
		if err != nil {
			return nil, err
		}
		j.Payload = []byte(strconv.Quote(before))
	}
	if k.hooks.atOnce {
		j.RunAt = s.Env.Time().Add(leftToJob)
	}
	return []iam.Job{s.Queue.Prepare(j)}, nil
}

// jobsOfNew answers the job that follows the creation of an object. m is what
// the creator has said.
func (s *Service) jobsOfNew(ctx context.Context, by iam.Actor, k *Kind, m Metadata, r Record) ([]iam.Job, error) {
	if k.hooks.begin == nil {
		return s.jobs(ctx, by.Tenant, k, r.ID)
	}
	j, err := k.hooks.begin(s, by, m, r)
	return []iam.Job{s.Queue.Prepare(j)}, err
}

// follow does the work of a change that was written, or wakes who does.
func (s *Service) follow(ctx context.Context, by iam.Actor, k *Kind, id iam.ObjectID) {
	switch {
	case k.hooks.begin != nil:
		s.Queue.Wake()
	case k.hooks.work == nil:
	case !k.hooks.atOnce:
		s.Queue.Wake()
	default:
		if err := k.hooks.work(s, ctx, by, id, ""); err != nil {
			s.Log.WarnContext(ctx, "objects: what follows a change is left to its job", "kind", k.Name, "object", id, "error", err)
		}
	}
}

// Runners are the works of the service that package job runs, by kind of job.
func (s *Service) Runners() map[string]func(context.Context, iam.TenantID, iam.Job) (string, error) {
	runners := s.childRunners()
	for _, k := range Kinds() {
		if k.hooks.work == nil {
			continue
		}
		runners[jobKind(k)] = func(ctx context.Context, t iam.TenantID, j iam.Job) (string, error) {
			return "", s.run(ctx, t, k, j)
		}
	}
	return runners
}

// run does what a job is for. What will not change by trying again is no error:
// nobody is there to be told.
func (s *Service) run(ctx context.Context, t iam.TenantID, k *Kind, j iam.Job) error {
	id := iam.ObjectID(j.ObjectID)
	if k.hooks.every > 0 {
		r, err := s.Store.ObjectByID(ctx, t, id)
		switch {
		case iam.Is(err, iam.NotFound), err == nil && r.Disabled: // enabling it writes a job anew
			return nil
		case err != nil:
			return err
		}
		if err := s.book(ctx, t, k, r, j.RunAt); err != nil {
			return err
		}
	}
	before := ""
	if len(j.Payload) > 0 {
		if err := json.Unmarshal(j.Payload, &before); err != nil {
			return err
		}
	}
	err := k.hooks.work(s, ctx, iam.System(t, "object"), id, before)
	if iam.Is(err, iam.NotFound) {
		return nil
	}
	return err
}

// book writes the next job of an object: at the first time later than
// now, and than the present job, that is whole intervals after its creation.
func (s *Service) book(ctx context.Context, t iam.TenantID, k *Kind, r Record, present time.Time) error {
	now := s.Env.Time()
	if present.After(now) { // by the clock of another node
		now = present
	}
	next := now.Add(k.hooks.every - now.Sub(r.Created)%k.hooks.every)
	_, err := s.Queue.Enqueue(ctx, t, iam.Job{Kind: jobKind(k), ObjectID: string(r.ID), RunAt: next,
		Key: jobKind(k) + "/" + string(r.ID) + "/" + strconv.FormatInt(next.Unix(), 10)})
	if iam.Is(err, iam.Exists) {
		return nil
	}
	return err
}
