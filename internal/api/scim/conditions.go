package scim

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// conditions say of which version a resource has to be (RFC 7644 section 3.14).
// Tags compare without regard to their being weak, as all of ours are.
type conditions struct {
	IfMatch     string `header:"If-Match" doc:"Entity tags, one of which must be that of the resource as it is; * is every one."`
	IfNoneMatch string `header:"If-None-Match" doc:"Entity tags, none of which may be that of the resource as it is."`
}

// conditional reports whether a request is to be done under conditions.
func conditional(r *http.Request) bool {
	return r.Header.Get("If-Match") != "" || r.Header.Get("If-None-Match") != ""
}

// noVersion is that of no resource.
const noVersion = -1

// opaque is a tag without its quotes and whether it is weak.
func opaque(tag string) string {
	return strings.Trim(strings.TrimPrefix(strings.TrimSpace(tag), "W/"), `"`)
}

// tags are the versions that a header lists; all is true where it means every one.
// What is none of our tags is the tag of nothing.
func tags(header string) (versions []int64, all bool) {
	for tag := range strings.SplitSeq(header, ",") {
		if strings.TrimSpace(tag) == "*" {
			return nil, true
		}
		number, _, _ := strings.Cut(opaque(tag), "-")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || n <= 0 {
			n = noVersion
		}
		versions = append(versions, n)
	}
	return versions, false
}

// hold reports whether they do for a resource of a version.
func (c conditions) hold(version int64) bool {
	if c.IfMatch != "" {
		if wanted, all := tags(c.IfMatch); !all && !slices.Contains(wanted, version) {
			return false
		}
	}
	if c.IfNoneMatch == "" {
		return true
	}
	had, all := tags(c.IfNoneMatch)
	return !all && !slices.Contains(had, version)
}

// known reports whether the caller says to have what a tag is of.
func (c conditions) known(tag string) bool {
	for had := range strings.SplitSeq(c.IfNoneMatch, ",") {
		if strings.TrimSpace(had) == "*" || opaque(had) == opaque(tag) {
			return true
		}
	}
	return false
}

// version answers that which a write is for: 0 for whatever there is. The write
// looks again, so that nobody comes between. Conflict: the conditions do not
// hold; NotFound.
func (d *dialect) version(ctx context.Context, c *api.Call, t *scim.ResourceType, id string, of conditions) (int64, error) {
	if of.IfNoneMatch == "" {
		switch wanted, all := tags(of.IfMatch); {
		case of.IfMatch == "" || all:
			return 0, nil
		case len(wanted) == 1:
			return wanted[0], nil
		}
	}
	r, err := d.SCIM.Get(ctx, c.Actor, t, id, scim.Projection{Attributes: []string{"meta"}})
	if err != nil {
		return 0, err
	}
	if present := versionOf(r); of.hold(present) {
		return present, nil
	}
	return 0, iam.ErrStale(t.Name, id)
}

// tagOf is the entity tag of a resource: its version and, where it shows groups or
// members, a digest of those. Who joins a group changes no version of the user, and
// a user who goes none of the group.
func tagOf(r scim.Resource) string {
	meta, _ := r["meta"].(map[string]any)
	tag, _ := meta["version"].(string)
	digest, shown := fnv.New32a(), false
	for _, name := range []string{"groups", members} {
		list, _ := r[name].([]any)
		for _, v := range list {
			m, _ := v.(map[string]any)
			shown = true
			_, _ = fmt.Fprintln(digest, m["value"], m["display"]) // which never fails
		}
	}
	if !shown {
		return tag
	}
	number, _, _ := strings.Cut(opaque(tag), "-")
	return fmt.Sprintf(`W/"%s-%08x"`, number, digest.Sum32())
}

// versionOf is the version of a resource.
func versionOf(r scim.Resource) int64 {
	versions, _ := tags(tagOf(r))
	return versions[0]
}
