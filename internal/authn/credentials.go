package authn

import (
	"context"
	"net/netip"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What access keys and certificates of users have in common.

// own reports whether the actor is the user at home, with all of the user's
// rights: who acts in another tenant, or with a token of narrower scope, is
// somebody else.
func own(by iam.Actor, u iam.UserID) bool {
	return by.Home == by.Tenant && by.User == u && by.Scope == ""
}

// mayManage answers Denied when the actor may not make or end credentials of a
// user, who could be acted for with them: it takes what setting the user's
// password does.
func (s *Service) mayManage(ctx context.Context, by iam.Actor, u iam.UserID) error {
	if by.IsSystem() || own(by, u) {
		return nil
	}
	may, err := s.rights.May(ctx, by, iam.UsersPassword)
	if err != nil {
		return err
	}
	if !may {
		return iam.E(iam.Denied, "%s may not manage the credentials of other users: the right %s is missing", by.Username, iam.UsersPassword)
	}
	return s.rights.CheckUser(ctx, by, u)
}

// credentialUser answers the user for whom the actor makes a credential.
// NotFound; Denied as for mayManage.
func (s *Service) credentialUser(ctx context.Context, by iam.Actor, u iam.UserID) (Account, error) {
	if err := s.mayManage(ctx, by, u); err != nil {
		return Account{}, err
	}
	return s.store.AccountByID(ctx, by.Tenant, u)
}

// issued is a credential that was made for a user, as a notice names it.
type issued struct{ What, ID string }

// What is issued.
const (
	issuedToken       = "token"
	issuedKey         = "access-key"
	issuedCertificate = "certificate"
)

// endIssued ends a credential of the actor's own, if it is one and still there.
func (s *Service) endIssued(ctx context.Context, by iam.Actor, i issued) (err error) {
	switch i.What {
	case issuedToken:
		err = s.RevokeToken(ctx, by, iam.TokenID(i.ID))
	case issuedKey:
		err = s.DeleteAccessKey(ctx, by, by.User, iam.AccessKeyID(i.ID))
	case issuedCertificate:
		err = s.RevokeCertificate(ctx, by, by.User, i.ID)
	}
	if iam.Is(err, iam.NotFound) {
		return nil
	}
	return err
}

// maxNetworks bounds the networks of one credential.
const maxNetworks = 100

// checkNetworks is the rule for the networks of a credential.
func checkNetworks(networks []netip.Prefix) error {
	var c iam.Checker
	if len(networks) > maxNetworks {
		c.Add("networks", iam.ReasonLength, "networks must be at most %d", maxNetworks)
	}
	for _, p := range networks {
		if _, err := iam.ParseNetwork(p.String()); err != nil {
			c.Add("networks", iam.ReasonFormat, "%s is not a network: bits behind the prefix must be zero", p)
			break
		}
	}
	return c.Err()
}

func networksText(networks []netip.Prefix) string {
	texts := make([]string, len(networks))
	for i, p := range networks {
		texts[i] = p.String()
	}
	return strings.Join(texts, " ")
}
