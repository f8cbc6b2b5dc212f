// Package scim owns what SCIM 2.0 means (RFC 7643, RFC 7644): its schemas and
// resources, paths, filters and PATCH, and how a resource is laid over a user or
// a group of the directory.
//
// A resource is read into the names and types of its schema (Resource), changed
// as a document (Replace, Patch), and what differs is written to the directory,
// which has the rules of people and asks for every right. A filter becomes a
// Condition, in the terms of which Store finds rows, and UserValues and
// GroupValues say what rows those are; no text of it goes further.
//
// It must not know HTTP nor the dialects that speak it: addresses of resources
// (meta.location, $ref) and the envelope of an error are theirs.
package scim
