package access

import (
	"context"
	"strings"
	"sync"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A token may be of a scope: permissions, each a name or a pattern, separated
// by spaces. Who comes with it may do what its user may and its scope has,
// and nothing else: also nothing that is open to everybody signed in, which is
// about the user's own account.

// maxScopes bounds how many scopes are remembered.
const maxScopes = 10_000

// scopes are what tokens are narrowed to, compiled. They depend on nothing but
// the catalogue.
type scopes struct {
	mu   sync.RWMutex
	sets map[string]rbac.Set
}

// narrowed answers the endpoints to which an actor is narrowed. ok is false for
// one who is not.
func (s *Service) narrowed(by iam.Actor) (set rbac.Set, ok bool) {
	if by.Scope == "" {
		return rbac.Set{}, false
	}
	s.scopes.mu.RLock()
	set, known := s.scopes.sets[by.Scope]
	s.scopes.mu.RUnlock()
	if known {
		return set, true
	}
	set = s.catalog.Compile(scopeRules(by.Scope))
	s.scopes.mu.Lock()
	defer s.scopes.mu.Unlock()
	if s.scopes.sets == nil || len(s.scopes.sets) >= maxScopes {
		s.scopes.sets = map[string]rbac.Set{}
	}
	s.scopes.sets[by.Scope] = set
	return set, true
}

// reaches reports whether all of a set is within what the actor is narrowed to.
func (s *Service) reaches(by iam.Actor, set rbac.Set) bool {
	narrow, ok := s.narrowed(by)
	return !ok || narrow.Covers(set)
}

// scopeRules answers a rule for each permission of a scope.
func scopeRules(scope string) []iam.Rule {
	var rules []iam.Rule
	for word := range strings.FieldsSeq(scope) {
		rules = append(rules, iam.Rule{Permission: word})
	}
	return rules
}

// CheckScope answers Invalid for a scope of which a word is no permission that
// any operation needs, nor a pattern of some; and Denied for one that is wider
// than what the actor is narrowed to. The empty scope is all that its user may.
func (s *Service) CheckScope(_ context.Context, by iam.Actor, scope string) error {
	var c iam.Checker
	rules := scopeRules(scope)
	for _, r := range rules {
		if s.catalog.Compile([]iam.Rule{r}).Empty() {
			c.Add("scope", iam.ReasonFormat, "scope: %.64q is no permission, nor a pattern of permissions such as users.* or *.read", r.Permission)
		}
	}
	if err := c.Err(); err != nil {
		return err
	}
	narrow, ok := s.narrowed(by)
	if ok && (len(rules) == 0 || !narrow.Covers(s.catalog.Compile(rules))) {
		return iam.E(iam.Denied, "%s came with a token of scope %q, and may not make one of a wider scope", by.Username, by.Scope).
			Because(iam.ReasonGrant)
	}
	return nil
}
