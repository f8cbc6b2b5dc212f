// Package geo owns facts about countries: which codes there are, and what their
// postal codes look like.
//
// It must not know tenants, people or any wire format, and asks nobody.
package geo
