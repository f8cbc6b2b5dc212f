package fess

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// person is the part of a user that the document shows flat: attributes of
// LDAP (RFC 2798, RFC 4519), in the order of the document. T is *string in
// requests, where absence means something, and shown in answers.
type person[T any] struct {
	Surname                    T `json:"surname,omitzero"`
	GivenName                  T `json:"givenName,omitzero"`
	Mail                       T `json:"mail,omitzero"`
	TelephoneNumber            T `json:"telephoneNumber,omitzero"`
	HomePhone                  T `json:"homePhone,omitzero"`
	HomePostalAddress          T `json:"homePostalAddress,omitzero"`
	LabeledURI                 T `json:"labeledUri,omitzero"`
	RoomNumber                 T `json:"roomNumber,omitzero"`
	Description                T `json:"description,omitzero"`
	Title                      T `json:"title,omitzero"`
	Pager                      T `json:"pager,omitzero"`
	Street                     T `json:"street,omitzero"`
	PostalCode                 T `json:"postalCode,omitzero"`
	PhysicalDeliveryOfficeName T `json:"physicalDeliveryOfficeName,omitzero"`
	DestinationIndicator       T `json:"destinationIndicator,omitzero"`
	InternationalISDNNumber    T `json:"internationaliSDNNumber,omitzero"`
	State                      T `json:"state,omitzero"`
	EmployeeNumber             T `json:"employeeNumber,omitzero"`
	FacsimileTelephoneNumber   T `json:"facsimileTelephoneNumber,omitzero"`
	PostOfficeBox              T `json:"postOfficeBox,omitzero"`
	Initials                   T `json:"initials,omitzero"`
	CarLicense                 T `json:"carLicense,omitzero"`
	Mobile                     T `json:"mobile,omitzero"`
	PostalAddress              T `json:"postalAddress,omitzero"`
	City                       T `json:"city,omitzero"`
	TeletexTerminalIdentifier  T `json:"teletexTerminalIdentifier,omitzero"`
	X121Address                T `json:"x121Address,omitzero"`
	BusinessCategory           T `json:"businessCategory,omitzero"`
	RegisteredAddress          T `json:"registeredAddress,omitzero"`
	DisplayName                T `json:"displayName,omitzero"`
	PreferredLanguage          T `json:"preferredLanguage,omitzero"`
	DepartmentNumber           T `json:"departmentNumber,omitzero"`
	UIDNumber                  T `json:"uidNumber,omitzero" doc:"An integer of 64 bits, as text."`
	GIDNumber                  T `json:"gidNumber,omitzero" doc:"An integer of 64 bits, as text."`
	HomeDirectory              T `json:"homeDirectory,omitzero"`
}

// shown is text in an answer that is there even where it is empty.
type shown string

// IsZero is false always, so that omitzero leaves nothing out. On a pointer it
// costs the encoder no allocation.
func (*shown) IsZero() bool { return false }

type member[T any] struct {
	name  string
	value *T
}

// members are those of a person by their names on the wire.
func (p *person[T]) members() [35]member[T] {
	return [...]member[T]{
		{"surname", &p.Surname}, {"givenName", &p.GivenName}, {"mail", &p.Mail}, {"telephoneNumber", &p.TelephoneNumber},
		{"homePhone", &p.HomePhone}, {"homePostalAddress", &p.HomePostalAddress}, {"labeledUri", &p.LabeledURI},
		{"roomNumber", &p.RoomNumber}, {"description", &p.Description}, {"title", &p.Title}, {"pager", &p.Pager},
		{"street", &p.Street}, {"postalCode", &p.PostalCode}, {"physicalDeliveryOfficeName", &p.PhysicalDeliveryOfficeName},
		{"destinationIndicator", &p.DestinationIndicator}, {"internationaliSDNNumber", &p.InternationalISDNNumber},
		{"state", &p.State}, {"employeeNumber", &p.EmployeeNumber}, {"facsimileTelephoneNumber", &p.FacsimileTelephoneNumber},
		{"postOfficeBox", &p.PostOfficeBox}, {"initials", &p.Initials}, {"carLicense", &p.CarLicense}, {"mobile", &p.Mobile},
		{"postalAddress", &p.PostalAddress}, {"city", &p.City}, {"teletexTerminalIdentifier", &p.TeletexTerminalIdentifier},
		{"x121Address", &p.X121Address}, {"businessCategory", &p.BusinessCategory}, {"registeredAddress", &p.RegisteredAddress},
		{"displayName", &p.DisplayName}, {"preferredLanguage", &p.PreferredLanguage}, {"departmentNumber", &p.DepartmentNumber},
		{"uidNumber", &p.UIDNumber}, {"gidNumber", &p.GIDNumber}, {"homeDirectory", &p.HomeDirectory},
	}
}

// known are the attributes that the core has fields for, in every dialect.
type known[T any] struct{ surname, givenName, mail, displayName, telephoneNumber T }

// by answers one of them by its name on the wire.
func (k known[T]) by(name string) (value T, ok bool) {
	switch name {
	case "surname":
		return k.surname, true
	case "givenName":
		return k.givenName, true
	case "mail":
		return k.mail, true
	case "displayName":
		return k.displayName, true
	case "telephoneNumber":
		return k.telephoneNumber, true
	}
	return value, false
}

func knownOf(u iam.User) known[string] {
	return known[string]{u.FamilyName, u.GivenName, u.Email, u.DisplayName, u.Phone}
}

// attribute answers one attribute of a user, "" where it has none.
func attribute(u iam.User, name string) string {
	if value, ok := knownOf(u).by(name); ok {
		return value
	}
	return u.Attributes[name]
}

// attributes answers all that are to be seen of a user, without empty ones.
func attributes(u iam.User) map[string]string {
	all := public(u.Attributes)
	for _, name := range []string{"surname", "givenName", "mail", "displayName", "telephoneNumber"} {
		if value, _ := knownOf(u).by(name); value != "" {
			all[name] = value
		}
	}
	return all
}

// public answers the attributes that belong to no dialect.
func public(stored map[string]string) map[string]string {
	all := make(map[string]string, len(stored))
	for name, value := range stored {
		if value != "" && !private(name) {
			all[name] = value
		}
	}
	return all
}

// private reports whether an attribute belongs to one dialect.
func private(name string) bool { return strings.Contains(name, ".") }

// wanted is how attributes are to be; an empty one is to be removed. Those
// that stay as they are do not stand in it.
type wanted map[string]string

// attributesWanted compares what a request says of attributes, flat and in
// the map, with how they are.
//
// A client that reads a user, changes one of the two and sends all back, as
// fessctl does, means what it changed. Only where both differ from what is
// stored, and from each other, is there no telling. What is absent, or null
// among the flat ones, stays; null in the map removes.
func attributesWanted(current func(name string) string, flat *person[*string], given map[string]*string) (wanted, error) {
	var check iam.Checker
	w := wanted{}
	for _, m := range flat.members() {
		if value := *m.value; value != nil && *value != current(m.name) {
			w[m.name] = *value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value := ""
		if p := given[name]; p != nil {
			value = *p
		}
		switch other, both := w[name]; {
		case private(name):
			check.Add("attributes."+name, iam.ReasonFormat, "attributes.%s has a dot in its name, which is not allowed", name)
		case value == current(name):
		case both && other != value:
			check.Add("attributes."+name, iam.ReasonFormat, "attributes.%s and %s are both given, and differ", name, name)
		default:
			w[name] = value
		}
	}
	return w, check.Err()
}

// checkLong demands that attributes are integers of 64 bits, or empty.
func (w wanted) checkLong(check *iam.Checker, names ...string) {
	for _, name := range names {
		if value := w[name]; value != "" {
			if _, err := strconv.ParseInt(value, 10, 64); err != nil {
				check.Add("attributes."+name, reasonLong, "attributes.%s must be a long", name)
			}
		}
	}
}
