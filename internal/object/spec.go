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

// read checks what a caller says of an object and puts it into r, in the form
// in which it is stored. old is what is there, nil for a new object.
func (s *Service) read(ctx context.Context, by iam.Actor, k *Kind, r *Record, spec []byte, old *Record) ([]Reference, error) {
	r.Name = cmp.Or(r.Name, k.DefaultName)
	if err := k.in(r.Namespace); err != nil {
		return nil, err
	}
	if err := checkMetadata(r.Metadata); err != nil {
		return nil, err
	}
	if len(spec) > maxSpec {
		return nil, invalid("spec", iam.ReasonTooLarge, "have at most "+strconv.Itoa(maxSpec)+" bytes, got "+strconv.Itoa(len(spec)))
	}
	if len(spec) == 0 {
		spec = []byte("{}")
	}
	if k.Spec == nil {
		return s.readFree(ctx, by, r, spec)
	}
	v := k.newSpec()
	if err := message.Decode("spec", spec, v); err != nil {
		if iam.Is(err, iam.Invalid) {
			return nil, err
		}
		return nil, notJSON()
	}
	if k.hooks.check != nil {
		if err := k.hooks.check(v); err != nil {
			return nil, err
		}
	}
	if k.secrets {
		var before any
		if old != nil {
			before = k.newSpec()
			if err := json.Unmarshal(old.Spec, before); err != nil {
				return nil, err
			}
		}
		if err := s.keep(ctx, by.Tenant, r.ID, v, before); err != nil {
			return nil, err
		}
	}
	var err error
	r.Spec, err = json.Marshal(v, json.Deterministic(true))
	return nil, err
}

// readFree is read for a kind whose spec is free: any JSON object, kept as it
// is but for white space.
func (s *Service) readFree(ctx context.Context, by iam.Actor, r *Record, spec []byte) ([]Reference, error) {
	text := slices.Clone(jsontext.Value(spec))
	if err := text.Compact(); err != nil || text.Kind() != '{' || !text.IsValid() {
		return nil, notJSON()
	}
	r.Spec = text
	return s.findReferences(ctx, by, *r)
}

func notJSON() error {
	return invalid("spec", iam.ReasonMalformed, "be a JSON object (RFC 8259) in UTF-8 without two members of one name")
}

func (k *Kind) newSpec() any { return reflect.New(k.Spec).Interface() }

// show answers an object as callers see it.
func (s *Service) show(ctx context.Context, t iam.TenantID, k *Kind, r Record) (Object, error) {
	o := Object{Record: r, Spec: r.Spec, View: r.Spec,
		Conditions: []Condition{{Type: TypeValidation, Status: StatusSuccess, Updated: r.Updated}}}
	if r.Disabled {
		o.Conditions = append(o.Conditions, Condition{Type: TypeOperational, Status: StatusDisabled, Updated: r.Updated})
	}
	// What is stored must not be seen by who looks at the embedded record.
	o.Record.Spec = nil
	if k.secrets {
		o.Spec = mask(r.Spec)
		o.View = o.Spec
	}
	if k.hooks.now == nil && k.hooks.view == nil && k.hooks.state == nil {
		return o, nil
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
		o.View, err = json.Marshal(k.hooks.view(v, r.Status))
	}
	if err == nil && k.hooks.state != nil && !r.Disabled {
		c := k.hooks.state(v, r)
		c.Type = TypeOperational
		o.Conditions = append(o.Conditions, c)
	}
	return o, err
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

func checkMetadata(m Metadata) error {
	if err := message.Check("metadata", &metadataRules{m.Name, m.Namespace, m.Description, m.Annotations}); err != nil {
		return err
	}
	if !objectName.MatchString(m.Name) {
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
