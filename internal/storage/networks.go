package storage

import (
	"fmt"
	"net/netip"
	"strings"
)

// networksText is networks as a column: separated by spaces.
func networksText(networks []netip.Prefix) string {
	texts := make([]string, len(networks))
	for i, p := range networks {
		texts[i] = p.String()
	}
	return strings.Join(texts, " ")
}

// networksTo scans a column of networks.
type networksTo struct{ networks *[]netip.Prefix }

func (d networksTo) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("networks as %T", src)
	}
	var networks []netip.Prefix
	for field := range strings.FieldsSeq(text) {
		p, err := netip.ParsePrefix(field)
		if err != nil {
			return err
		}
		networks = append(networks, p)
	}
	*d.networks = networks
	return nil
}
