package directory

import (
	"context"
	"reflect"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What a provisioning client says of users whom it has made, only it may change:
// whatever else somebody wrote, its next call would undo. Their passwords,
// second factors, roles and groups are anybody's to change who may, and
// everybody who may can disable them.

// checkSynced answers Precondition where a change is one of what a provisioning
// client looks after, and does not come from one.
func checkSynced(old, u iam.User) error {
	if !old.Synced() || old.Username == u.Username && old.Email == u.Email && old.GivenName == u.GivenName && old.FamilyName == u.FamilyName &&
		old.DisplayName == u.DisplayName && old.Phone == u.Phone {
		return nil
	}
	return iam.E(iam.Precondition, "%s is looked after by a provisioning client (SCIM), by which alone names, addresses and the telephone number change",
		old.Username).About(old.Username)
}

// onlyState reports whether a write changes nothing that can alter a decision,
// nor the address, but whether the user may act.
func onlyState(old iam.User, w UserWrite) bool {
	return w.PasswordHash == "" && w.Groups == nil && w.Roles == nil && w.Bindings == nil && w.User.Username == old.Username &&
		w.User.Email == old.Email && reflect.DeepEqual(w.User.Rules, old.Rules)
}

// toucher answers the actor of whom is asked whether they may take a user out of
// service and back, or put them into a group. A provisioning client comes with a
// token that is narrowed to people and groups, and those whom it looks after may
// well hold other rights: it is enough that the token's own user holds them,
// since nobody gains any by this.
func toucher(by iam.Actor, u iam.User, provisioning bool) iam.Actor {
	if provisioning && u.Synced() {
		by.Scope = ""
	}
	return by
}

// filler answers the actor of whom is asked whether they may change who is in a
// group. Whoever gives roles to a group that a provisioning client has made
// wants that client to say who has them: it is enough that its token's own user
// holds them.
func filler(by iam.Actor, g iam.Group, provisioning bool) iam.Actor {
	if provisioning && g.Synced() {
		by.Scope = ""
	}
	return by
}

// checkMembers answers Denied when the actor lacks a right that one of those
// holds who join or leave a group.
func (s *Service) checkMembers(ctx context.Context, by iam.Actor, provisioning bool, users []iam.UserID) error {
	for _, id := range users {
		asked := by
		if provisioning && by.Scope != "" {
			u, err := s.store.User(ctx, by.Tenant, UserKey{ID: id})
			if err != nil {
				return err
			}
			asked = toucher(by, u, true)
		}
		if err := s.rights.CheckUser(ctx, asked, id); err != nil {
			return err
		}
	}
	return nil
}

// Deprovision is DeleteUser for a provisioning client.
func (s *Service) Deprovision(ctx context.Context, by iam.Actor, id iam.UserID) (iam.User, error) {
	return s.deleteUser(ctx, by, UserKey{ID: id}, true)
}

// members are those whom a caller wants in a group, by id where ids is not nil,
// else by username where names is not nil. ok is false where neither is.
func members(names *[]string, ids *[]iam.UserID) (keys []UserKey, ok bool) {
	switch {
	case ids != nil:
		for _, id := range *ids {
			keys = append(keys, UserKey{ID: id})
		}
	case names != nil:
		for _, name := range *names {
			keys = append(keys, UserKey{Username: name})
		}
	}
	return keys, ids != nil || names != nil
}
