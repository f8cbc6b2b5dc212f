package iam

import "time"

// Image is a picture of a user or of a tenant, as it is served: checked by its
// content and encoded anew.
type Image struct {
	MediaType string // "image/png"
	Content   []byte
	Sum       string // SHA-256 of Content, hexadecimal
	Updated   time.Time
}
