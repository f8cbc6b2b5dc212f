package storage

// searched says where the values are that filters compare of one kind of object:
// in columns of its row, which is called u; of other tables that refer to it; or
// in rows of their own.
type searched struct {
	table, id string
	counted   string            // the kind under which its rows are counted; empty: they are not
	values    string            // the table of those rows, called v
	name      string            // the path in whose order lists are, of which each has another
	columns   map[string]column // by path
	// related are attributes of several values, by path. What is neither among
	// them nor a column is in rows.
	related map[string]related
}

// related is a table that has values of an attribute of several values, or the
// row itself where from is empty.
type related struct {
	from    string // with joins
	tenant  string
	owner   string // the column that refers to the object
	where   string // what must hold besides
	rows    bool   // where it does not, the values may be in rows
	columns map[string]column
}

// column is where one simple value is.
type column struct {
	sql  string
	kind columnKind
	// text is an id as a text that compares by its bytes.
	text string
	// constant is the key of a value that is always the same.
	constant string
}

type columnKind uint8

const (
	textColumn     columnKind = iota // a key, empty where there is no value
	idColumn                         // a UUID
	timeColumn                       // microseconds
	boolColumn                       // a condition
	computedColumn                   // a text that no index has
	constantColumn
)

// idText is the SQL of an id as a text. Texts of no column compare as the
// database's language does, unlike those with something of a key in them, if it
// is nothing.
func idText(id, key string) string {
	return "(CAST(" + id + " AS TEXT) || substr(" + key + ", 1, 0))"
}

func keyIn(sql string) column { return column{sql: sql} }

func ids(id, key string) column { return column{sql: id, kind: idColumn, text: idText(id, key)} }

func always(key string) column { return column{kind: constantColumn, constant: key} }

// The columns that users and groups have alike.
func commonColumns(id, key, resourceType string) map[string]column {
	return map[string]column{
		"id":                ids(id, key),
		"meta.resourcetype": always(resourceType),
		"meta.created":      {sql: "u.created_at", kind: timeColumn},
		"meta.lastmodified": {sql: "u.updated_at", kind: timeColumn},
		"meta.version":      {sql: `('W/"' || CAST(u.version AS TEXT) || '"' || substr(` + key + `, 1, 0))`, kind: computedColumn},
	}
}

func with(columns map[string]column, more map[string]column) map[string]column {
	for path, c := range more {
		columns[path] = c
	}
	return columns
}

// searchedUsers are as scim.UserValues says.
var searchedUsers = searched{
	table: "users", id: "user_id", counted: countedUsers, values: "user_values", name: "username",
	columns: with(commonColumns("u.user_id", "u.username_key", "User"), map[string]column{
		"username":        keyIn("u.username_key"),
		"displayname":     keyIn("u.display_key"),
		"name.givenname":  keyIn("u.given_key"),
		"name.familyname": keyIn("u.family_key"),
		"active":          {sql: "u.state <> 'disabled'", kind: boolColumn},
	}),
	related: map[string]related{
		"emails": {
			where: "NOT u.emails_listed AND u.email_key <> ''",
			rows:  true,
			columns: map[string]column{
				"emails.value":   keyIn("u.email_key"),
				"emails.primary": always("true"),
			},
		},
		"groups": {
			from:   "memberships m JOIN user_groups g ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id",
			tenant: "m.tenant_id", owner: "m.user_id",
			columns: map[string]column{
				"groups.value":   ids("g.group_id", "g.name_key"),
				"groups.display": keyIn("g.name_key"),
				"groups.type":    always("direct"),
			},
		},
		"roles": {
			from:   "bindings b JOIN roles r ON r.tenant_id = b.tenant_id AND r.role_id = b.role_id",
			tenant: "b.tenant_id", owner: "b.user_id",
			where:   "b.scope = '' AND b.user_id IS NOT NULL",
			columns: map[string]column{"roles.value": keyIn("r.name_key")},
		},
	},
}

// searchedGroups are as scim.GroupValues says.
var searchedGroups = searched{
	table: "user_groups", id: "group_id", values: "group_values", name: "displayname",
	columns: with(commonColumns("u.group_id", "u.name_key", "Group"), map[string]column{
		"displayname": keyIn("u.name_key"),
	}),
	related: map[string]related{
		"members": {
			from:   "memberships m JOIN users w ON w.tenant_id = m.tenant_id AND w.user_id = m.user_id",
			tenant: "m.tenant_id", owner: "m.group_id",
			columns: map[string]column{
				"members.value":   ids("w.user_id", "w.username_key"),
				"members.display": keyIn("w.username_key"),
				"members.type":    always("user"),
			},
		},
	},
}
