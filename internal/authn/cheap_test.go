package authn

import "software.sslmate.com/src/go-pkcs12"

// Files of tests have the library's own number of rounds: with the race
// detector ours take half a second each.
func init() { pkcs12Encoder = pkcs12.Modern }
