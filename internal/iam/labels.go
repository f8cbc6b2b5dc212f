package iam

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of what anything may carry of labels and of annotations, each.
const (
	MaxLabels          = 64
	maxLabelPrefix     = 253
	maxAnnotationKey   = 64
	maxAnnotationValue = 1024
)

var (
	// labelName is the name of a label, and its value where there is one.
	labelName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`)
	// labelKey is a name, behind a DNS subdomain (RFC 1123) and '/' or alone.
	labelKey = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*/)?` +
		`[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`)
)

// ValidLabelKey reports whether s can be the key of a label, as Kubernetes has
// them: a name of at most 63 letters, digits, '-', '_' and '.' that begins and
// ends with a letter or digit, which may follow a DNS subdomain and '/'
// (kubernetes.io/docs/concepts/overview/working-with-objects/labels).
func ValidLabelKey(s string) bool {
	return labelKey.MatchString(s) && strings.IndexByte(s, '/') <= maxLabelPrefix
}

// ValidLabelValue reports whether s can be the value of a label: empty, or of
// the form of a name in a key.
func ValidLabelValue(s string) bool { return s == "" || labelName.MatchString(s) }

// Labels checks that there are at most MaxLabels labels, and keys and values
// of each. Broken rules are those of path.
func (c *Checker) Labels(path string, labels map[string]string) {
	if len(labels) > MaxLabels {
		c.Add(path, ReasonLimit, "%s must have at most %d members", path, MaxLabels)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		switch {
		case !ValidLabelKey(key):
			c.Add(path, ReasonFormat, "%s must have keys of at most 63 letters, digits, '-', '_' and '.' that begin and end with a letter or digit, "+
				"and may follow a domain name and '/', unlike %q", path, Cut(key, 64))
		case !ValidLabelValue(labels[key]):
			c.Add(path, ReasonFormat, "%s must have values that are empty, or at most 63 letters, digits, '-', '_' and '.' that begin and end "+
				"with a letter or digit, unlike that of %q", path, key)
		}
	}
}

// Annotations checks that there are at most MaxLabels annotations, and the
// lengths of keys and values. Broken rules are those of path.
func (c *Checker) Annotations(path string, annotations map[string]string) {
	if len(annotations) > MaxLabels {
		c.Add(path, ReasonLimit, "%s must have at most %d members", path, MaxLabels)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		n := utf8.RuneCountInString(annotations[key])
		switch {
		case key == "" || utf8.RuneCountInString(key) > maxAnnotationKey || !Printable(key):
			c.Add(path, ReasonFormat, "%s must have keys of 1 to %d printable characters", path, maxAnnotationKey)
		case n == 0 || n > maxAnnotationValue:
			c.Add(path, ReasonLength, "%s must have values of 1 to %d characters, unlike that of %q", path, maxAnnotationValue, key)
		}
	}
}
