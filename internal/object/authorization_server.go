package object

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// authorizationServerSpec says where the keys are that a server of access
// tokens signs with.
type authorizationServerSpec struct {
	JWKS string `json:"jwks_uri" rule:"message.required=true;string.max_len=256;string.uri=true"`
}

// authorizationServerView is the spec, and what came of fetching the keys.
type authorizationServerView struct {
	JWKS        string      `json:"jwks_uri"`
	Fetch       fetchStatus `json:"last_fetch_status"`
	LastSuccess *time.Time  `json:"last_successful_fetch,omitzero"`
}

// fetchStatus is how the last attempt to fetch keys went.
type fetchStatus string

const (
	fetchUnknown   fetchStatus = "STATUS_UNKNOWN"
	fetchSucceeded fetchStatus = "STATUS_SUCCEEDED"
	fetchFailed    fetchStatus = "STATUS_FAILED"
	fetchPartly    fetchStatus = "STATUS_SUCCEEDED_WITH_ERROR" // some keys cannot be used
)

// Names implements message.Enum.
func (fetchStatus) Names() []string {
	return []string{string(fetchUnknown), string(fetchSucceeded), string(fetchFailed), string(fetchPartly)}
}

// keysStatus is Record.Status of an authorization server.
type keysStatus struct {
	JWKS        string      `json:"jwks_uri"` // what was fetched; the spec may say another by now
	Fetch       fetchStatus `json:"status"`
	Reason      string      `json:"reason,omitzero"` // why not all is well, for people
	Keys        int         `json:"keys"`            // that can be used
	At          time.Time   `json:"at"`
	LastSuccess time.Time   `json:"last_success,omitzero"`
}

// refetchAfter is how often keys are fetched. A document of more than maxJWKS
// bytes is not read.
const (
	refetchAfter = time.Hour
	maxJWKS      = 256 << 10
)

var authorizationServer = register(
	Kind{Name: "authorization_server", Group: groupConfig, Title: "Authorization server", View: reflect.TypeFor[authorizationServerView]()},
	hooks[*authorizationServerSpec]{
		check: func(spec *authorizationServerSpec) error {
			u, err := url.Parse(spec.JWKS)
			if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil {
				return invalid("spec.jwks_uri", iam.ReasonFormat, "be an address that begins with https:// or http:// and a host, without a user name")
			}
			return nil
		},
		view: func(spec *authorizationServerSpec, r Record, _ string) any {
			v := authorizationServerView{JWKS: spec.JWKS, Fetch: fetchUnknown}
			if st := fetched(spec, r.Status); st.Fetch != "" {
				if v.Fetch = st.Fetch; !st.LastSuccess.IsZero() {
					v.LastSuccess = &st.LastSuccess
				}
			}
			return v
		},
		state: func(spec *authorizationServerSpec, r Record, _ string) Condition {
			switch st := fetched(spec, r.Status); st.Fetch {
			case "":
				return Condition{Status: StatusIncomplete, Reason: "the keys have not been fetched yet", Updated: r.Updated}
			case fetchFailed:
				return Condition{Status: StatusFailed, Reason: st.Reason, Updated: st.At}
			default:
				return Condition{Status: StatusSuccess, Reason: st.Reason, Updated: st.At}
			}
		},
		work: func(s *Service, ctx context.Context, by iam.Actor, id iam.ObjectID, _ string) error {
			r, err := s.Store.ObjectByID(ctx, by.Tenant, id)
			if err != nil {
				return err
			}
			return s.fetchKeys(ctx, by.Tenant, r)
		},
		every: refetchAfter,
	})

// fetched answers what is known of the keys at the address that the spec has
// now. Nothing was fetched from it yet where the result has no Fetch.
func fetched(spec *authorizationServerSpec, status []byte) (st keysStatus) {
	if len(status) == 0 || json.Unmarshal(status, &st) != nil || st.JWKS != spec.JWKS {
		return keysStatus{}
	}
	return st
}

// Refresh fetches what an object of kind authorization_server points to, now.
// NotFound. What came of it is in the object's status: a failure to fetch is
// no error.
func (s *Service) Refresh(ctx context.Context, by iam.Actor, namespace, name string) error {
	r, err := s.Store.Object(ctx, by.Tenant, authorizationServer.Name, namespace, name)
	if err != nil {
		return err
	}
	return s.fetchKeys(ctx, by.Tenant, r)
}

// fetchKeys fetches the keys that a record points to, and writes what came of
// it into its status.
func (s *Service) fetchKeys(ctx context.Context, t iam.TenantID, r Record) error {
	var spec authorizationServerSpec
	if err := json.Unmarshal(r.Spec, &spec); err != nil {
		return err
	}
	text, err := s.Fetcher.Fetch(ctx, spec.JWKS, maxJWKS)
	if ctx.Err() != nil {
		return ctx.Err() // who asked has gone, which says nothing of the server there
	}
	now, gone := s.Store.ObjectByID(ctx, t, r.ID)
	if gone != nil || !bytes.Equal(now.Spec, r.Spec) {
		return gone // who wrote another address has seen to it that it is fetched
	}
	st, bad := keysStatus{JWKS: spec.JWKS, At: s.Env.Time(), LastSuccess: fetched(&spec, now.Status).LastSuccess}, 0
	if err == nil {
		st.Keys, bad, err = countKeys(text)
	}
	switch {
	case err != nil:
		s.Log.InfoContext(ctx, "objects: keys not fetched", "object", r.ID, "error", err)
		st.Fetch, st.Reason = fetchFailed, reason(err)
	case bad > 0:
		st.Fetch, st.LastSuccess = fetchPartly, st.At
		st.Reason = fmt.Sprintf("%d of %d keys cannot be used", bad, st.Keys+bad)
	default:
		st.Fetch, st.LastSuccess = fetchSucceeded, st.At
	}
	status, err := json.Marshal(st)
	if err != nil {
		return err
	}
	return s.Store.SetObjectStatus(ctx, t, r.ID, status)
}

// reason is what people are told of an error.
func reason(err error) string {
	if e, ok := errors.AsType[*iam.Error](err); ok {
		return e.Message
	}
	return "the keys could not be fetched"
}

// countKeys answers how many keys of a JWKS (RFC 7517 section 5) can be used to
// check signatures, and how many cannot: those that are malformed, of an unknown
// type, not public, or for encryption. Invalid: it is no JWKS, or none can.
func countKeys(text []byte) (good, bad int, err error) {
	var set struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return 0, 0, iam.E(iam.Invalid, "what is there is not a JWKS")
	}
	for _, raw := range set.Keys {
		var k jose.JSONWebKey
		if err := k.UnmarshalJSON(raw); err != nil || !k.Valid() || !k.IsPublic() || k.Use == "enc" {
			bad++
		}
	}
	if good = len(set.Keys) - bad; good == 0 {
		return 0, bad, iam.E(iam.Invalid, "the JWKS has no key that can be used")
	}
	return good, bad, nil
}
