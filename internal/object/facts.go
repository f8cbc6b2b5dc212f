package object

import (
	"time"

	"github.com/go-json-experiment/json"
)

// Facts are what inventories tell of an object. They are found in its spec when
// it is written, and kept beside it, so that who counts ten thousand objects
// reads no specs. Of what a kind does not have they are empty.
type Facts struct {
	On      Features `json:"on,omitzero"`
	Domains []string `json:"domains,omitzero"`
	// Of load balancers: by the names of the members of their specs.
	Algorithm  string `json:"algorithm,omitzero"`  // "round_robin"
	Advertised string `json:"advertised,omitzero"` // "advertise_on_public_default_vip"
	Security   string `json:"security,omitzero"`   // of TLS: "medium_security"
	Ports      string `json:"ports,omitzero"`      // "80", "8000-8010"
	Addresses  string `json:"addresses,omitzero"`  // that DNS has for it, with ", " between
	Idle       int64  `json:"idle,omitzero"`       // milliseconds
	IdleClient int64  `json:"idle_client,omitzero"`
	// Mode is what a firewall does: "blocking" or "monitoring". Of what refers
	// to Firewall it is filled in by who reads.
	Mode        string       `json:"mode,omitzero"`
	Firewall    *Named       `json:"firewall,omitzero"`
	Exclusions  *Exclusions  `json:"exclusions,omitzero"`
	Certificate *Certificate `json:"certificate,omitzero"`
	API         *APIFacts    `json:"api,omitzero"`
	Server      *ServerFacts `json:"server,omitzero"`
}

// Named is an object of a kind that is known.
type Named struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// Exclusions are what a firewall is told not to look for, here and by Policy.
type Exclusions struct {
	Signatures []int64  `json:"signatures,omitzero"`
	Violations []string `json:"violations,omitzero"`
	Policy     *Named   `json:"policy,omitzero"`
}

// Certificate is one that is renewed by itself, as the spec tells of it.
type Certificate struct {
	State   string    `json:"state,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
}

// APIFacts are endpoints, "GET /carts", of an API, or of a definition of one.
type APIFacts struct {
	Definition *Named   `json:"definition,omitzero"`
	Named      []string `json:"named,omitzero"`     // by a rule
	Sensitive  []string `json:"sensitive,omitzero"` // that answer personal data
	Included   []string `json:"included,omitzero"`  // of a definition: what the API has,
	Excluded   []string `json:"excluded,omitzero"`  // what was found and does not belong to it,
	Other      []string `json:"other,omitzero"`     // and what is no endpoint of any API
}

// ServerFacts are those of a server that another product runs.
type ServerFacts struct {
	Host        string   `json:"host,omitzero"`
	Name        string   `json:"name,omitzero"`
	Version     string   `json:"version,omitzero"`
	Description string   `json:"description,omitzero"`
	ObjectID    string   `json:"object_id,omitzero"`
	ObjectName  string   `json:"object_name,omitzero"`
	Routes      int64    `json:"routes,omitzero"`
	Policy      string   `json:"policy,omitzero"`
	PolicyFile  string   `json:"policy_file,omitzero"`
	Manager     string   `json:"manager,omitzero"` // of the policy, by the name of the member
	Logs        bool     `json:"logs,omitzero"`
	LogFiles    []string `json:"log_files,omitzero"`
}

// Features are what an object has switched on.
type Features uint64

// Their order is kept in the database: new ones come last.
const (
	APIDefinition Features = 1 << iota
	APIDiscovery
	APIProtection
	APISchemaValidation
	BotProtection
	ClientBlocking
	ClientSideDefense
	CookieProtection
	CORSPolicy
	CSRFProtection
	DataGuard
	DDoSAutoMitigation
	DDoSMitigation
	DDoSProtection
	DefaultLoadBalancer
	GraphQLInspection
	PlainHTTP
	IPReputation
	MaliciousUserDetection
	MaliciousUserMitigation
	MalwareProtection
	MutualTLS
	NamespaceServicePolicy
	OriginServerSubset
	PrivateAdvertisement
	PublicAdvertisement
	RateLimit
	Routes
	ServicePolicy
	SlowDDoSMitigation
	TrustedClient
	TrustedClientIPHeaders
	WAF
	WAFExclusion
	TLSEncryption
	GlobalNetwork
)

// Has reports whether all of some features are on.
func (f Features) Has(all Features) bool { return f&all == all }

// maxFacts bounds facts as they are kept, in bytes: they stand in an index, of which
// PostgreSQL takes entries of 2,704 bytes.
const maxFacts = 2000

// factsIn finds the facts in a spec of a kind, as JSON. There are none of a kind
// that is only counted, if that; and where there are very many, they are found in
// the spec by who reads.
func factsIn(kind, namespace string, spec []byte) ([]byte, error) {
	if _, ok := factFinders[kind]; !ok {
		return nil, nil
	}
	f, err := findFacts(kind, namespace, spec)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(f)
	if err != nil || len(text) > maxFacts {
		return nil, err
	}
	return text, nil
}

func findFacts(kind, namespace string, spec []byte) (f Facts, err error) {
	t := tree{namespace: namespace}
	if err := json.Unmarshal(spec, &t.v); err != nil {
		return f, err
	}
	factFinders[kind](t, &f)
	return f, nil
}
