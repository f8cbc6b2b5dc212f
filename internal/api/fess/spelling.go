package fess

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Clients of Fess name roles and groups in any way they like, by name or by id
// in either alphabet of Base64, and expect to read what they wrote. Which ones
// a user has is kept in the core; how they were spelled, and in which order,
// in these attributes, as JSON.
const (
	attrRoles  = "fess.roles"
	attrGroups = "fess.groups"
)

// maxSpelling is how long an attribute may be, in characters. Lists that are
// longer are answered by name.
const maxSpelling = 4096

// spelling answers the attribute for a list; nil removes it.
func spelling(given []string) *string {
	text, err := json.Marshal(given)
	if err != nil || len(given) == 0 || utf8.RuneCount(text) > maxSpelling {
		return nil
	}
	s := string(text)
	return &s
}

// spelled answers what a user has, those first that the client named, as it
// spelled them, and then the others by name.
func spelled[T ~string](has []iam.Ref[T], attribute string) []string {
	var given []string
	if attribute != "" {
		_ = json.Unmarshal([]byte(attribute), &given) // of what is broken, the names will do
	}
	list := make([]string, 0, len(has))
	named := make([]bool, len(has))
	for _, s := range given {
		if i := slices.IndexFunc(has, func(r iam.Ref[T]) bool { return means(s, r) }); i >= 0 {
			list = append(list, s)
			named[i] = true
		}
	}
	for i, r := range has {
		if !named[i] {
			list = append(list, r.Name)
		}
	}
	return list
}

// means reports whether a client's text names an object.
func means[T ~string](s string, r iam.Ref[T]) bool {
	if s == r.Name || s == r.Handle { // as nearly everybody writes it
		return true
	}
	if handle, ok := mentionedHandle(s); ok && handle == r.Handle {
		return true
	}
	key := iam.Fold(s)
	return key == iam.Fold(r.Name) || key == iam.Fold(r.Handle)
}

// resolve answers names for the core: the handle for what is the id of an
// object that exists, everything else as it is. Empty ones do not count.
func resolve(given []string, exists func(handle string) error) ([]string, error) {
	names := make([]string, 0, len(given))
	for _, s := range given {
		if strings.TrimSpace(s) == "" {
			continue
		}
		if handle, ok := mentionedHandle(s); ok {
			err := exists(handle)
			if err != nil && !iam.Is(err, iam.NotFound) {
				return nil, err
			}
			if err == nil {
				s = handle
			}
		}
		names = append(names, s)
	}
	return names, nil
}

func (d *dialect) resolveRoles(ctx context.Context, by iam.Actor, given []string) ([]string, error) {
	return resolve(given, func(handle string) error {
		_, err := d.Access.Role(ctx, by, access.RoleKey{Handle: handle})
		return err
	})
}

func (d *dialect) resolveGroups(ctx context.Context, by iam.Actor, given []string) ([]string, error) {
	return resolve(given, func(handle string) error {
		_, err := d.Directory.Group(ctx, by, directory.GroupKey{Handle: handle})
		return err
	})
}
