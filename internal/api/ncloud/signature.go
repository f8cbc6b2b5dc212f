package ncloud

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Headers of a signed request.
const (
	headerTimestamp = "x-ncp-apigw-timestamp"
	headerKey       = "x-ncp-iam-access-key"
	headerSignature = "x-ncp-apigw-signature-v2"
)

// authenticate finds out who calls: with the signature of an access key, or
// with a bearer token of Gatehouse. Where there is any part of a signature, it
// is the signature that has to hold.
func (d *dialect) authenticate(ctx context.Context, r *http.Request) (iam.Actor, error) {
	info := api.RequestOf(ctx)
	from := authn.Origin{Dialect: name, Address: info.Address, Client: info.Client, RequestID: info.ID}
	if !signed(r.Header) {
		token, ok := bearer(r.Header.Get("Authorization"))
		if !ok {
			return iam.Actor{}, errNoCredentials()
		}
		return d.Authn.Bearer(ctx, token, api.TenantOf(ctx), from)
	}
	sig, err := signatureOf(r)
	if err != nil {
		return iam.Actor{}, err
	}
	return d.Authn.Signed(ctx, sig, api.TenantOf(ctx), from)
}

func signed(h http.Header) bool {
	return h.Get(headerTimestamp) != "" || h.Get(headerKey) != "" || h.Get(headerSignature) != ""
}

// errNoCredentials and errBadCredentials are what the gateway tells apart.
func errNoCredentials() error {
	return iam.E(iam.Unauthenticated, "the request is not signed").Because(iam.ReasonRequired)
}

func errBadCredentials() error {
	return iam.E(iam.Unauthenticated, "the signature is malformed, wrong or no longer valid")
}

// bearer takes the token out of an Authorization header (RFC 6750).
func bearer(header string) (token string, ok bool) {
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	return token, strings.EqualFold(scheme, "Bearer") && token != ""
}

// maxTimestamp is how many digits a time in milliseconds has until the year 5138.
const maxTimestamp = 14

// signatureOf reads the signature of a request. What was signed is the target
// exactly as it was sent: nothing of it is decoded or encoded again.
func signatureOf(r *http.Request) (authn.Signature, error) {
	var none authn.Signature
	var values [3]string
	for i, header := range []string{headerTimestamp, headerKey, headerSignature} {
		given := r.Header.Values(header)
		if len(given) == 0 || given[0] == "" {
			return none, errNoCredentials()
		}
		if len(given) > 1 { // which one was meant is not for us to guess
			return none, errBadCredentials()
		}
		values[i] = given[0]
	}
	timestamp, key, signature := values[0], values[1], values[2]
	if len(timestamp) > maxTimestamp || strings.Trim(timestamp, "0123456789") != "" {
		return none, errBadCredentials()
	}
	millis, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return none, errBadCredentials()
	}
	mac, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil || len(mac) != sha256.Size || len(signature) != base64.StdEncoding.EncodedLen(sha256.Size) { // the decoder skips line ends
		return none, errBadCredentials()
	}
	target, ok := originForm(r.RequestURI)
	if !ok {
		return none, errBadCredentials()
	}
	return authn.Signature{
		Key: iam.AccessKeyID(key), Message: message(r.Method, target, timestamp, key), MAC: mac, At: time.UnixMilli(millis).UTC(),
		Write: r.Method != http.MethodGet && r.Method != http.MethodHead,
	}, nil
}

// message is what a client signs. The body is not part of it.
func message(method, target, timestamp, key string) []byte {
	return []byte(method + " " + target + "\n" + timestamp + "\n" + key)
}

// originForm answers the path and query of a request target (RFC 9112 section
// 3.2): the target itself, or what comes after the host in the form that
// clients send to proxies, since they sign without it.
func originForm(target string) (string, bool) {
	if strings.HasPrefix(target, "/") {
		return target, true
	}
	_, rest, ok := strings.Cut(target, "://")
	if !ok {
		return "", false
	}
	switch i := strings.IndexAny(rest, "/?"); {
	case i < 0:
		return "/", true
	case rest[i] == '?':
		return "/" + rest[i:], true
	default:
		return rest[i:], true
	}
}
