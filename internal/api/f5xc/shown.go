package f5xc

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// shown is something that has metadata and a spec, as the vendor shows things
// of every kind: configuration objects, namespaces, roles, groups.
type shown struct {
	kind   string
	meta   objectMeta
	system systemMeta
	spec   any  // as it is read
	form   any  // as it could be sent again; nil for what is read only
	bare   bool // requests have no metadata
	// replacement is as it could be written anew, nil where that is the form.
	replacement any
	stateless   bool // nothing is known of its state, ever
	conditions  []object.Condition
	version     int64 // 0 where there is none to be told
}

// ref names it.
func (s shown) ref() objectRef {
	return objectRef{Kind: s.kind, Name: s.meta.Name, Namespace: s.meta.Namespace, Tenant: s.system.Tenant, UID: s.system.UID}
}

// listing are the parameters of every list.
type listing struct {
	LabelFilter string   `query:"label_filter" doc:"A selector of labels: k=v, k!=v, k in (a,b), k notin (a,b), k, !k, with commas for and."`
	Fields      []string `query:"report_fields" doc:"Whatever its value, items have get_spec, metadata and system_metadata too."`
	Status      []string `query:"report_status_fields" doc:"Whatever its value, items have status_set too."`
}

// full reports whether items tell everything.
func (l listing) full() bool { return l.Fields != nil }

// listAnswer is a list.
type listAnswer struct {
	Items  []listItem  `json:"items"`
	Errors []listError `json:"errors"`
}

// listError is what is wrong with a part of a list; there is none in any.
type listError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// listItem is one of a list.
type listItem struct {
	Tenant      string            `json:"tenant"`
	Namespace   string            `json:"namespace"`
	Name        string            `json:"name"`
	UID         string            `json:"uid"`
	Description string            `json:"description"`
	Disabled    bool              `json:"disabled"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	Spec        any               `json:"get_spec,omitzero"`
	Metadata    *objectMeta       `json:"metadata,omitzero"`
	System      *systemMeta       `json:"system_metadata,omitzero"`
	Status      []statusObject    `json:"status_set,omitzero"`
}

// list makes the answer of what is to be listed.
func (l listing) list(all []shown) listAnswer {
	a := listAnswer{Items: make([]listItem, len(all)), Errors: []listError{}}
	for i := range all {
		s := &all[i]
		a.Items[i] = listItem{Tenant: s.system.Tenant, Namespace: s.meta.Namespace, Name: s.meta.Name, UID: s.system.UID,
			Description: s.meta.Description, Disabled: s.meta.Disable, Labels: s.meta.Labels, Annotations: s.meta.Annotations}
		if l.full() {
			a.Items[i].Spec, a.Items[i].Metadata, a.Items[i].System = s.spec, &s.meta, &s.system
		}
		if l.Status != nil {
			a.Items[i].Status = s.status()
		}
	}
	return a
}

// format is how much of something is wanted.
type format struct {
	Format string `query:"response_format" doc:"GET_RSP_FORMAT_DEFAULT, _FOR_CREATE, _FOR_REPLACE, _STATUS, _READ, _REFERRING_OBJECTS or _BROKEN_REFERENCES."`
}

// namedFormat asks for one object in a format.
type namedFormat struct {
	named
	format
}

const formatPrefix = "GET_RSP_FORMAT_"

// formats by their number.
var formats = []string{formatDefault, formatCreate, formatReplace, formatStatus, formatRead, formatReferring, formatBroken}

// The formats.
const (
	formatDefault   = formatPrefix + "DEFAULT"
	formatCreate    = formatPrefix + "FOR_CREATE"
	formatReplace   = formatPrefix + "FOR_REPLACE"
	formatStatus    = formatPrefix + "STATUS"
	formatRead      = formatPrefix + "READ"
	formatReferring = formatPrefix + "REFERRING_OBJECTS"
	formatBroken    = formatPrefix + "BROKEN_REFERENCES"
)

// read answers the format, which may be given by its number as any enum may.
func (f format) read() (string, error) {
	if f.Format == "" {
		return formatDefault, nil
	}
	if n, err := strconv.ParseUint(f.Format, 10, 8); err == nil && int(n) < len(formats) {
		return formats[n], nil
	}
	if slices.Contains(formats, f.Format) {
		return f.Format, nil
	}
	return "", notAs("response_format", "one of "+strings.Join(formats, ", "), f.Format)
}

// getAnswer is one thing. What a format did not ask for is absent.
type getAnswer struct {
	CreateForm  *form          `json:"create_form,omitzero"`
	Deleted     []objectRef    `json:"deleted_referred_objects,omitzero"`
	Disabled    []objectRef    `json:"disabled_referred_objects,omitzero"`
	Metadata    objectMeta     `json:"metadata"`
	Referring   []objectRef    `json:"referring_objects,omitzero"`
	ReplaceForm *form          `json:"replace_form,omitzero"`
	Spec        any            `json:"spec"`
	Status      []statusObject `json:"status,omitzero"`
	System      systemMeta     `json:"system_metadata"`

	version int64
}

// Headers tells the version as the entity tag that If-Match takes.
func (a getAnswer) Headers(h http.Header) { entityTag(h, a.version) }

// form is a request as it would make something like this, or write it again.
type form struct {
	Metadata *objectMeta `json:"metadata,omitzero"`
	Spec     any         `json:"spec"`
}

// related answers what refers to something, and what is wrong with what it
// refers to.
type related func() (referring, disabled, deleted []objectRef, err error)

// get makes the answer in a format.
func (s shown) get(format string, relations related) (getAnswer, error) {
	a := getAnswer{Metadata: s.meta, System: s.system, Spec: s.spec, version: s.version}
	again := &form{Spec: s.form}
	if !s.bare {
		again.Metadata = &a.Metadata
	}
	switch format {
	case formatCreate:
		if s.form != nil {
			a.CreateForm = again
		}
	case formatReplace:
		if s.form != nil {
			a.ReplaceForm = again
		}
		if s.replacement != nil {
			again.Spec = s.replacement
		}
	case formatStatus:
		a.Status = s.status()
	case formatReferring:
		referring, _, _, err := relations()
		a.Referring = referring
		return a, err
	case formatBroken:
		_, disabled, deleted, err := relations()
		a.Disabled, a.Deleted = disabled, deleted
		return a, err
	}
	return a, nil
}

// statusObject is what is known of the state of something.
type statusObject struct {
	Conditions []condition `json:"conditions"`
	Metadata   statusMeta  `json:"metadata"`
	Objects    []objectRef `json:"object_refs"`
}

type condition struct {
	Hostname string     `json:"hostname"`
	Updated  *timestamp `json:"last_update_time,omitzero"`
	Reason   string     `json:"reason"`
	Service  string     `json:"service_name"`
	Status   string     `json:"status"`
	Type     string     `json:"type"`
}

type statusMeta struct {
	Created *timestamp `json:"creation_timestamp,omitzero"`
	Creator string     `json:"creator_class"`
	Publish string     `json:"publish"`
	ID      string     `json:"status_id"`
	UID     string     `json:"uid"`
}

// status answers the conditions as one report, or none where nothing is known;
// nil where things of its kind have no such member.
func (s shown) status() []statusObject {
	if s.stateless {
		return nil
	}
	if len(s.conditions) == 0 {
		return []statusObject{}
	}
	o := statusObject{Objects: []objectRef{s.ref()},
		Metadata: statusMeta{Creator: service, Publish: "STATUS_DO_NOT_PUBLISH", ID: service, UID: s.system.UID}}
	for _, c := range s.conditions {
		o.Conditions = append(o.Conditions, condition{Updated: timeOf(c.Updated), Reason: c.Reason, Service: service, Status: c.Status, Type: c.Type})
		o.Metadata.Created = timeOf(c.Updated)
	}
	return []statusObject{o}
}

// service is what calls itself the author of statuses.
const service = "gatehouse"

// matching are the headers and the member by which a caller says which version
// is to be written.
type matching struct {
	IfMatch string `header:"If-Match" doc:"The entity tag that reading answered: the write is refused when it is not the present one."`
}

// version answers the version that is to be written, 0 for whatever it is.
// member is what the body calls resource_version: the entity tag without its
// quotes. Conflict: both are given and differ, so that one is stale.
func (m matching) version(member string) (int64, error) {
	parse := func(path, text string) (int64, error) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return 0, notAs(path, "what reading answered", text)
		}
		return n, nil
	}
	var inBody, inHeader int64
	var err error
	if member != "" {
		if inBody, err = parse("resource_version", member); err != nil {
			return 0, err
		}
	}
	if tag := strings.TrimSpace(m.IfMatch); tag != "" && tag != "*" {
		if inHeader, err = parse("If-Match", strings.Trim(tag, `"`)); err != nil {
			return 0, err
		}
	}
	if inBody != 0 && inHeader != 0 && inBody != inHeader {
		return 0, iam.E(iam.Conflict, "resource_version and If-Match name different versions").Because(iam.ReasonStale)
	}
	return max(inBody, inHeader), nil
}

// entityTag tells a version (RFC 9110 section 8.8.3).
func entityTag(h http.Header, version int64) {
	if version != 0 {
		h.Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
	}
}
