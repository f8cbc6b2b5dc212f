package transfer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestReadLDIF(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []*Entry
		faults     []string
	}{
		{"a directory", `version: 1

# the tree
dn: dc=example,dc=com
objectClass: domain
dc: example

dn: uid=ada,ou=people,dc=example,dc=com
objectClass: top
objectclass: inetOrgPerson
uid: ada
cn: Ada Lovelace
sn;lang-en: Lovelace
memberOf: ipaUniqueID=1,cn=hbac,dc=example,dc=com
memberOf: cn=sudo,cn=sudorules,cn=sudo,dc=example,dc=com
givenName: Ada
mail: ada@example.com
MAIL: ada@home.example
telephoneNumber: +44 1
mobile: +44 2
departmentNumber: R&D
l: London
userPassword:: e1NTSEF9YWJj
jpegPhoto:: /9j/4A==

dn: cn=staff,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: staff
member: uid=ada,ou=people,dc=example,dc=com
member: CN=Hopper\, Grace,ou=people,dc=example,dc=com
member:

dn: cn=wheel,ou=groups,dc=example,dc=com
objectClass: posixGroup
cn: wheel
gidNumber: 10
memberUid: ada
`, []*Entry{
			{Line: 8, Kind: User, PasswordHash: "{SSHA}abc", Resource: doc{"userName": "ada", "displayName": "Ada Lovelace", "name": doc{"familyName": "Lovelace", "givenName": "Ada"},
				"emails":       []any{doc{"value": "ada@example.com", "primary": true}, doc{"value": "ada@home.example"}},
				"phoneNumbers": []any{doc{"value": "+44 1", "primary": true}, doc{"value": "+44 2", "type": "mobile"}},
				urnEnterprise:  doc{"department": "R&D"}, "addresses": []any{doc{"type": "work", "locality": "London"}}}},
			{Line: 26, Kind: Group, Resource: doc{"displayName": "staff", "members": []any{doc{"display": "ada"}, doc{"display": "Hopper, Grace"}}}},
			{Line: 33, Kind: Group, Resource: doc{"displayName": "wheel", "members": []any{doc{"display": "ada"}}}},
		}, nil},
		{"Active Directory", `dn: CN=Grace Hopper,CN=Users,DC=example
objectClass: user
cn: Grace Hopper
sAMAccountName: grace
userAccountControl: 514

dn: CN=PC1,DC=example
objectClass: user
objectClass: computer
cn: PC1

dn: CN=Ada\, Lovelace,CN=Users,DC=example
objectClass: user
cn: Ada, Lovelace
sAMAccountName: ada
memberOf: CN=Staff\, all,OU=Groups,DC=example
memberOf: CN=Admins,OU=Groups,DC=example

dn: CN=Staff\, all,OU=Groups,DC=example
objectClass: group
cn: Staff, all
member: CN=Grace Hopper,CN=Users,DC=example
member: cn=ada\, lovelace,CN=Users,DC=example
member: CN=Grace Hopper,OU=Elsewhere,DC=example
`, []*Entry{
			user(1, doc{"userName": "grace", "displayName": "Grace Hopper", "active": false}),
			user(12, doc{"userName": "ada", "displayName": "Ada, Lovelace", "groups": []any{doc{"display": "Staff, all"}, doc{"display": "Admins"}}}),
			{Line: 19, Kind: Group, Resource: doc{"displayName": "Staff, all", "members": []any{doc{"display": "grace"}, doc{"display": "ada"}, doc{"display": "Grace Hopper"}}}},
		}, nil},
		{"folded lines, CRLF, no version, no line at the end", "dn: uid=a\r\n da\r\n#  a comment\r\n  that goes on\r\nobjectClass: account\r\nuid:a\r\n d\r\n a",
			[]*Entry{user(1, doc{"userName": "ada"})}, nil},
		{"passwords", `dn: uid=a
objectClass: account
uid: a
userPassword: secret}

dn: uid=b
objectClass: account
uid: b
userPassword: {CRYPT}$2y$04$x

dn: uid=c
objectClass: account
uid: c
userPassword: $argon2id$x

dn: uid=d
objectClass: account
uid: d
userPassword: {cleartext}{SSHA}

dn: uid=e
objectClass: account
uid: e
nsAccountLock: false
userPassword: {MD5}x
`, []*Entry{user(1, doc{"userName": "a", "password": "secret}"}),
			{Line: 6, Kind: User, Resource: doc{"userName": "b"}, PasswordHash: "$2y$04$x"}, {Line: 11, Kind: User, Resource: doc{"userName": "c"}, PasswordHash: "$argon2id$x"},
			user(16, doc{"userName": "d", "password": "{SSHA}"}), {Line: 21, Kind: User, Resource: doc{"userName": "e", "active": true}, PasswordHash: "{MD5}x"}}, nil},
		{"bindings", "dn: cn=x\nobjectClass: gatehouseRoleBinding\ngatehouseRole: reader\ngatehouseGroup: staff\ngatehouseNamespace: web\n",
			[]*Entry{{Line: 1, Kind: Binding, Resource: doc{"role": "reader", "group": doc{"display": "staff"}, "namespace": "web"}}}, nil},
		{"faults stop no other record", `dn: uid=a
objectClass: account
uid

dn: uid=b
uid:: *

uid: c
objectClass: account

dn: uid=d
changetype: modify
replace: uid
uid: e
-

dn: uid=f
jpegPhoto:< file:///etc/passwd

dn: uid=g
dn: uid=h

dn:

dn: ou=x
objectClass: groupOfNames
cn: x
member: ou=people

dn: cn=y
objectClass: posixGroup

dn: cn=z
objectClass: person

dn: cn=z
objectClass: account
uid: z
gatehouseJSON: []

dn: uid=ada
objectClass: account
uid: ada
`, []*Entry{user(41, doc{"userName": "ada"})}, []string{"line 3: invalid: a line must have the form", "line 6: invalid: uid must be in Base64", "line 8: invalid: a record must begin with its dn",
			"line 12: invalid: records of changes are not read", "line 18: invalid: jpegphoto must be in the file itself", "line 21: invalid: dn is given twice", "line 23: invalid: dn must not be empty",
			"line 25: invalid: member must be", "line 30: invalid: a group must have cn", "line 33: invalid: a user must have uid", "line 36: invalid: gatehouseJSON must be a JSON object"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, faults, err := readAll(t, LDIF, tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(faults) != len(tt.faults) {
				t.Fatalf("faults %q, want %q", faults, tt.faults)
			}
			for i, want := range tt.faults {
				if !strings.Contains(faults[i], want) {
					t.Errorf("fault %q, want %q", faults[i], want)
				}
			}
		})
	}
	if _, _, err := readAll(t, LDIF, "version: 2\n\ndn: x\n"); !iam.Is(err, iam.Invalid) {
		t.Errorf("version 2: %v", err)
	}
}

// TestRecordIsBounded: one that is too long is a fault, and the next is read.
func TestRecordIsBounded(t *testing.T) {
	for name, long := range map[string]string{
		"one line":     "description: " + strings.Repeat("x", MaxEntry) + "\n",
		"folded lines": "description: " + strings.Repeat(strings.Repeat("x", 1000)+"\n ", MaxEntry/1000+1) + "\n",
		"many lines":   strings.Repeat("description: "+strings.Repeat("x", 1000)+"\n", MaxEntry/1000+1),
	} {
		got, faults, err := readAll(t, LDIF, "dn: uid=a\nobjectClass: account\nuid: a\n"+long+"\ndn: uid=b\nobjectClass: account\nuid: b\n")
		if len(got) != 1 || got[0].Resource["userName"] != "b" || len(faults) != 1 || !strings.Contains(faults[0], "at most") || err != nil {
			t.Errorf("%s: %d entries, %v, %v", name, len(got), faults, err)
		}
	}
}

// TestLinesOfLDIF: others can read what is written (RFC 2849).
func TestLinesOfLDIF(t *testing.T) {
	text := write(t, LDIF, Entry{Kind: User, Resource: doc{"userName": "a,b", "displayName": "홍길동", "title": strings.Repeat("x", 100), "name": doc{"familyName": " b", "givenName": "b "}},
		PasswordHash: "$2b$04$x"}, Entry{Kind: Group, Resource: doc{"displayName": "#staff", "members": []any{doc{"value": "1", "display": "a,b"}}}}, Entry{Kind: Group, Resource: doc{"displayName": "none"}})
	want := `version: 1

dn: uid=a\,b,ou=people
cn:: 7ZmN6ri464+Z
uid: a,b
givenName:: YiA=
sn:: IGI=
displayName:: 7ZmN6ri464+Z
title: ` + strings.Repeat("x", 68) + "\n " + strings.Repeat("x", 32) + `
userPassword: {CRYPT}$2b$04$x
objectClass: inetOrgPerson

dn: cn=\#staff,ou=groups
cn: #staff
member: uid=a\,b,ou=people
objectClass: groupOfNames

dn: cn=none,ou=groups
cn: none
member:
objectClass: groupOfNames
`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRDN(t *testing.T) {
	for dn, want := range map[string]string{
		"uid=ada,ou=people": "ada", "UID = ada , ou=x": "ada", "cn=Ada Lovelace+uid=ada,o=x": "ada", `cn=a\,b\+c\\,o=x`: `a,b+c\`, `cn="a,b",o=x`: "a,b",
		`cn="a" + uid=b`: "b", `cn=\20a\20`: " a ", `cn=\ea\b9\80,o=x`: "김", "cn=a=b": "a=b", "cn=a": "a", "cn=a ;o=x": "a",
		"": "", "ada": "", "ou=x": "", "cn=": "", `cn=a\`: "", `cn="a`: "", `cn="a"b`: "", `cn=\ff`: "",
	} {
		if got, ok := ofDN(dn); ok != (want != "") || ok && got != want {
			t.Errorf("%s names %q, %v, want %q", dn, got, ok, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(1, 20, -1).Draw(t, "name")
		if got, ok := ofDN(makeDN("uid", name, "people")); !ok || got != name {
			t.Fatalf("%q becomes %q, %v, by %q", name, got, ok, makeDN("uid", name, "people"))
		}
	})
}

func FuzzReadLDIF(f *testing.F) {
	f.Add("version: 1\n\ndn: uid=ada,ou=people\nobjectClass: inetOrgPerson\nuid: ada\nmail: a\nmail: b\nuserPassword:: e1NTSEF9YWJj\n\ndn: cn=x\nobjectClass: groupOfNames\ncn: x\nmember: uid=a\\,b\n")
	f.Add("dn:: dWlkPWE=\r\nobjectclass: posixGroup\r\ncn: a\r\n b\r\nmemberuid: c")
	f.Add("dn: x\nobjectClass: gatehouseRoleBinding\ngatehouseRole: r\ngatehouseJSON: {\"x\":1}\n")
	fuzzReader(f, LDIF)
}
