package authn

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// MaxPlaces is how many places of a user are known; the one that became known
// first goes for the next.
const MaxPlaces = 100

// A place is where somebody signs in from: the network, /24 of IPv4 and /48 of
// IPv6 as providers give them to one line, and the kind of browser. It is kept
// as a keyed hash of both and of the user: who reads the database does not learn
// where people are. (A key that is rotated makes every place a new one.)
const (
	placeBits4 = 24
	placeBits6 = 48
	placeSize  = 16 // of the hash, in bytes
)

// placeText is what the hash is of.
func placeText(u iam.UserID, address, client string) string {
	network := ""
	if a, err := netip.ParseAddr(address); err == nil {
		a = a.Unmap().WithZone("")
		bits := placeBits6
		if a.Is4() {
			bits = placeBits4
		}
		if p, err := a.Prefix(bits); err == nil {
			network = p.String()
		}
	}
	return string(u) + "\x00" + network + "\x00" + iam.ClientName(client)
}

// jobNewPlace is the kind of the jobs that tell users of a sign-in from a place
// that was not known.
const jobNewPlace = "sign-in.new-place"

// signedIn is the payload of one: the sign-in.
type signedIn struct {
	User    iam.UserID `json:"user"`
	At      time.Time  `json:"at"`
	Address string     `json:"address,omitempty"`
	Client  string     `json:"client,omitempty"`
}

// place answers where a session is begun from, and the job to be written with it
// where that is new. Nobody is woken for it: it is found within a second.
func (s *Service) place(ctx context.Context, t iam.TenantID, of iam.Session) (string, iam.Job, error) {
	_, mac, err := s.keys.MAC(ctx, t, keyring.PurposePlace, []byte(placeText(of.User, of.Address, of.Client)))
	if err != nil {
		return "", iam.Job{}, err
	}
	payload, err := json.Marshal(signedIn{User: of.User, At: of.Created, Address: of.Address, Client: of.Client})
	return hex.EncodeToString(mac[:placeSize]), s.queue.Prepare(iam.Job{Kind: jobNewPlace, Payload: payload}), err
}

// tellPlace mails a user that somebody signed in from a place that was not known.
func (s *Service) tellPlace(ctx context.Context, t iam.TenantID, j iam.Job) (string, error) {
	var w signedIn
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return "", err
	}
	a, err := s.store.AccountByID(ctx, t, w.User)
	if iam.Is(err, iam.NotFound) || err == nil && !a.Good() {
		return "nobody can sign in by it any more", nil
	}
	if err != nil {
		return "", err
	}
	by := iam.Actor{Username: a.Username, Address: w.Address, Client: w.Client}
	return "", s.mailNotice(ctx, t, a, iam.MessageNewPlace, by, issued{}, w.At)
}
