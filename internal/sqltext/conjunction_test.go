package sqltext_test

import (
	"testing"

	"github.com/entocc/entocc/internal/sqltext"
	"github.com/stretchr/testify/assert"
)

// Only a conjunction of plain conditions, one of which names the whole key, stands for one row.
func TestKeyOf_TakesNothingButAConjunction(t *testing.T) {
	for text, want := range map[string]bool{
		"`t`.`id` = ?": true,
		"(`t`.`a` = ? AND `t`.`id` = ?) AND `t`.`b`":                  true,
		"NOT `t`.`b` AND (`t`.`a` IN (?, ?) AND `t`.`id` = ?)":        true,
		"`t`.`a` IS NOT NULL AND `t`.`a` NOT IN (?) AND `t`.`id` = ?": true,
		"`t`.`a` >= ? AND `t`.`a` LIKE ? AND `t`.`id` = ?":            true,
		"`t`.`a` = ?":                        false, // another column
		"`id` = ?":                           false, // without a table
		"`t`.`id` <> ?":                      false,
		"NOT `t`.`id` = ?":                   false,
		"NOT (`t`.`a` = ? AND `t`.`id` = ?)": false,
		"`t`.`id` = ? OR `t`.`a` = ?":        false,
		"(`t`.`id` = ? OR `t`.`a` = ?) AND `t`.`id` = ?":       false,
		"`t`.`a` = ? AND `t`.`id` = ? OR 1 = 1":                false,
		"`t`.`a` BETWEEN ? AND `t`.`id` = ?":                   false,
		"CASE WHEN `t`.`a` AND `t`.`id` = ? THEN 1 ELSE 1 END": false,
		"`t`.`id` = ? -- AND `t`.`a`":                          false,
		"`t`.`id` = ?||1":                                      false,
		"`t`.`id` = ? XOR 1":                                   false,
		"`t`.`id` = `t`.`a`":                                   false,
		"`t`.`id` = LOWER(?)":                                  false,
		"`t`.`id` IN (?)":                                      false,
		"`t`.`id` = ? AND `t`.`a` IN (SELECT `id` FROM `u`)":   false,
		"": false,
	} {
		args := make([]any, 0, 4)
		for _, c := range text {
			if c == '?' {
				args = append(args, len(args))
			}
		}
		key, ok := sqltext.KeyOf(text, args, []string{"`t`.`id`"})
		assert.Equal(t, want, ok, text)
		if want {
			assert.Equal(t, len(args)-1, key[0], text)
		}
	}
	_, ok := sqltext.KeyOf(`"t"."a" = $1`, []any{1}, []string{`"t"."a"`, `"t"."b"`})
	assert.False(t, ok, "a part of a composite key")
	key, ok := sqltext.KeyOf(`"t"."b" = $1 AND "t"."a" = $2`, []any{1, 2}, []string{`"t"."a"`, `"t"."b"`})
	assert.True(t, ok)
	assert.Equal(t, []any{2, 1}, key)
}
