package message

import (
	"fmt"
	"reflect"
	"sync"
)

// plan is what there is to check in values of a type.
type plan struct {
	kind    reflect.Kind
	members []member // of a struct
	groups  []group
	elem    *plan // of what a pointer, a list or a map holds
	idle    bool  // nothing: no rule is in the type, nor in what it holds
}

// member is a field of a struct.
type member struct {
	name     string // on the wire; "" of an embedded struct
	index    int
	required bool
	grouped  bool // among members that exclude one another
	tests    []test
	in       *plan
}

func (m *member) idle() bool { return !m.required && len(m.tests) == 0 && m.in.idle }

// group is a set of members of which at most one may be given.
type group struct {
	name    string
	members []grouped
}

type grouped struct {
	name  string
	index int
}

var plans sync.Map // of *plan, by reflect.Type

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	b := builder{}
	root := b.plan(t)
	b.settle()
	p, _ := plans.LoadOrStore(t, root)
	return p.(*plan)
}

// builder has the plans that are made for one type, of which some may hold one
// another.
type builder map[reflect.Type]*plan

func (b builder) plan(t reflect.Type) *plan {
	if p, ok := b[t]; ok {
		return p
	}
	p := &plan{kind: t.Kind(), idle: true}
	b[t] = p
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		p.elem = b.plan(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			b.member(p, t, t.Field(i))
		}
		p.groups = groupsOf(t)
	}
	return p
}

func (b builder) member(p *plan, t reflect.Type, f reflect.StructField) {
	tag, ruled := f.Tag.Lookup("rule")
	name := jsonName(f)
	_, grouped := f.Tag.Lookup("oneof")
	if !f.IsExported() || name == "" {
		if ruled || grouped {
			panic(fmt.Sprintf("message: %v.%s: a rule for what is no member", t, f.Name))
		}
		if f.Anonymous && (f.IsExported() || f.Type.Kind() == reflect.Struct) {
			p.members = append(p.members, member{index: f.Index[0], in: b.plan(f.Type)})
		}
		return
	}
	m := member{name: name, index: f.Index[0], grouped: grouped, in: b.plan(f.Type)}
	if ruled {
		if err := m.compile(tag, f.Type); err != nil {
			panic(fmt.Sprintf("message: %v.%s: %v", t, f.Name, err))
		}
	}
	p.members = append(p.members, m)
}

// groupsOf answers the groups among the members of a struct, in the order of
// their first members. An embedded struct sees to its own.
func groupsOf(t reflect.Type) (groups []group) {
	at := map[string]int{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, ok := f.Tag.Lookup("oneof")
		if !ok {
			continue
		}
		if name == "" {
			panic(fmt.Sprintf("message: %v.%s: oneof without a name", t, f.Name))
		}
		if _, known := at[name]; !known {
			at[name], groups = len(groups), append(groups, group{name: name})
		}
		g := &groups[at[name]]
		g.members = append(g.members, grouped{jsonName(f), i})
	}
	return groups
}

// settle finds the plans that have something to check. Types may hold
// themselves, hence the rounds.
func (b builder) settle() {
	for changed := true; changed; {
		changed = false
		for _, p := range b {
			if p.idle && p.busy() {
				p.idle, changed = false, true
			}
		}
	}
}

func (p *plan) busy() bool {
	for i := range p.members {
		if !p.members[i].idle() {
			return true
		}
	}
	return len(p.groups) > 0 || p.elem != nil && !p.elem.idle
}
