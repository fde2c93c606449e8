package history

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// isConflict reports whether an error says that the row was modified or is gone, which is no reason to wait.
func isConflict(err error) bool { return entocc.IsRecordModified(err) || ent.IsNotFound(err) }

// cellOf returns a User as somebody has read it.
func cellOf(u *ent.User) Cell {
	return Cell{Row: rowOf(u.ID), Version: u.Version, Mark: last(u.Labels), List: u.Labels, Sum: u.Age}
}

func rowOf(id int) string { return strconv.Itoa(id) }

func idOf(row string) int {
	id, err := strconv.Atoi(row)
	if err != nil {
		panic(fmt.Sprintf("the row %q is not a User", row))
	}
	return id
}

func idsOf(rows []string) []int {
	ids := make([]int, len(rows))
	for i, row := range rows {
		ids[i] = idOf(row)
	}
	return ids
}

func last(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

// with returns a copy of the list with one more mark.
func with(list []string, mark string) []string { return append(list[:len(list):len(list)], mark) }

// users creates n Users with this number in each.
func users(n, age int) func(context.Context, *Round) error {
	return func(ctx context.Context, r *Round) error {
		for len(r.Rows) < n {
			o := r.Begin(-1, "create")
			u, err := r.World.Sees.User.Create().SetName(o.Mark).SetAge(age).SetLabels([]string{o.Mark}).Save(ctx)
			if err == nil {
				o.Writes = []Cell{{Row: rowOf(u.ID), Version: u.Version}}
				r.Rows = append(r.Rows, rowOf(u.ID))
			}
			r.End(o, err)
			if err != nil {
				return err
			}
		}
		return awaitUsers(ctx, r)
	}
}

// awaitUsers waits until every node has the rows.
func awaitUsers(ctx context.Context, r *Round) error {
	for _, client := range r.World.Clients {
		if n, err := client.User.Query().Where(user.IDIn(idsOf(r.Rows)...)).Count(ctx); err != nil || n != len(r.Rows) {
			return errors.Join(fmt.Errorf("only %d of %d rows exist", n, len(r.Rows)), err)
		}
	}
	return nil
}

// finalUsers reads the Users by one statement.
func finalUsers(ctx context.Context, r *Round, o *Op) error {
	all, err := r.World.Sees.User.Query().Where(user.IDIn(idsOf(r.Rows)...)).All(ctx)
	for _, u := range all {
		o.Reads = append(o.Reads, cellOf(u))
	}
	return err
}

// refusal records what a conflict says about the row, because that is a read of it.
func refusal(o *Op, err error) {
	var modified *entocc.RecordModifiedError
	if !errors.As(err, &modified) {
		return
	}
	row := fmt.Sprint(modified.ID)
	switch actual, told := modified.Actual.(int64); {
	case modified.Deleted:
		o.Reads = []Cell{{Row: row, Gone: true}}
	case told:
		o.Reads = []Cell{{Row: row, Version: actual}}
	}
}

// counts compares what is in the rows with the acknowledged and the unknown writes.
func counts(what string, got, acknowledged, unknown int) []Violation {
	if got >= acknowledged && got <= acknowledged+unknown {
		return nil
	}
	return []Violation{{What: fmt.Sprintf("%s: %d, with %d acknowledged and %d unknown", what, got, acknowledged, unknown)}}
}

// writesOf counts the operations of these kinds that write a row.
func writesOf(ops []*Op, row string, kinds ...string) (acknowledged, unknown int) {
	for _, o := range ops {
		for _, w := range o.Writes {
			if w.Row != row || !contains(kinds, o.Do) {
				continue
			}
			switch o.Outcome {
			case Done:
				acknowledged++
			case Unknown:
				unknown++
			}
		}
	}
	return acknowledged, unknown
}

func contains(kinds []string, kind string) bool {
	for _, k := range kinds {
		if k == kind {
			return true
		}
	}
	return len(kinds) == 0
}
