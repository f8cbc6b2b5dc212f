package support

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Bounds of tickets.
const (
	MaxOpen        = 1000    // tickets of a tenant that are not done
	MaxComments    = 1000    // of a ticket
	MaxAttachments = 10      // of a comment
	MaxAttachment  = 5 << 20 // bytes of an attachment

	maxFirst    = 10 // comments that a new ticket has
	maxSubject  = 255
	maxText     = 64 << 10
	maxWord     = 255
	maxRefs     = 32
	maxFilename = 255
)

// NewComment is what a caller says.
type NewComment struct {
	Text        string
	Attachments []NewAttachment
}

// NewAttachment is a file with the name that a caller gives it.
type NewAttachment struct {
	Filename string
	Content  []byte
}

// label is a DNS label (RFC 1035 section 2.3.1) of at most 64 characters.
var label = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$`)

// check holds a new ticket against the rules, fills in what it leaves out, and
// answers its comments.
func (s *Service) check(in *NewTicket) ([]Comment, error) {
	var c iam.Checker
	if in.Name != "" && !label.MatchString(in.Name) {
		c.Add("name", iam.ReasonFormat, "name must be at most 64 lower-case letters, digits and '-', begin with a letter and not end with '-'")
	}
	c.Labels("labels", in.Labels)
	c.Annotations("annotations", in.Annotations)
	checkText(&c, "metadata_description", in.Metadata.Description, 0, maxText)

	in.Subject = strings.TrimSpace(in.Subject)
	c.Length("subject", in.Subject, 1, maxSubject)
	if !iam.Printable(in.Subject) {
		c.Add("subject", iam.ReasonFormat, "subject must be one line without control or invisible characters")
	}
	checkText(&c, "description", in.Content.Description, 0, maxText)
	checkText(&c, "category", in.Category, 0, maxWord)
	checkText(&c, "timeline", in.Timeline, 0, maxText)
	checkText(&c, "product_data", in.ProductData, 0, maxText)
	if in.Priority == "" {
		in.Priority = PriorityNormal
	}
	checkPriority(&c, in.Priority)
	if len(in.RelatesTo) > maxRefs {
		c.Add("relates_to", iam.ReasonLimit, "relates_to must have at most %d members", maxRefs)
	} else {
		checkRefs(&c, in.RelatesTo)
	}
	if len(in.Comments) > maxFirst {
		c.Add("comments", iam.ReasonLimit, "comments must have at most %d members", maxFirst)
		return nil, c.Err()
	}
	var comments []Comment
	for i, one := range in.Comments {
		comments = append(comments, s.newComment(&c, fmt.Sprintf("comments[%d].", i), one))
	}
	return comments, c.Err()
}

func checkPriority(c *iam.Checker, p Priority) {
	if !slices.Contains([]Priority{PriorityNormal, PriorityHigh, PriorityUrgent}, p) {
		c.Add("priority", iam.ReasonFormat, "priority must be normal, high or urgent")
	}
}

func checkRefs(c *iam.Checker, refs []Ref) {
	for i, r := range refs {
		for _, m := range []struct{ name, text string }{
			{"kind", r.Kind}, {"namespace", r.Namespace}, {"name", r.Name}, {"uid", r.UID}, {"tenant", r.Tenant}} {
			path := fmt.Sprintf("relates_to[%d].%s", i, m.name)
			c.Length(path, m.text, 0, maxWord)
			if !iam.Printable(m.text) {
				c.Add(path, iam.ReasonFormat, "%s must not contain control or invisible characters", path)
			}
		}
	}
}

// checkText is for what people write: it may have lines.
func checkText(c *iam.Checker, path, text string, low, high int) {
	c.Length(path, text, low, high)
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r", r) }) {
		c.Add(path, iam.ReasonFormat, "%s must not contain control characters", path)
	}
}

// newComment makes a comment, without its author and time. prefix stands before
// the names of its members in what is wrong with it.
func (s *Service) newComment(c *iam.Checker, prefix string, in NewComment) Comment {
	out := Comment{ID: iam.CommentID(s.Env.NewID()), Text: in.Text}
	low := 1
	if len(in.Attachments) > 0 {
		low = 0 // a picture may speak for itself
	}
	checkText(c, prefix+"text", in.Text, low, maxText)
	if len(in.Attachments) > MaxAttachments {
		c.Add(prefix+"attachments", iam.ReasonLimit, "%sattachments must have at most %d members", prefix, MaxAttachments)
		return out
	}
	for i, a := range in.Attachments {
		made := a.check(c, fmt.Sprintf("%sattachments[%d].", prefix, i))
		made.ID = s.Env.NewID()
		out.Attachments = append(out.Attachments, made)
	}
	return out
}
