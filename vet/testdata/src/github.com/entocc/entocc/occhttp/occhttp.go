package occhttp

import (
	"net/http"

	"github.com/entocc/entocc"
)

func IfMatch(r *http.Request) entocc.Condition { return entocc.Condition{} }
