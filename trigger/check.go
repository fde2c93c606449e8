package trigger

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"strings"
)

// Problem is what is wrong with the trigger of a table.
type Problem string

// What can be wrong.
const (
	Missing  Problem = "missing"  // there is none
	Outdated Problem = "outdated" // it was made by another schema, other options or another entocc
	Disabled Problem = "disabled" // ALTER TABLE .. DISABLE TRIGGER, on PostgreSQL
	Foreign  Problem = "foreign"  // one of its name was made by somebody else
)

// Error is a table whose trigger has a problem.
type Error struct {
	// Type is the name of the ent type, Table that of its table, and Trigger that of the trigger.
	Type, Table, Trigger string
	Problem              Problem
}

// Error says what to do.
func (f *Error) Error() string {
	what := "create it with Create"
	switch f.Problem {
	case Foreign:
		what = "it is not one of ours: rename or drop it"
	case Disabled:
		what = "enable it: ALTER TABLE " + f.Table + " ENABLE TRIGGER " + f.Trigger
	case Outdated:
		what = "create it again with Create"
	case Missing:
	}
	return fmt.Sprintf("entocc: the trigger %s of the table %s (%s) is %s: %s", f.Trigger, f.Table, f.Type, f.Problem, what)
}

// Require returns a check for the start of a program that must not run without its triggers. Its error joins what Check has
// found.
//
//	err := ent.CheckGuards(triggers.Require(ctx, db))
func (t *Triggers) Require(ctx context.Context, db *stdsql.DB) func() error {
	return func() error {
		findings, err := t.Check(ctx, db)
		for _, f := range findings {
			err = errors.Join(err, f)
		}
		return err
	}
}

// Check returns what is wrong with the triggers, nil if nothing is. It changes nothing.
func (t *Triggers) Check(ctx context.Context, db *stdsql.DB) ([]*Error, error) {
	var findings []*Error
	for _, table := range t.tables {
		f, err := t.check(ctx, db, table)
		if err != nil {
			return nil, err
		}
		if f != nil {
			findings = append(findings, f)
		}
	}
	return findings, nil
}

// found is an existing trigger. Its stamp is empty if it is not ours.
type found struct {
	stamp    string
	disabled bool
}

// newFound reads a trigger's text.
func newFound(text string) *found {
	_, stamp, ours := strings.Cut(text, mark)
	if !ours || len(stamp) < len(sum("")) {
		return &found{}
	}
	return &found{stamp: stamp[:len(sum(""))]}
}

// check refuses a table that can't have such a trigger, and returns what is wrong with the trigger, or nil.
func (t *Triggers) check(ctx context.Context, q querier, table *table) (*Error, error) {
	kind, typ, err := t.server.column(ctx, q, table)
	what := fmt.Sprintf("the table %s (%s)", table.Name, table.Schema.Type)
	switch {
	case errors.Is(err, stdsql.ErrNoRows):
		return nil, fmt.Errorf("entocc: %s is not there, or has no column %s: migrate first", what, table.Schema.Column)
	case err != nil:
		return nil, fmt.Errorf("entocc: looking at %s: %w", what, err)
	case kind != "table":
		return nil, fmt.Errorf("entocc: %s is a %s: create the trigger on the table that its rows come from", what, kind)
	case table.strategy.Ordered() && !strings.Contains(strings.ToLower(typ), "int"):
		return nil, fmt.Errorf("entocc: the column %s of %s is of type %s, but its version is an integer", table.Schema.Column, what, typ)
	}
	f := &Error{Type: table.Schema.Type, Table: table.Name, Trigger: table.trigger}
	switch found, err := t.server.installed(ctx, q, table); {
	case errors.Is(err, stdsql.ErrNoRows):
		f.Problem = Missing
	case err != nil:
		return nil, fmt.Errorf("entocc: looking for the trigger of %s: %w", what, err)
	case found.stamp == "":
		f.Problem = Foreign
	case found.stamp != table.stamp:
		f.Problem = Outdated
	case found.disabled:
		f.Problem = Disabled
	default:
		return nil, nil
	}
	return f, nil
}
