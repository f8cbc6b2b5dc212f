package console

import "cmp"

// returnName is the parameter that says where to go after signing in.
const returnName = "return"

// target is where to go after the last step: the page that the return
// parameter names, if it is the address, to the letter, of a page of the
// account, and the account else. Nothing of the parameter itself gets into the
// answer.
func (v *visit) target() string {
	if p := v.wanted(); p != nil {
		return p.path
	}
	return "/account"
}

// wanted is the page that the return parameter names, nil where it names none.
func (v *visit) wanted() *page {
	p, ok := v.pages[cmp.Or(v.back, v.r.FormValue(returnName))]
	if ok && p.need == forUser && p.get != nil && p.home == "" {
		return p
	}
	return nil
}

// keep adds the return parameter to a path, where there is one, and further
// names and values in turn.
func (v *visit) keep(path string, pairs ...string) string {
	if p := v.wanted(); p != nil {
		pairs = append(pairs, returnName, p.path)
	}
	return with(path, pairs...)
}
