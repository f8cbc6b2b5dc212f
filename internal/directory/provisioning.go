package directory

import (
	"context"
	"maps"
	"reflect"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What a provisioning client says of users whom it has made, only it may change:
// whatever else somebody wrote, its next call would undo. Their passwords,
// second factors, roles and groups are anybody's to change who may, and
// everybody who may can disable them. Language and time zone are their own.

// checkSynced answers Precondition where a change is one of what a provisioning
// client looks after, and does not come from one.
func checkSynced(old, u iam.User) error {
	if !old.Synced() || old.Username == u.Username && old.Label == u.Label && old.Email == u.Email && old.GivenName == u.GivenName && old.FamilyName == u.FamilyName &&
		old.DisplayName == u.DisplayName && old.Phone == u.Phone && maps.Equal(provisioned(old), provisioned(u)) {
		return nil
	}
	return iam.E(iam.Precondition, "%s is looked after by a provisioning client (SCIM), by which alone names, addresses, the telephone number "+
		"and the attributes of its schemas change", old.Username).About(old.Username)
}

// provisioned are the attributes of a user that are for provisioning clients.
func provisioned(u iam.User) map[string]string {
	m := maps.Clone(u.Attributes)
	maps.DeleteFunc(m, func(name, _ string) bool { return !iam.ProvisionedAttribute(name) })
	return m
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
// group, or delete it. Whoever gives roles to a group that a provisioning client has made
// wants that client to say who has them: it is enough that its token's own user
// holds them.
func filler(by iam.Actor, g iam.Group, provisioning bool) iam.Actor {
	if provisioning && g.Synced() {
		by.Scope = ""
	}
	return by
}

// Deprovision is DeleteUser for a provisioning client, of a version, 0 for whatever
// it is. Conflict: the user is of another one.
func (s *Service) Deprovision(ctx context.Context, by iam.Actor, id iam.UserID, version int64) (iam.User, error) {
	return s.deleteUser(ctx, by, UserKey{ID: id}, version, true)
}

// DeprovisionGroup is DeleteGroup for a provisioning client; version as for
// Deprovision.
func (s *Service) DeprovisionGroup(ctx context.Context, by iam.Actor, id iam.GroupID, version int64) (iam.Group, error) {
	return s.deleteGroup(ctx, by, GroupKey{ID: id}, version, true, func(iam.Group) error { return nil })
}
