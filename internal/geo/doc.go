// Package geo owns facts about places: which countries there are and what their
// postal codes look like, which states they have, which cities, and how all of
// these are called in whatever language.
//
// It must not know tenants, people or any wire format, and asks nobody.
package geo
