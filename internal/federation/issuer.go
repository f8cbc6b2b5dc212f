package federation

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// googleIssuer is the one of all Google accounts.
const googleIssuer = "https://accounts.google.com"

// issuerOf answers whose tokens are believed: what was said, and else what the
// type and the endpoints tell. Empty: nothing does.
func issuerOf(p iam.Provider) string {
	if p.Issuer != "" {
		return p.Issuer
	}
	switch p.Type {
	case iam.ProviderGoogle:
		return googleIssuer
	case iam.ProviderAzure:
		return azureIssuer(p.TokenURL)
	case iam.ProviderOkta:
		return oktaIssuer(p.TokenURL)
	default:
		return ""
	}
}

// azureIssuer is that of the directory of a token endpoint of version 2,
// https://login.microsoftonline.com/<id>/oauth2/v2.0/token. By a name instead
// of an id a directory is not known to its own tokens.
func azureIssuer(token string) string {
	u, err := url.Parse(token)
	if err != nil {
		return ""
	}
	directory, rest, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if !iam.ValidID(strings.ToLower(directory)) || rest != "oauth2/v2.0/token" {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/" + directory + "/v2.0"
}

// oktaIssuer is that of a token endpoint: of the organization,
// https://<host>/oauth2/v1/token, or of an authorization server in it,
// https://<host>/oauth2/<server>/v1/token.
func oktaIssuer(token string) string {
	u, err := url.Parse(token)
	if err != nil {
		return ""
	}
	at, ok := strings.CutSuffix(u.Path, "/v1/token")
	server, in := strings.CutPrefix(at, "/oauth2/")
	switch {
	case ok && at == "/oauth2":
		return u.Scheme + "://" + u.Host
	case ok && in && server != "" && !strings.Contains(server, "/"):
		return u.Scheme + "://" + u.Host + at
	default:
		return ""
	}
}

// anyDirectory answers the word of an Azure address that stands for the
// directories of everybody, which anybody may make one of; empty for none.
func anyDirectory(p iam.Provider, address string) string {
	u, err := url.Parse(address)
	if err != nil || p.Type != iam.ProviderAzure {
		return ""
	}
	directory, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if slices.Contains([]string{"common", "organizations", "consumers"}, strings.ToLower(directory)) {
		return directory
	}
	return ""
}
