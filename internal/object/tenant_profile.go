package object

import (
	"context"
	"regexp"
	"strconv"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/picture"
)

// tenantProfileSpec says what child tenants begin with. A change is for those
// that are made from then on.
type tenantProfileSpec struct {
	Groups        []profileGroup `json:"ct_groups" rule:"repeated.max_items=16;repeated.unique=true"`
	SupportAccess bool           `json:"enable_support_access"`
	Favicon       *file          `json:"favicon,omitzero"`
	Logo          *file          `json:"logo,omitzero"`
	Plan          *viewRef       `json:"plan,omitzero"`
	SupportEmail  string         `json:"support_email" rule:"string.email=true"`
}

// profileGroup is a group that is made in each child.
type profileGroup struct {
	Name  string        `json:"name" rule:"message.required=true;string.ves_object_name=true"`
	Roles []profileRole `json:"namespace_roles" rule:"message.required=true;repeated.max_items=16"`
}

// profileRole is a role in a namespace, which is made too, or in every
// application namespace where that is "*".
type profileRole struct {
	Namespace string `json:"namespace" rule:"message.required=true;string.max_len=256"`
	Role      string `json:"role" rule:"message.required=true;string.max_len=256;string.ves_object_name=true"`
}

// file is an upload.
type file struct {
	S3      *nothing `json:"aws_s3,omitzero" oneof:"storage_provider"`
	Content []byte   `json:"content"`
	Type    string   `json:"content_type"`
}

// content is that of a file, which may be missing.
func (f *file) content() []byte {
	if f == nil {
		return nil
	}
	return f.Content
}

const tenantProfile = "tenant_profile"

var _ = register(
	Kind{
		Name: tenantProfile, Group: groupWeb, Title: "Tenant profile", System: true, Stateless: true,
		Read: iam.TenantsRead, Create: iam.TenantsCreate, Update: iam.TenantsUpdate, Delete: iam.TenantsDelete,
	},
	hooks[*tenantProfileSpec]{check: checkProfile, link: (*Service).linkProfile})

// profileNamespace is what a namespace of a child may be called.
var profileNamespace = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$`)

// checkProfile refuses what no tenant could be made of: by then nobody is there
// to be told.
func checkProfile(spec *tenantProfileSpec) error {
	seen := map[string]bool{}
	for i, g := range spec.Groups {
		at := "spec.ct_groups[" + strconv.Itoa(i) + "]"
		if seen[g.Name] {
			return invalid(at+".name", iam.ReasonDuplicate, "be given once")
		}
		seen[g.Name] = true
		for j, r := range g.Roles {
			if r.Namespace != string(iam.ScopeApplications) && !profileNamespace.MatchString(r.Namespace) {
				return invalid(at+".namespace_roles["+strconv.Itoa(j)+"].namespace", iam.ReasonFormat, `be the name of a namespace or "*"`)
			}
		}
	}
	for _, f := range []struct {
		path string
		*file
	}{{"spec.logo", spec.Logo}, {"spec.favicon", spec.Favicon}} {
		if len(f.content()) == 0 {
			continue
		}
		if _, err := picture.Fit(f.Content, 1, 1); err != nil {
			return invalid(f.path+".content", iam.ReasonFormat, "be a picture that can be shown: PNG, JPEG or GIF, and not too large")
		}
	}
	return nil
}

// linkProfile answers the references of a profile. The roles that a new tenant
// has are those that every tenant is born with.
func (s *Service) linkProfile(_ context.Context, _ iam.Actor, spec *tenantProfileSpec, _, _ *Record) (relating, error) {
	for i, g := range spec.Groups {
		for j, r := range g.Roles {
			if !s.Tenants.IsBuiltinRole(r.Role) {
				return relating{}, invalid("spec.ct_groups["+strconv.Itoa(i)+"].namespace_roles["+strconv.Itoa(j)+"].role", iam.ReasonFormat,
					"name a role that every tenant is born with")
			}
		}
	}
	return relating{}, nil
}
