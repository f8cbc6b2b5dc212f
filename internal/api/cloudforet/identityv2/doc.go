// Package identityv2 is the wire form of Cloudforet's identity API over gRPC:
// Go code that buf generates from the .proto files in ../proto, which hold the
// vendor's names and numbers. It must not know anything else, and nothing in it
// but this comment is written by hand.
package identityv2
