package values

import (
	"slices"
	"strings"

	"entgo.io/ent/dialect"
)

// family groups MySQL types that are compared in the same way.
type family string

const (
	mysqlText    family = "text"
	mysqlBinary  family = "binary"
	mysqlDecimal family = "decimal"
	mysqlNumber  family = "number"
	mysqlTime    family = "time"
)

// mysqlTypes are the types of MySQL and MariaDB whose columns can be compared.
func mysqlTypes() map[family][]string {
	return map[family][]string{
		mysqlText: {
			"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "json", "uuid", "inet4", "inet6", "national", "nchar", "nvarchar", "time",
		},
		mysqlBinary:  {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"},
		mysqlDecimal: {"decimal", "numeric", "dec", "fixed"},
		mysqlNumber: {
			"bool", "boolean", "tinyint", "smallint", "mediumint", "int", "integer", "bigint", "serial", "double", "double precision", "real", "year",
		},
		mysqlTime: {"date", "datetime", "timestamp"},
	}
}

func mysqlFamily(base string) family {
	for f, types := range mysqlTypes() {
		if slices.Contains(types, base) {
			return f
		}
	}
	return ""
}

// Comparable says why a column type that a schema sets for a dialect can't be compared; empty if it can.
func Comparable(d, typ string) string {
	base := baseType(typ)
	switch {
	case typ == "" || d != dialect.MySQL || mysqlFamily(base) != "":
		return ""
	case base == "float":
		return "MySQL shows six digits of a float and stores more: make it a double"
	default:
		return "its type " + typ + " is not one that entocc compares on MySQL"
	}
}

// isSQLiteText reports whether SQLite stores texts in a column of this type unchanged (docs: Determination Of Column
// Affinity).
func isSQLiteText(base string) bool {
	if strings.Contains(base, "int") {
		return false
	}
	for _, part := range []string{"char", "clob", "text", "blob"} {
		if strings.Contains(base, part) {
			return true
		}
	}
	return false
}

// arguments returns (10,2) for "decimal(10,2) unsigned", and nothing for a type without arguments.
func arguments(typ string) string {
	from, to := strings.Index(typ, "("), strings.Index(typ, ")")
	if from < 0 || to < from {
		return ""
	}
	return typ[from : to+1]
}
