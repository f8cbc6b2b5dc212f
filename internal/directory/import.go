package directory

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Import is a user of a file. Its groups and roles are those that the user is to
// have besides the present ones; groups that are not there are made. Its password
// is for a user who has none yet: who has one has perhaps changed it since.
type Import struct {
	NewUser
	// Change answers what is to be changed in a user of that name who is here, and
	// the names of it for people: none where there is nothing.
	Change func(present iam.User) (UserChange, []string)
	// Err is why the user cannot be taken; the rest means nothing then.
	Err error
}

// Imported is what became of one. Made and Changes are both empty where the user
// is here as the file has it.
type Imported struct {
	Made    bool
	Changes []string // names of what was changed
	Err     error
}

// ImportMark is how far a file has come.
type ImportMark struct {
	Source   string // what tells one file from another; empty where nothing does
	Position int64  // of what is in it, so much is done
	Tally    string // what became of that, as JSON
}

// ImportWrite is a part of a file as it is to be stored, each user with an event.
type ImportWrite struct {
	New       []UserWrite
	Event     iam.Event // of each of them, but for its id and time and whom it is about
	Old       []UserWrite
	OldEvents []iam.Event // of Old, in its order
	Mark      ImportMark  // none where it has no Source
}

// ImportBatch is a part of a file that was read and checked, and can be taken.
type ImportBatch struct {
	users  []Import
	writes []UserWrite
}

// PrepareImport checks users, each by itself, and hashes passwords, unless the
// batch is only to be tried. It writes nothing, so that it can be at work while the
// batch before is being taken.
func (s *Service) PrepareImport(ctx context.Context, by iam.Actor, users []Import, try bool) (*ImportBatch, error) {
	b := &ImportBatch{users, make([]UserWrite, len(users))}
	for i := range users {
		in := &users[i]
		if in.Err != nil {
			continue
		}
		u, err := s.made(by, in.NewUser)
		if err != nil {
			in.Err = err
			continue
		}
		b.writes[i] = UserWrite{User: u, PasswordHash: in.PasswordHash}
	}
	if try {
		return b, nil
	}
	return b, s.hashImported(ctx, by, b)
}

// TakeImport makes the users who are not here and changes those who are. mark
// answers how far the file has come with these results; it is stored with the
// users. What is wrong with one is in its result; the error is of what stops all.
func (s *Service) TakeImport(ctx context.Context, by iam.Actor, b *ImportBatch, mark func([]Imported) ImportMark) ([]Imported, error) {
	if err := s.nameImported(ctx, by, b, false); err != nil {
		return nil, err
	}
	results := make([]Imported, len(b.users))
	w := ImportWrite{New: make([]UserWrite, 0, len(b.users)), Event: s.env.Event(by, "user", "create", "", "")}
	places := make([]int, 0, len(b.users))
	for i, in := range b.users {
		if results[i].Err = in.Err; in.Err == nil {
			results[i].Made = true
			places = append(places, i)
			w.New = append(w.New, b.writes[i])
		}
	}
	w.Mark = mark(results)
	left, err := s.store.ImportUsers(ctx, by.Tenant, w)
	switch {
	case err == nil && len(left) == 0:
		return results, nil
	case stops(err):
		return nil, err
	case err != nil:
		if left, err = s.makeEach(ctx, by, w, results, places); err != nil {
			return nil, err
		}
	}
	present := make([]int, len(left))
	for i, n := range left {
		present[i] = places[n]
		results[present[i]].Made = false
	}
	return results, s.changeImported(ctx, by, b, results, present, mark)
}

// makeEach makes users, who are at places, one by one: they cannot be made
// together. It answers which of them were left out.
func (s *Service) makeEach(ctx context.Context, by iam.Actor, w ImportWrite, results []Imported, places []int) (left []int, err error) {
	for n, i := range places {
		out, err := s.store.ImportUsers(ctx, by.Tenant, ImportWrite{New: w.New[n : n+1], Event: w.Event})
		switch {
		case stops(err):
			return nil, err
		case err != nil:
			results[i] = Imported{Err: err}
		case len(out) > 0:
			left = append(left, n)
		}
	}
	return left, nil
}

// changeImported changes users who are here, together or else one by one.
func (s *Service) changeImported(ctx context.Context, by iam.Actor, b *ImportBatch, results []Imported, present []int,
	mark func([]Imported) ImportMark) error {
	var all ImportWrite
	var places []int
	for _, i := range present {
		one, err := s.importChange(ctx, by, b, i, &results[i])
		if stops(err) {
			return err
		}
		if results[i].Err = err; len(one.Old) > 0 {
			places = append(places, i)
			all.Old, all.OldEvents = append(all.Old, one.Old...), append(all.OldEvents, one.OldEvents...)
		}
	}
	all.Mark = mark(results)
	_, err := s.store.ImportUsers(ctx, by.Tenant, all)
	if err == nil || stops(err) {
		return err
	}
	for _, i := range places { // one of them, perhaps because the file has it twice
		one, err := s.importChange(ctx, by, b, i, &results[i])
		if err == nil {
			_, err = s.store.ImportUsers(ctx, by.Tenant, one)
		}
		if stops(err) {
			return err
		}
		results[i].Err = err
	}
	_, err = s.store.ImportUsers(ctx, by.Tenant, ImportWrite{Mark: mark(results)})
	return err
}

// TryImport answers what TakeImport would make of users, and changes nothing.
func (s *Service) TryImport(ctx context.Context, by iam.Actor, b *ImportBatch) ([]Imported, error) {
	if err := s.nameImported(ctx, by, b, true); err != nil {
		return nil, err
	}
	results := make([]Imported, len(b.users))
	for i, in := range b.users {
		if results[i].Err = in.Err; in.Err != nil {
			continue
		}
		_, err := s.importChange(ctx, by, b, i, &results[i])
		switch {
		case stops(err):
			return nil, err
		case iam.Is(err, iam.NotFound):
			results[i].Made = true
		default:
			results[i].Err = err
		}
	}
	return results, nil
}

// importChange answers what is to be written of a user of the batch who is here,
// nothing where that is what the file has, and notes what changes. NotFound: the
// user is not here; else as for UpdateUser.
func (s *Service) importChange(ctx context.Context, by iam.Actor, b *ImportBatch, i int, result *Imported) (w ImportWrite, err error) {
	in := &b.users[i]
	old, err := s.store.User(ctx, by.Tenant, UserKey{Username: in.Username})
	if err != nil {
		return w, err
	}
	ch, names := in.Change(old)
	if groups, more := joined(old.Groups, in.Groups); more {
		ch.Groups, ch.MakeMissing = &groups, true
		names = append(names, "groups")
	}
	if (in.Password != "" || in.PasswordHash != "") && !old.HasPassword {
		ch.PasswordHash, ch.MustChangePassword = b.writes[i].PasswordHash, &b.writes[i].User.MustChangePassword
		names = append(names, "password")
	}
	if result.Changes = names; len(names) == 0 {
		return w, nil
	}
	write, event, err := s.userWrite(ctx, by, old, ch)
	if err != nil {
		return w, err
	}
	return ImportWrite{Old: []UserWrite{write}, OldEvents: []iam.Event{event}}, nil
}

// joined answers the groups of a user together with others, and whether there
// are any others.
func joined(present []iam.Ref[iam.GroupID], wanted []string) (all []string, more bool) {
	is := make(map[string]bool, 2*len(present))
	for _, r := range present {
		is[iam.Fold(r.Handle)], is[iam.Fold(r.Name)] = true, true
		all = append(all, r.Handle)
	}
	for _, name := range wanted {
		if !is[iam.Fold(name)] {
			all, more = append(all, name), true
		}
	}
	return all, more
}

// stops reports whether an error is of more than the users who are written.
func stops(err error) bool {
	return err != nil && (iam.Is(err, iam.Unavailable) || iam.KindOf(err) == iam.Internal)
}

// ImportMark answers how far a file has come.
func (s *Service) ImportMark(ctx context.Context, by iam.Actor, source string) (ImportMark, error) {
	return s.store.ImportMark(ctx, by.Tenant, source)
}

// MarkImport notes how far a file has come.
func (s *Service) MarkImport(ctx context.Context, by iam.Actor, m ImportMark) error {
	_, err := s.store.ImportUsers(ctx, by.Tenant, ImportWrite{Mark: m})
	return err
}

// ForgetImport removes the mark of a file that is done.
func (s *Service) ForgetImport(ctx context.Context, by iam.Actor, source string) error {
	return s.store.ForgetImport(ctx, by.Tenant, source)
}

// CheckGroup answers Invalid for a group that CreateGroup would not make whoever
// its members are.
func CheckGroup(in NewGroup) error {
	return checkGroup(iam.Group{Name: in.Name, Description: in.Description, Attributes: in.Attributes})
}

// ResolveUsers finds users by id or username, in the order given; one that is not
// there has an empty id.
func (s *Service) ResolveUsers(ctx context.Context, by iam.Actor, keys []UserKey) ([]iam.UserID, error) {
	return s.store.ResolveUsers(ctx, by.Tenant, keys)
}
