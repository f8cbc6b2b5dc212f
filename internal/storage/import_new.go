package storage

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// insertEventsOf writes an event of each user who has a number in a range, under
// the user's id: all that differs between them is in the row of the user.
const insertEventsOf = `INSERT INTO audit_events
	(tenant_id, event_id, at, actor_id, actor_name, method, action, object, object_id, name, address, request_id, details)
	SELECT u.tenant_id, u.user_id, u.created_at, CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT),
	CAST($5 AS TEXT), CAST(u.user_id AS TEXT), u.username, CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT)
	FROM users u WHERE u.tenant_id = $9 AND u.number >= $10 AND u.number < $11 AND u.user_id >= $12 AND u.user_id <= $13`

// importNew makes users and answers the places of those whose username is taken.
// As for InsertUser nobody has to learn of them.
func (x *call) importNew(ctx context.Context, w directory.ImportWrite) (left []int, err error) {
	if len(w.New) == 0 {
		return nil, nil
	}
	extensions, err := x.extensionsOfAny(ctx, w.New)
	if err != nil {
		return nil, err
	}
	// Numbers that follow one another: of random ones each would be on another
	// page of their index.
	number := max(min(numberOf(x.store.env.NewID()), maxNumber-int64(len(w.New))), 1)
	// Rows are made out of the users by other processors, while this one writes.
	users, values := make(chan []any, rowsAhead), [][][]any{}
	var making sync.WaitGroup
	making.Go(func() { x.importRowsOfUsers(w, number, users) })
	making.Go(func() { values = x.importRowsBeside(w, extensions) })
	made := func() {
		for range users { // those that are not wanted any more
		}
		making.Wait()
	}
	defer made()
	left, apart, err := x.importUsers(ctx, w, users)
	if err != nil {
		return nil, err
	}
	if err := x.importEvents(ctx, w, number, apart); err != nil {
		return nil, err
	}
	made()
	return left, x.importMore(ctx, w, values, left)
}

// rowsAhead is how many rows are made before they are written.
const rowsAhead = 256

// importRowsOfUsers makes the arguments of insertUser.
func (x *call) importRowsOfUsers(w directory.ImportWrite, number int64, to chan<- []any) {
	defer close(to)
	for i, u := range w.New {
		to <- bind(x.userRow(u, u.User.Handle, number+int64(i)))
	}
}

// importEvents writes the events of new users: of those with numbers that follow
// one another together, and of those at places apart one by one.
func (x *call) importEvents(ctx context.Context, w directory.ImportWrite, number int64, apart []int) error {
	e, first, last := w.Event, w.New[0].User.ID, w.New[0].User.ID
	for _, u := range w.New {
		first, last = min(first, u.User.ID), max(last, u.User.ID)
	}
	_, err := x.exec(ctx, insertEventsOf, e.ActorID, e.ActorName, e.Method, e.Action, e.Object, e.Address, e.RequestID, e.Details,
		x.tenant, number, number+int64(len(w.New)), first, last)
	if err != nil {
		return err
	}
	for _, i := range apart {
		u := w.New[i].User
		e.ID, e.At, e.ObjectID, e.Name = iam.EventID(u.ID), u.Created, string(u.ID), u.Username
		if err := x.note(ctx, []iam.Event{e}); err != nil {
			return err
		}
	}
	return nil
}

// extensionsOfAny are the tenant's schemas where one of the users may have values
// of one, else none.
func (x *call) extensionsOfAny(ctx context.Context, users []directory.UserWrite) (found []scim.Extension, err error) {
	for _, u := range users {
		if found, err = x.extensionsOf(ctx, u.User.Attributes); err != nil || found != nil {
			break
		}
	}
	return found, err
}

// importUsers writes the rows of users themselves, and answers the places of those
// whose username is taken, and of those apart, who are there with another number.
func (x *call) importUsers(ctx context.Context, w directory.ImportWrite, from <-chan []any) (left, apart []int, err error) {
	var doubtful []int
	rows := bulk{x: x, statement: insertUser, inserted: func(first, rows int, n int64) error {
		if n == int64(rows) {
			return nil
		}
		for i := first; i < first+rows; i++ {
			_, err := scanOne[string](x.row(ctx, userWithID, x.tenant, w.New[i].User.ID))
			switch {
			case errors.Is(err, sql.ErrNoRows):
				doubtful = append(doubtful, i)
			case err != nil:
				return err
			}
		}
		return nil
	}}
	for row := range from {
		if err := rows.add(ctx, row); err != nil {
			return nil, nil, x.refers("tenant", string(x.tenant), err)
		}
	}
	if err := rows.flush(ctx); err != nil {
		return nil, nil, x.refers("tenant", string(x.tenant), err)
	}
	for _, i := range doubtful {
		switch err := x.insertUser(ctx, w.New[i]); {
		case iam.Is(err, iam.Exists):
			left = append(left, i)
		case err != nil:
			return nil, nil, err
		default:
			apart = append(apart, i)
		}
	}
	return left, apart, nil
}

// importRowsBeside makes the arguments of userValues.insert for the values of each
// new user.
func (x *call) importRowsBeside(w directory.ImportWrite, extensions []scim.Extension) [][][]any {
	rows := make([][][]any, len(w.New))
	for i, u := range w.New {
		for _, v := range scim.UserValues(u.User, extensions) {
			start, rest := splitKey(storable(v.Key))
			rows[i] = append(rows[i], bind([]any{x.tenant, u.User.ID, v.Path, v.Place, start, rest}))
		}
	}
	return rows
}

// importMore writes what goes with new users, but for those at places left out.
func (x *call) importMore(ctx context.Context, w directory.ImportWrite, values [][][]any, left []int) error {
	rows := bulk{x: x, statement: userValues.insert}
	ids := make([]string, 0, len(w.New))
	for i, u := range w.New {
		if len(left) > 0 && left[0] == i {
			left = left[1:]
			continue
		}
		ids = append(ids, string(u.User.ID))
		for _, row := range values[i] {
			if err := rows.add(ctx, row); err != nil {
				return err
			}
		}
		if err := x.setNamed(ctx, u, []iam.Event{w.Event}); err != nil {
			return err
		}
	}
	if err := rows.flush(ctx); err != nil {
		return err
	}
	return x.countAll(ctx, countedUsers, ids)
}
