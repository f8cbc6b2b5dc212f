package directory

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// hashImported hashes the passwords of users of a batch that have not been
// hashed, as many at once as there are processors. It leaves out who has one here.
func (s *Service) hashImported(ctx context.Context, by iam.Actor, b *ImportBatch) error {
	var places []int
	for i, in := range b.users {
		if in.Err == nil && in.Password != "" {
			places = append(places, i)
		}
	}
	var next, failed atomic.Int64
	var workers sync.WaitGroup
	errs := make([]error, len(places))
	for range min(len(places), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(places)) && failed.Load() == 0; n = next.Add(1) - 1 {
				if errs[n] = s.hashOne(ctx, by, b, places[n]); stops(errs[n]) {
					failed.Add(1)
				}
			}
		})
	}
	workers.Wait()
	for n, err := range errs {
		if stops(err) {
			return err
		}
		b.users[places[n]].Err = err
	}
	return nil
}

func (s *Service) hashOne(ctx context.Context, by iam.Actor, b *ImportBatch, i int) error {
	in := &b.users[i]
	old, err := s.store.User(ctx, by.Tenant, UserKey{Username: in.Username})
	if err != nil && !iam.Is(err, iam.NotFound) || old.HasPassword {
		return err
	}
	b.writes[i].PasswordHash, err = s.hash(ctx, by.Tenant, in.Password, b.writes[i].User, false)
	return err
}

// nameImported finds the groups and roles that users of a batch are to have, and
// asks once whether each may be given. Groups that are not there are made, unless
// it is a try.
func (s *Service) nameImported(ctx context.Context, by iam.Actor, b *ImportBatch, try bool) error {
	groups, roles := newNames[iam.GroupID]("groups", "group"), newNames[iam.RoleID]("roles", "role")
	for _, in := range b.users {
		if in.Err == nil {
			groups.want(in.Groups)
			roles.want(in.Roles)
		}
	}
	groupRefs, roleRefs, err := s.store.Resolve(ctx, by.Tenant, groups.names, roles.names)
	if err != nil {
		return err
	}
	err = groups.settle(groupRefs, func(name string) (iam.GroupID, error) {
		if try {
			return "", checkName("groups", name)
		}
		g, err := s.CreateGroup(ctx, by, NewGroup{Name: name})
		return g.ID, err
	}, func(id iam.GroupID) error { return s.rights.CheckGroups(ctx, by, []iam.GroupID{id}) })
	if err != nil {
		return err
	}
	err = roles.settle(roleRefs, roles.missing,
		func(id iam.RoleID) error { return s.rights.CheckRoles(ctx, by, []iam.RoleID{id}, iam.ScopeTenant) })
	if err != nil {
		return err
	}
	for i := range b.users {
		in, w := &b.users[i], &b.writes[i]
		if in.Err != nil {
			continue
		}
		if w.Groups, in.Err = groups.of(in.Groups); in.Err == nil {
			w.Roles, in.Err = roles.of(in.Roles)
		}
	}
	return nil
}

// names are what many users name of one kind, each looked for once.
type names[T ~string] struct {
	path, what string
	names      []string
	ids        map[string]T // by iam.Fold
	errs       map[string]error
}

func newNames[T ~string](path, what string) *names[T] {
	return &names[T]{path: path, what: what, ids: map[string]T{}, errs: map[string]error{}}
}

func (n *names[T]) want(names []string) {
	for _, name := range names {
		key := iam.Fold(name)
		if _, known := n.ids[key]; !known {
			n.ids[key] = ""
			n.names = append(n.names, name)
		}
	}
}

// settle notes what was found, makes what is missing, and checks all of it.
func (n *names[T]) settle(refs []iam.Ref[T], create func(name string) (T, error), check func(T) error) error {
	for i, r := range refs {
		id, err := r.ID, error(nil)
		if id == "" {
			id, err = create(n.names[i])
		}
		if err == nil && id != "" {
			err = check(id)
		}
		if stops(err) {
			return err
		}
		key := iam.Fold(n.names[i])
		n.ids[key], n.errs[key] = id, err
	}
	return nil
}

// missing answers Invalid for what is not made by being named.
func (n *names[T]) missing(name string) (T, error) {
	var c iam.Checker
	c.Add(n.path, iam.ReasonFormat, "%s %q does not exist", n.what, iam.Cut(name, 64))
	return "", c.Err()
}

// of answers the ids of names, nil for none.
func (n *names[T]) of(names []string) (*[]T, error) {
	if len(names) == 0 {
		return nil, nil
	}
	ids := make([]T, len(names))
	for i, name := range names {
		key := iam.Fold(name)
		if err := n.errs[key]; err != nil {
			return nil, err
		}
		ids[i] = n.ids[key]
	}
	return &ids, nil
}
