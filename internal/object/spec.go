package object

import (
	"cmp"
	"context"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/message"
)

// maxSpec bounds a spec as a caller sends it, in bytes.
const maxSpec = 256 << 10

// relating is what a spec says of others, besides what is in the record.
type relating struct {
	refs []Reference
	// groups are the names of those that a Link speaks of.
	groups map[iam.GroupID]string
}

// read checks what a caller says of an object and puts it into r, in the form
// in which it is stored. old is what is there, nil for a new object.
func (s *Service) read(ctx context.Context, by iam.Actor, k *Kind, r *Record, spec []byte, old *Record) (relating, error) {
	r.Name = cmp.Or(r.Name, k.DefaultName)
	if err := k.in(r.Namespace); err != nil {
		return relating{}, err
	}
	if err := checkMetadata(r.Metadata, old == nil); err != nil {
		return relating{}, err
	}
	if len(spec) > maxSpec {
		return relating{}, invalid("spec", iam.ReasonTooLarge, "have at most "+strconv.Itoa(maxSpec)+" bytes, got "+strconv.Itoa(len(spec)))
	}
	if len(spec) == 0 {
		spec = []byte("{}")
	}
	if k.Spec == nil {
		return s.readFree(ctx, by, r, spec)
	}
	v, err := k.decode(spec, old)
	if err != nil {
		return relating{}, err
	}
	if k.hooks.check != nil {
		if err := k.hooks.check(v); err != nil {
			return relating{}, err
		}
	}
	if k.secrets {
		var before any
		if old != nil {
			before = k.newSpec()
			if err := json.Unmarshal(old.Spec, before); err != nil {
				return relating{}, err
			}
		}
		if err := s.keep(ctx, by.Tenant, r.ID, v, before); err != nil {
			return relating{}, err
		}
	}
	var to relating
	if k.hooks.link != nil {
		if to, err = k.hooks.link(s, ctx, by, v, r, old); err != nil {
			return relating{}, err
		}
	}
	r.Spec, err = json.Marshal(v, json.Deterministic(true))
	return to, err
}

// decode reads what a caller sends into a spec: the members that a replacement
// has not are those of old.
func (k *Kind) decode(text []byte, old *Record) (any, error) {
	v, sent := k.newSpec(), k.Creation
	if old != nil {
		sent = k.Replacement
		if sent != k.Spec {
			if err := json.Unmarshal(old.Spec, v); err != nil {
				return nil, err
			}
		}
	}
	in := v
	if sent != k.Spec {
		in = reflect.New(sent).Interface()
	}
	if err := message.Decode("spec", text, in); err != nil {
		if iam.Is(err, iam.Invalid) {
			return nil, err
		}
		return nil, notJSON()
	}
	if sent != k.Spec {
		from, to := reflect.ValueOf(in).Elem(), reflect.ValueOf(v).Elem()
		for i := range sent.NumField() {
			to.FieldByName(sent.Field(i).Name).Set(from.Field(i))
		}
	}
	return v, nil
}

// sent answers a spec, as JSON, with those members only that a caller sends.
func (k *Kind) sent(spec []byte, t reflect.Type) ([]byte, error) {
	if t == k.Spec {
		return spec, nil
	}
	v := reflect.New(t).Interface()
	if err := json.Unmarshal(spec, v); err != nil {
		return nil, err
	}
	return json.Marshal(v, json.Deterministic(true))
}

// readFree is read for a kind whose spec is free: any JSON object, kept as it
// is but for white space.
func (s *Service) readFree(ctx context.Context, by iam.Actor, r *Record, spec []byte) (relating, error) {
	text := slices.Clone(jsontext.Value(spec))
	if err := text.Compact(); err != nil || text.Kind() != '{' || !text.IsValid() {
		return relating{}, notJSON()
	}
	r.Spec = text
	var err error
	if r.Facts, err = factsIn(r.Kind, r.Namespace, text); err != nil {
		return relating{}, err
	}
	refs, err := s.findReferences(ctx, by, *r)
	return relating{refs: refs}, err
}

func notJSON() error {
	return invalid("spec", iam.ReasonMalformed, "be a JSON object (RFC 8259) in UTF-8 without two members of one name")
}

func (k *Kind) newSpec() any { return reflect.New(k.Spec).Interface() }

// show answers an object as callers see it.
func (s *Service) show(ctx context.Context, t iam.TenantID, k *Kind, r Record) (Object, error) {
	all, err := s.showAll(ctx, t, k, []Record{r})
	if err != nil {
		return Object{}, err
	}
	return all[0], nil
}

// showAll is show for objects of a kind, with few questions however many they are.
func (s *Service) showAll(ctx context.Context, t iam.TenantID, k *Kind, records []Record) ([]Object, error) {
	var standing map[iam.ObjectID]string
	if k.hooks.standing != nil && len(records) > 0 {
		var err error
		if standing, err = k.hooks.standing(s, ctx, t, records); err != nil {
			return nil, err
		}
	}
	all := make([]Object, len(records))
	for i, r := range records {
		var err error
		if all[i], err = s.showOne(ctx, t, k, r, standing[r.ID]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *Service) showOne(ctx context.Context, t iam.TenantID, k *Kind, r Record, standing string) (Object, error) {
	if k.hooks.off != nil {
		r.Disabled = k.hooks.off(standing)
	}
	o := Object{Record: r, Spec: r.Spec, Replacement: r.Spec, View: r.Spec}
	// What is stored must not be seen by who looks at the embedded record.
	o.Record.Spec = nil
	if k.secrets {
		o.Spec = mask(r.Spec)
		o.Replacement, o.View = o.Spec, o.Spec
	}
	if !k.Stateless {
		o.Conditions = append(o.Conditions, Condition{Type: TypeValidation, Status: StatusSuccess, Updated: r.Updated})
		if r.Disabled {
			o.Conditions = append(o.Conditions, Condition{Type: TypeOperational, Status: StatusDisabled, Updated: r.Updated})
		}
	}
	err := s.showSpec(ctx, t, k, r, standing, &o)
	if err == nil {
		o.Replacement, err = k.sent(o.Spec, k.Replacement)
	}
	if err == nil {
		o.Spec, err = k.sent(o.Spec, k.Creation)
	}
	return o, err
}

// showSpec makes what the hooks of the kind make of a spec.
func (s *Service) showSpec(ctx context.Context, t iam.TenantID, k *Kind, r Record, standing string, o *Object) error {
	if k.hooks.now == nil && k.hooks.view == nil && k.hooks.state == nil {
		return nil
	}
	v := k.newSpec()
	err := json.Unmarshal(r.Spec, v)
	if err == nil && k.hooks.now != nil && !r.Disabled {
		if err = k.hooks.now(s, ctx, t, v); err == nil {
			o.Spec, err = json.Marshal(v, json.Deterministic(true))
			o.View = o.Spec
		}
	}
	if err == nil && k.hooks.view != nil {
		o.View, err = json.Marshal(k.hooks.view(v, r, standing))
	}
	if err == nil && k.hooks.state != nil && !r.Disabled {
		c := k.hooks.state(v, r, standing)
		c.Type = TypeOperational
		o.Conditions = append(o.Conditions, c)
	}
	return err
}

// objectName is a DNS label (RFC 1035 section 2.3.1), in lower case, of at most
// 64 characters.
var objectName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$`)

// metadataRules are the rules of metadata that package message knows.
type metadataRules struct {
	Name        string            `json:"name" rule:"message.required=true"`
	Namespace   string            `json:"namespace" rule:"message.required=true"`
	Description string            `json:"description" rule:"string.max_bytes=1200"`
	Annotations map[string]string `json:"annotations" rule:"map.keys.string.max_len=64;map.keys.string.min_len=1;map.values.string.max_len=1024;map.values.string.min_len=1"`
}

// checkMetadata checks the metadata of an object that is new, or else has its
// name already.
func checkMetadata(m Metadata, isNew bool) error {
	if err := message.Check("metadata", &metadataRules{m.Name, m.Namespace, m.Description, m.Annotations}); err != nil {
		return err
	}
	if isNew && !objectName.MatchString(m.Name) {
		return invalid("metadata.name", iam.ReasonFormat, "be a DNS label (RFC 1035): at most 64 lower-case letters, digits and '-', "+
			"of which the first is a letter and the last is not '-'")
	}
	if strings.ContainsFunc(m.Description, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r", r) }) {
		return invalid("metadata.description", iam.ReasonFormat, "have no control characters")
	}
	if len(m.Labels) > iam.MaxLabels {
		return invalid("metadata.labels", iam.ReasonLimit, "have at most "+strconv.Itoa(iam.MaxLabels)+" labels, got "+strconv.Itoa(len(m.Labels)))
	}
	if len(m.Annotations) > iam.MaxLabels {
		return invalid("metadata.annotations", iam.ReasonLimit, "have at most "+strconv.Itoa(iam.MaxLabels)+" annotations, got "+strconv.Itoa(len(m.Annotations)))
	}
	for key, value := range m.Labels {
		if !iam.ValidLabelKey(key) {
			return invalid("metadata.labels", iam.ReasonFormat, "have keys of at most 63 letters, digits, '-', '_' and '.', "+
				"between letters or digits, that may follow a domain name and '/', got "+strconv.Quote(iam.Cut(key, 64)))
		}
		if !iam.ValidLabelValue(value) {
			return invalid("metadata.labels["+strconv.Quote(key)+"]", iam.ReasonFormat,
				"be empty, or at most 63 letters, digits, '-', '_' and '.' between letters or digits")
		}
	}
	return nil
}
