package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxMembers bounds the members whom one write names.
const maxMembers = 10_000

// fills reports whether a write changes who is in the group.
func (w GroupWrite) fills() bool { return w.Members != nil || len(w.Join)+len(w.Leave) > 0 }

// firstMembers answers who is to be in a new group, nil where nobody is. Of each
// it is asked what a change of that user's own groups asks.
func (s *Service) firstMembers(ctx context.Context, by iam.Actor, in NewGroup) (*[]iam.UserID, error) {
	wanted := keysOf(in.Members, usernameKey)
	if in.MemberIDs != nil {
		wanted = keysOf(in.MemberIDs, idKey)
	}
	ids, err := s.resolveMembers(ctx, by.Tenant, nil, wanted)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return &ids, s.checkMembers(ctx, by, in.Provisioning, ids)
}

// membersToWrite answers the write of a group with what a change says of its
// members, nothing of it where that is as it is, and what the audit trail tells of
// them. Of those who join or leave it is asked what a change of that user's own
// groups asks; whether the group may be given is for the caller.
func (s *Service) membersToWrite(ctx context.Context, by iam.Actor, g iam.Group, ch GroupChange) (w GroupWrite, told map[string]string, err error) {
	w.Group = g
	var wanted []iam.UserID
	switch {
	case ch.MemberIDs != nil:
		w.Join, w.Leave, wanted, err = s.difference(ctx, by.Tenant, g.ID, *ch.MemberIDs)
	case ch.Members != nil:
		w.Join, w.Leave, wanted, err = s.namedDifference(ctx, by.Tenant, g.ID, *ch.Members)
	default:
		w.Join, w.Leave, err = s.effective(ctx, by.Tenant, g.ID, ch.Join, ch.Leave)
	}
	if err != nil || !w.fills() {
		return w, nil, err
	}
	if err := s.checkMembers(ctx, by, ch.Provisioning, slices.Concat(w.Join, w.Leave)); err != nil {
		return w, nil, err
	}
	told = moved(w.Join, w.Leave)
	if ch.MemberIDs != nil || ch.Members != nil {
		w.Members, w.Join, w.Leave = &wanted, nil, nil
	}
	return w, told, nil
}

// maxMoved is how many of those who join or leave the audit trail names.
const maxMoved = 100

// moved tells who joins a group and who leaves it, by id, for the audit trail.
func moved(join, leave []iam.UserID) map[string]string {
	m := map[string]string{}
	for what, ids := range map[string][]iam.UserID{"joined": join, "left": leave} {
		var words []string
		for _, id := range ids[:min(len(ids), maxMoved)] {
			words = append(words, string(id))
		}
		if rest := len(ids) - len(words); rest > 0 {
			words = append(words, fmt.Sprintf("and %d more", rest))
		}
		if len(words) > 0 {
			m[what] = strings.Join(words, " ")
		}
	}
	return m
}

// effective answers who of those who are to join is no member yet, and who of
// those who are to leave is one.
func (s *Service) effective(ctx context.Context, t iam.TenantID, g iam.GroupID, join, leave []iam.UserID) (joins, leaves []iam.UserID, err error) {
	if err := checkMemberCount(len(join) + len(leave)); err != nil || len(join)+len(leave) == 0 {
		return nil, nil, err
	}
	there, err := s.store.MembersAmong(ctx, t, g, slices.Concat(join, leave))
	if err != nil {
		return nil, nil, err
	}
	joins, err = s.resolveMembers(ctx, t, byID(there), keysOf(join, idKey))
	return without(joins, there), without(leave, without(leave, there)), err
}

// difference answers who joins and who leaves a group so that it has those who
// are wanted and nobody else.
func (s *Service) difference(ctx context.Context, t iam.TenantID, g iam.GroupID, ids []iam.UserID) (join, leave, wanted []iam.UserID, err error) {
	if err := checkMemberCount(len(ids)); err != nil {
		return nil, nil, nil, err
	}
	there, err := s.store.MembersAmong(ctx, t, g, ids)
	if err != nil {
		return nil, nil, nil, err
	}
	if wanted, err = s.resolveMembers(ctx, t, byID(there), keysOf(ids, idKey)); err != nil {
		return nil, nil, nil, err
	}
	leave, err = s.store.MembersBeside(ctx, t, g, wanted)
	return without(wanted, there), leave, wanted, err
}

// namedDifference is difference for those of usernames. It reads all members,
// whose names cost one look-up then.
func (s *Service) namedDifference(ctx context.Context, t iam.TenantID, g iam.GroupID, names []string) (join, leave, wanted []iam.UserID, err error) {
	old, err := s.store.Members(ctx, t, g)
	if err != nil {
		return nil, nil, nil, err
	}
	before := make([]iam.UserID, len(old))
	known := make(map[UserKey]iam.UserID, len(old))
	for i, m := range old {
		before[i] = m.User.ID
		known[usernameKey(iam.Fold(m.User.Name))] = m.User.ID
	}
	wanted, err = s.resolveMembers(ctx, t, known, keysOf(names, usernameKey))
	return without(wanted, before), without(before, wanted), wanted, err
}

func checkMemberCount(n int) error {
	var c iam.Checker
	if n > maxMembers {
		c.Add("members", iam.ReasonLength, "members must have at most %d items", maxMembers)
	}
	return c.Err()
}

func idKey(id iam.UserID) UserKey { return UserKey{ID: id} }

func usernameKey(name string) UserKey { return UserKey{Username: name} }

func keysOf[T any](all []T, key func(T) UserKey) []UserKey {
	keys := make([]UserKey, len(all))
	for i, v := range all {
		keys[i] = key(v)
	}
	return keys
}

func byID(ids []iam.UserID) map[UserKey]iam.UserID {
	known := make(map[UserKey]iam.UserID, len(ids))
	for _, id := range ids {
		known[idKey(id)] = id
	}
	return known
}

// resolveMembers finds users, each once. Those who are known, by id or by the
// iam.Fold of the username, need not be looked for. Invalid: one is not there.
func (s *Service) resolveMembers(ctx context.Context, t iam.TenantID, known map[UserKey]iam.UserID, wanted []UserKey) ([]iam.UserID, error) {
	if err := checkMemberCount(len(wanted)); err != nil {
		return nil, err
	}
	found := make([]iam.UserID, len(wanted))
	var places []int
	var unknown []UserKey
	for i, key := range wanted {
		if found[i] = known[UserKey{ID: key.ID, Username: iam.Fold(key.Username)}]; found[i] == "" {
			places, unknown = append(places, i), append(unknown, key)
		}
	}
	if len(unknown) > 0 {
		ids, err := s.store.ResolveUsers(ctx, t, unknown)
		if err != nil {
			return nil, err
		}
		for n, i := range places {
			found[i] = ids[n]
		}
	}
	var c iam.Checker
	ids := make([]iam.UserID, 0, len(wanted))
	seen := make(map[iam.UserID]bool, len(wanted))
	for i, id := range found {
		switch {
		case id == "":
			path, key := fmt.Sprintf("members[%d]", i), wanted[i]
			c.Add(path, iam.ReasonFormat, "%s: user %q does not exist", path, iam.Cut(cmp.Or(string(key.ID), key.Username), 64))
		case !seen[id]:
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids, c.Err()
}

// checkMembers answers Denied when the actor lacks a right that one of those
// holds who join or leave a group.
func (s *Service) checkMembers(ctx context.Context, by iam.Actor, provisioning bool, users []iam.UserID) error {
	if provisioning && by.Scope != "" { // as for toucher
		synced, err := s.store.Synced(ctx, by.Tenant, users)
		if err != nil {
			return err
		}
		whole := by
		whole.Scope = ""
		if err := s.rights.CheckUsers(ctx, whole, synced); err != nil {
			return err
		}
		users = without(users, synced)
	}
	return s.rights.CheckUsers(ctx, by, users)
}
