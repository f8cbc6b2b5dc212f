package object

import (
	"bytes"
	"context"
	"encoding/base64"
	"maps"
	"reflect"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// secret is a member of a spec that nobody gets back. A spec that is of a Go
// type with such members has them sealed in storage, and masked for readers.
type secret struct {
	Clear     *clearSecret     `json:"clear_secret_info,omitzero" oneof:"secret_info_oneof"`
	Blindfold *blindfoldSecret `json:"blindfold_secret_info,omitzero" oneof:"secret_info_oneof"`
}

// clearSecret is a secret in the clear: "string:///" and its Base64. In storage
// the URL is sealedPrefix and the Base64 of what the keyring made of it.
type clearSecret struct {
	Provider string `json:"provider"`
	URL      string `json:"url" rule:"message.required=true;string.max_bytes=131072;string.uri_ref=true"`
}

// blindfoldSecret is a secret that its owner has encrypted for whoever uses it:
// this server could not read it, and shows it as it is.
type blindfoldSecret struct {
	DecryptionProvider string `json:"decryption_provider"`
	Location           string `json:"location" rule:"message.required=true;string.uri_ref=true"`
	StoreProvider      string `json:"store_provider"`
}

const (
	secretPrefix = "string:///"
	sealedPrefix = "sealed:"
)

// masked is what readers see in the place of a secret: "********".
var masked = secretPrefix + base64.StdEncoding.EncodeToString([]byte("********"))

// place is where a secret is in a spec.
type place struct {
	path string // below "spec"
	at   **secret
}

// sensitive is what of a spec is handled with care: the places of its secrets,
// also where there is none at present, and the endpoints, by path.
type sensitive struct {
	secrets   []place
	endpoints map[string]string
}

// find goes through a spec, a pointer to a struct.
func find(spec any) sensitive {
	s := sensitive{endpoints: map[string]string{}}
	s.walk("spec", reflect.ValueOf(spec).Elem())
	return s
}

func (s *sensitive) walk(path string, v reflect.Value) {
	t := v.Type()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		member, below := v.Field(i), path+"."+name
		switch at, isSecret := member.Addr().Interface().(**secret); {
		case isSecret:
			s.secrets = append(s.secrets, place{below, at})
		case member.Kind() == reflect.Pointer && member.Type().Elem().Kind() == reflect.Struct:
			if !member.IsNil() {
				s.walk(below, member.Elem())
			}
		case member.Kind() == reflect.String && strings.HasSuffix(name, "_url"):
			if member.String() != "" {
				s.endpoints[below] = member.String()
			}
		}
	}
}

// clear answers the secret in the clear, or sealed, that is in a place.
func (p place) clear() *clearSecret {
	if *p.at == nil {
		return nil
	}
	return (*p.at).Clear
}

// keep seals the secrets of a spec. Those that are masked, or missing, are those
// of the spec of before, which is nil for a new object; but a secret that was
// meant for one endpoint is not handed to another: Invalid, as is a mask with
// nothing behind it.
func (s *Service) keep(ctx context.Context, t iam.TenantID, id iam.ObjectID, spec, before any) error {
	now, old := find(spec), sensitive{}
	if before != nil {
		old = find(before)
	}
	stored := map[string]*secret{}
	for _, p := range old.secrets {
		if p.clear() != nil {
			stored[p.path] = *p.at
		}
	}
	moved := !maps.Equal(now.endpoints, old.endpoints)
	for _, p := range now.secrets {
		given := p.clear()
		switch {
		case given != nil && given.URL != masked:
			sealed, err := s.Keys.Seal(ctx, t, []byte(given.URL), sealedAs(id, p.path))
			if err != nil {
				return err
			}
			given.URL = sealedPrefix + base64.StdEncoding.EncodeToString(sealed)
		case given == nil && *p.at != nil && (*p.at).Blindfold != nil: // instead of one in the clear
		case stored[p.path] == nil && given == nil: // there was none, and is none
		case stored[p.path] == nil:
			return invalid(p.path, iam.ReasonRequired, "be a secret, got its mask while none is kept")
		case moved:
			return invalid(p.path, iam.ReasonRequired, "be given again where an endpoint changes")
		default:
			*p.at = stored[p.path]
		}
	}
	return nil
}

// sealedAs says what a sealed secret is, and whose.
func sealedAs(id iam.ObjectID, path string) string { return "object:" + string(id) + ":" + path }

// Around what is sealed in the JSON of a stored spec. A quote within a string is
// escaped there, so that nothing else looks like it.
var (
	sealedMember = []byte(`"url":"` + sealedPrefix)
	maskedMember = []byte(`"url":"` + masked)
)

// mask answers a spec as it is stored with a mask in the place of each secret.
// It does not take the spec apart: lists are long.
func mask(spec []byte) []byte {
	out := make([]byte, 0, len(spec))
	for {
		before, sealed, found := bytes.Cut(spec, sealedMember)
		if out = append(out, before...); !found {
			return out
		}
		out = append(out, maskedMember...)
		spec = sealed[bytes.IndexByte(sealed, '"'):]
	}
}

// hasSecrets reports whether specs of a type have places for secrets. Those that
// walk would not find, and so would be stored as they are, it panics over.
func hasSecrets(t reflect.Type) bool {
	if t == reflect.TypeFor[secret]() {
		return true
	}
	has := false
	switch t.Kind() {
	case reflect.Pointer:
		return hasSecrets(t.Elem())
	case reflect.Slice, reflect.Array, reflect.Map:
		has = hasSecrets(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() || !hasSecrets(f.Type) {
				continue
			}
			if f.Type.Kind() != reflect.Pointer {
				panic("object: the secret in " + t.String() + "." + f.Name + " would not be sealed")
			}
			has = true
		}
	}
	return has
}
