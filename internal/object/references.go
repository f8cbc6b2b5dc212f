package object

import (
	"bytes"
	"context"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// In a spec that is free, a JSON object is a reference when all of its members
// are among kind, name, namespace, tenant and uid, are strings or null, and name
// is not empty. Its kind is what it says, or else the name of the closest member
// around it, of an array of references without the "s" behind it. Its namespace
// is what it says, or else that of the object it is in. The spec itself is none,
// and neither is what could not name any object.

const (
	maxReferences = 1000
	maxPointer    = 1024 // bytes of the pointer to a reference
	maxTargetName = 128  // bytes
)

var (
	kindName        = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	targetNamespace = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)
	referenceNames  = []string{"kind", "name", "namespace", "tenant", "uid"}
)

// foundReference is a reference as it is written in a spec.
type foundReference struct {
	Reference
	tenant string
}

// findReferences answers the references in a free spec by path. Invalid: one is
// to another tenant, or to the object itself; there are too many.
func (s *Service) findReferences(ctx context.Context, by iam.Actor, r Record) ([]Reference, error) {
	found, err := referencesIn(r.Spec, r.Namespace)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	if len(found) > maxReferences {
		return nil, invalid("spec", iam.ReasonLimit, "have at most "+strconv.Itoa(maxReferences)+" references, got "+strconv.Itoa(len(found)))
	}
	var own iam.Tenant
	refs := make([]Reference, len(found))
	for i, f := range found {
		switch {
		case len(f.Path) > maxPointer:
			return nil, invalid("spec", iam.ReasonLength, "have references below fewer and shorter names of members")
		case f.Target == Target{Kind: r.Kind, Namespace: r.Namespace, Name: r.Name}:
			return nil, invalid(dotted(f.Path), iam.ReasonSelf, "refer to another object than its own")
		case f.tenant != "" && own.ID == "":
			if own, err = s.Tenants.Tenant(ctx, by); err != nil {
				return nil, err
			}
		}
		if f.tenant != "" && f.tenant != own.Code && f.tenant != string(own.ID) {
			return nil, invalid(dotted(f.Path)+".tenant", iam.ReasonFormat, "be absent, or one's own tenant")
		}
		refs[i] = f.Reference
	}
	return refs, nil
}

// referencesIn answers the references in a free spec by path.
func referencesIn(spec []byte, namespace string) ([]foundReference, error) {
	var v any
	if err := json.Unmarshal(spec, &v); err != nil {
		return nil, err
	}
	var found []foundReference
	walk("", "", v, func(path jsontext.Pointer, around string, members map[string]any) bool {
		ref, ok := referenceOf(members, around, namespace)
		if ok && path != "" {
			ref.Path = string(path)
			found = append(found, ref)
		}
		return ok
	})
	sort.Slice(found, func(i, j int) bool { return found[i].Path < found[j].Path })
	return found, nil
}

// walk calls visit with every JSON object in v, and does not go into those for
// which it answers true. around is the kind that a reference there has.
func walk(path jsontext.Pointer, around string, v any, visit func(path jsontext.Pointer, around string, members map[string]any) bool) {
	switch v := v.(type) {
	case []any:
		around = strings.TrimSuffix(around, "s")
		for i, item := range v {
			walk(path.AppendToken(strconv.Itoa(i)), around, item, visit)
		}
	case map[string]any:
		if visit(path, around, v) {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			walk(path.AppendToken(name), name, v[name], visit)
		}
	}
}

// referenceOf reads a reference out of the members of a JSON object. ok is false
// when it is none.
func referenceOf(members map[string]any, around, namespace string) (ref foundReference, ok bool) {
	if len(members) > len(referenceNames) {
		return ref, false
	}
	said := map[string]string{}
	for name, v := range members {
		text, isText := v.(string)
		if v != nil && !isText || !slices.Contains(referenceNames, name) {
			return ref, false
		}
		said[name] = text
	}
	ref.tenant = said["tenant"]
	ref.Target = Target{Kind: around, Namespace: namespace, Name: said["name"]}
	if said["kind"] != "" {
		ref.Target.Kind = said["kind"]
	}
	if said["namespace"] != "" {
		ref.Target.Namespace = said["namespace"]
	}
	return ref, ref.Target.valid()
}

// valid reports whether the target could name something.
func (t Target) valid() bool {
	return kindName.MatchString(t.Kind) && targetNamespace.MatchString(t.Namespace) &&
		t.Name != "" && len(t.Name) <= maxTargetName && iam.Printable(t.Name)
}

// dotted is a pointer into a spec in the form in which callers are told paths.
func dotted(pointer string) string {
	path := "spec"
	for token := range jsontext.Pointer(pointer).Tokens() {
		if _, err := strconv.Atoi(token); err == nil {
			path += "[" + token + "]"
		} else {
			path += "." + iam.Cut(token, 64)
		}
	}
	return path
}

// without answers a JSON text without the values that pointers lead to, members
// with their names, and all else as it was.
func without(text []byte, pointers []string) ([]byte, error) {
	var out bytes.Buffer
	dec, enc := jsontext.NewDecoder(bytes.NewReader(text)), jsontext.NewEncoder(&out)
	if err := copyBut(dec, enc, "", pointers); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func copyBut(dec *jsontext.Decoder, enc *jsontext.Encoder, path jsontext.Pointer, drop []string) error {
	opening := dec.PeekKind()
	if opening != '{' && opening != '[' {
		v, err := dec.ReadValue()
		if err != nil {
			return err
		}
		return enc.WriteValue(v)
	}
	if err := copyToken(dec, enc); err != nil {
		return err
	}
	for i := 0; dec.PeekKind() != '}' && dec.PeekKind() != ']'; i++ {
		here := path.AppendToken(strconv.Itoa(i))
		var name jsontext.Token
		if opening == '{' {
			read, err := dec.ReadToken()
			if err != nil {
				return err
			}
			name = read.Clone()
			here = path.AppendToken(name.String())
		}
		if slices.Contains(drop, string(here)) {
			if err := dec.SkipValue(); err != nil {
				return err
			}
			continue
		}
		if opening == '{' {
			if err := enc.WriteToken(name); err != nil {
				return err
			}
		}
		if err := copyBut(dec, enc, here, drop); err != nil {
			return err
		}
	}
	return copyToken(dec, enc)
}

func copyToken(dec *jsontext.Decoder, enc *jsontext.Encoder) error {
	t, err := dec.ReadToken()
	if err != nil {
		return err
	}
	return enc.WriteToken(t)
}
