package fess

// attrName is the attribute for the name that a group or role is listed under
// where another one has it, as iam.User has a Label for.
const attrName = "fess.name"

// entryForm is a group or role in a request. Members that are not listed here,
// such as crud_mode, updated_by and updated_time, are not read.
type entryForm struct {
	Name       string             `json:"name" doc:"1 to 100 characters."`
	Attributes map[string]*string `json:"attributes,omitzero" doc:"Any attributes; null or an empty text removes one."`
}

type entryEdit struct {
	editForm
	entryForm
}

// entrySetting is a group or role in an answer.
type entrySetting struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Attributes   map[string]string `json:"attributes"`
	VersionNo    int64             `json:"version_no"`
	VersionCamel int64             `json:"versionNo"`
}

func (x entry) setting() entrySetting {
	all := public(x.attributes)
	if x.description != "" {
		all["description"] = x.description
	}
	return entrySetting{ID: idOf(x.handle), Name: x.listedName(), Attributes: all, VersionNo: x.version, VersionCamel: x.version}
}

func (x entry) listedName() string {
	if label := x.attributes[attrName]; label != "" {
		return label
	}
	return x.name
}

// attribute answers one attribute, "" where there is none. The description is
// one in Fess, and a field in the core.
func (x entry) attribute(name string) string {
	if name == "description" {
		return x.description
	}
	return x.attributes[name]
}

// attributes are those for a new entry, beside the description.
func (w wanted) attributes() map[string]string {
	m := make(map[string]string, len(w))
	for name, value := range w {
		if name != "description" && value != "" {
			m[name] = value
		}
	}
	return m
}

// change is the change of an entry at a version.
func (w wanted) change(version int64) entryChange {
	ch := entryChange{version: version, attributes: map[string]*string{}}
	for name, value := range w {
		switch {
		case name == "description":
			ch.description = &value
		case value != "":
			ch.attributes[name] = &value
		default:
			ch.attributes[name] = nil
		}
	}
	return ch
}

var sampleEntry = entry{handle: "editor", name: "editor", attributes: map[string]string{"gidNumber": "1000"}, version: 1}
