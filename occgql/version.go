package occgql

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalVersion writes a version of type int64 as the GraphQL scalar Version: a string, as clients that read JSON as JavaScript
// does lose what is above 2^53, and an Int of GraphQL ends at 2^31. In gqlgen.yml:
//
//	models:
//	  Version:
//	    model: github.com/entocc/entocc/occgql.Version
func MarshalVersion(version int64) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(strconv.FormatInt(version, 10))) // gqlgen's writers keep their errors
	})
}

// UnmarshalVersion reads what [MarshalVersion] writes, or an integer. Everything else is an [*ExpectationError].
func UnmarshalVersion(sent any) (int64, error) {
	switch sent := sent.(type) {
	case string:
		return parseVersion(sent)
	case json.Number:
		return parseVersion(sent.String())
	case int64, int:
		return parseVersion(fmt.Sprint(sent))
	}
	return 0, malformed("a version is a string of digits, and not a %T", sent)
}

// parseVersion takes nothing but what MarshalVersion writes: 03 and 3.0 were never sent by the server. A write from the largest
// version is impossible, as it has no next one.
func parseVersion(text string) (int64, error) {
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil || version == math.MaxInt64 || strconv.FormatInt(version, 10) != text {
		return 0, malformed("%.40q is not a version", text)
	}
	return version, nil
}

func malformed(format string, args ...any) error {
	return &ExpectationError{Code: CodeBadUserInput, Reason: fmt.Sprintf(format, args...)}
}
