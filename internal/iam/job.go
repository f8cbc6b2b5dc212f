package iam

import "time"

// JobStatus is where a job is in its life.
type JobStatus string

const (
	JobPending    JobStatus = "pending"
	JobRunning    JobStatus = "running"
	JobSuccessful JobStatus = "successful"
	JobFailed     JobStatus = "failed"
)

// Done reports whether the job will not change any more.
func (s JobStatus) Done() bool { return s == JobSuccessful || s == JobFailed }

// Job is durable work in the background: it survives a crash, runs at least
// once, on one node at a time.
type Job struct {
	ID   JobID
	Kind string // which runner: "region.create"
	// Action, ObjectType, ObjectID and ObjectName tell what is being done to
	// what, for people and for dialects that show jobs. A job without an
	// Action is work of the house itself: no list has it, and it is gone when
	// it is done.
	Action     string
	ObjectType string
	ObjectID   string
	ObjectName string
	Summary    string
	Status     JobStatus
	Detail     string // of the status, for people
	LastError  string // of the last attempt; an Error's message, never a cause
	// Failure is the kind of the last error, so that who waits for the job
	// can answer as if the work had been done at once.
	Failure Kind
	Reason  Reason
	User    UserID // who asked
	// Payload is what the runner needs, as JSON; it holds no secret.
	Payload []byte
	// Key makes enqueueing idempotent: a second job of one tenant with the
	// same non-empty key while the first is not done is refused as Exists.
	Key      string
	Tasks    []JobTask
	Attempts int
	RunAt    time.Time
	Created  time.Time
	Updated  time.Time
}

// JobTask is one step of a job.
type JobTask struct {
	ID        string
	Action    string
	Resource  string
	Status    JobStatus
	Detail    string
	LastError string
	Payload   map[string]string
}
